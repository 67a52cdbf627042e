"""Networks without labels: certified by the null alone, and everything that shows the certificate says so."""

import json
from pathlib import Path

import pytest
import torch

from synthesis.bundle.spec import SynthesisSpec
from synthesis.bundle.store import BundleStore
from synthesis.certify.certificate import fault_of
from synthesis.certify.decision import NoRule, check_categories, decision_rule
from synthesis.common.yaml_file import load_yaml
from synthesis.networks.registry import Network
from tests.synthesis.sound_networks import MODULE, write_clips

SPEC = """\
model: ear.py:mute
layers: [relu1]
stimuli: stimuli
null_stimuli: "null"
max_steps: 40
attempts: 1
decision: none
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A folder with the finished bundle `out` of a network without labels."""
    from synthesis.runs.driver import make_bundle
    from synthesis.runs.engines.local import InProcess
    from synthesis.runs.plan import make_plan

    folder = tmp_path_factory.mktemp("mute")
    write_clips(folder / "stimuli", ("anything", "else"), each=2)
    write_clips(folder / "null", ("any",), each=4, first_seed=100)
    (folder / "ear.py").write_text(MODULE)
    (folder / "spec.yaml").write_text(SPEC)
    plan = make_plan(load_yaml(folder / "spec.yaml", SynthesisSpec))
    make_bundle(plan, BundleStore(folder / "out"), InProcess(torch.device("cpu")))
    return folder


def test_the_null_alone_decides_and_no_answer_is_recorded(made):
    manifest = BundleStore(made / "out").read_manifest()
    assert (manifest.decision.rule, manifest.decision.categories) == ("none", [])
    assert manifest.decision.null_alone
    assert {natural.answer for natural in manifest.naturals} == {""}
    nulls = {null.layer: null for null in manifest.nulls}
    for item in manifest.items:
        certificate = item.certificate
        assert (certificate.natural_answer, certificate.metamer_answer) == ("", "")
        assert certificate.passed == (fault_of(certificate, nulls[item.layer], 1) == "")
    assert sum(item.certificate.passed for item in manifest.items) >= 2


def test_run_and_verify_say_so(cli, made):
    said = "decision: none: no answers are compared; the null alone certifies"
    code, out, err = cli("run", made / "spec.yaml", "--out", made / "out")
    assert (code, json.loads(out)["decision"]) == (0, "none")
    assert said in err.splitlines()
    code, out, err = cli("verify", made / "out", "--model", f"{made / 'ear.py'}:mute")
    assert (code, json.loads(out)["decision"]) == (0, "none")
    assert said in err.splitlines()


def test_the_report_says_so_and_shows_no_answers(cli, made):
    code, _, err = cli("report", made / "out")
    assert code == 0, err
    html = (made / "out" / "report.html").read_text()
    assert "none: the network has no labels, so metamers are certified by the null alone" in html
    assert "Certified, by the null alone" in html
    assert "<td>none given</td>" in html
    assert "answer:" not in html
    assert "Another answer:" not in html


def test_other_networks_hear_it_and_a_network_without_labels_answers_nothing(cli, made, tmp_path):
    code, out, err = cli(
        "recognize", made / "out", "--model", f"{made / 'ear.py'}:tones", "--out", tmp_path / "heard"
    )
    assert code == 0, err
    record = json.loads((tmp_path / "heard" / "recognize.json").read_text())
    assert list(record["categories"]) == ["words"]
    assert json.loads(out)["metamers"] >= 2


def test_pictures_too(cli, spec, tmp_path):
    text = spec.read_text().replace("max_steps: 60", "max_steps: 3")
    lines = [line for line in text.splitlines() if not line.startswith(("decision", "readout"))]
    spec.write_text("\n".join([*lines, "decision: none", "attempts: 1", ""]))
    code, _, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 0, err
    manifest = BundleStore(tmp_path / "out").read_manifest()
    assert (manifest.model.input.kind, manifest.decision.rule, manifest.decision.categories) == (
        "picture",
        "none",
        [],
    )
    assert {natural.answer for natural in manifest.naturals} == {""}


def test_a_rule_without_answers():
    rule = decision_rule("none", None, Network("any", torch.nn.Identity()))
    assert rule == NoRule()
    assert rule.answers(torch.zeros(2, 3, 4), torch.zeros(2, 5)) == ["", ""]
    check_categories(rule, ["whatever"], "pictures")
