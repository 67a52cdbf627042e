"""A kind of stimuli that the package does not know: made, certified, verified, observed and drawn."""

from pathlib import Path

import pytest

from synthesis.bundle.manifest import Manifest
from synthesis.bundle.spec import SynthesisSpec
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError, UserError
from synthesis.common.yaml_file import load_yaml
from synthesis.recognition.recognize import recognize_bundle
from synthesis.report.page import write_report
from synthesis.runs.driver import make_bundle
from synthesis.runs.engines.choice import make_engine
from synthesis.runs.plan import make_plan
from synthesis.runs.verify import recorded_network, verify_bundle
from tests.synthesis import vectors

SPEC = """\
model: network.py:make
layers: [first, hidden]
stimuli: stimuli
decision: words
max_steps: 300
"""


def spec_in(folder: Path, text: str = SPEC) -> SynthesisSpec:
    (folder / "network.py").write_text("from tests.synthesis.vectors import make\n")
    (folder / "spec.yaml").write_text(text)
    return load_yaml(folder / "spec.yaml", SynthesisSpec)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> BundleStore:
    folder = tmp_path_factory.mktemp("vectors")
    vectors.write_vectors(folder / "stimuli", each=4)
    store = BundleStore(folder / "bundle")
    make_bundle(make_plan(spec_in(folder)), store, make_engine("local", "cpu", 1, None))
    return store


def module_of(bundle: BundleStore) -> str:
    return f"{bundle.root.parent}/network.py:make"


def test_its_metamers_are_certified_and_verified(bundle: BundleStore) -> None:
    manifest, differences = verify_bundle(bundle, module=module_of(bundle))
    assert differences == []
    assert manifest.model.input == vectors.VectorFormat(size=vectors.SIZE)
    assert {blob.media_type for blob in manifest.blobs()} == {"application/x-vector"}
    assert len(manifest.items) == 24
    assert all(item.certificate.passed for item in manifest.items)


def test_its_manifest_is_read_again_as_it_was_written(bundle: BundleStore) -> None:
    text = bundle.manifest_path.read_text()
    assert '"kind": "vector"' in text
    assert Manifest.model_validate_json(text).model_dump_json(indent=1) == text


def test_another_network_names_it_and_a_report_shows_it(bundle: BundleStore, tmp_path: Path) -> None:
    network = recorded_network(bundle.read_manifest().model, None, module_of(bundle))
    record = recognize_bundle(bundle, network, tmp_path, readout=None, seed=0, command=[])
    assert record.categories == {"words": sorted(vectors.ANSWERS)}
    page, *_ = write_report(bundle)
    assert f"12 vectors of 3 shapes, {vectors.SIZE} numbers" in page.read_text()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("decision: feather\n", "decision: feather is not for vectors, which network.py:make is shown"),
        ("decision: words\nrecipe: feather2019\n", "unknown recipe 'feather2019'; known recipes: fast"),
    ],
)
def test_what_does_not_suit_the_kind_is_refused(tmp_path: Path, change: str, message: str) -> None:
    vectors.write_vectors(tmp_path / "stimuli", each=2)
    spec = spec_in(tmp_path, SPEC.replace("decision: words\n", change))
    with pytest.raises(UserError, match=message):
        make_bundle(make_plan(spec), BundleStore(tmp_path / "bundle"), make_engine("local", "cpu", 1, None))


def test_a_kind_that_nobody_registered_is_named(bundle: BundleStore, tmp_path: Path) -> None:
    text = bundle.manifest_path.read_text().replace('"kind": "vector"', '"kind": "smell"')
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(BundleError, match=r"model.input: stimuli of the kind 'smell' are not known here"):
        BundleStore(tmp_path).read_manifest()
