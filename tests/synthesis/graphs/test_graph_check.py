"""`python -m synthesis check` on a spec for graphs: one line, and nothing is trained."""

import json
from pathlib import Path

import pytest

from synthesis.commands.check import check
from synthesis.common.errors import UserError


def checked(folder: Path, text: str, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    (folder / "spec.yaml").write_text(text)
    check([folder / "spec.yaml"])
    (line,) = capsys.readouterr().out.splitlines()
    found: dict[str, object] = json.loads(line)
    return found


def test_a_spec_that_can_be_made_has_no_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = checked(tmp_path, "graphs: karate\nnetworks: [mlp, dense-gcn]\n", capsys)
    assert (found["graphs"], found["networks"], found["problem"]) == ("karate", ["mlp", "dense-gcn"], "")
    assert [path.name for path in tmp_path.iterdir()] == ["spec.yaml"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("graphs: kerate\nnetworks: [mlp]\n", "unknown data set 'kerate'"),
        ("graphs: absent.npz\nnetworks: [mlp]\n", "absent.npz: cannot be read"),
        ("graphs: karate\nnetworks: [mlp]\nlayers: [layer9]\n", "no layer 'layer9'"),
        ("graphs: karate\nnetworks: [mlp]\noptimise: [structure]\n", "optimise: structure: is for gcn"),
    ],
)
def test_why_one_cannot_be_made_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, problem: str
) -> None:
    found = checked(tmp_path, text, capsys)
    assert problem in str(found["problem"])
    assert "\n" not in str(found["problem"])


def test_a_field_that_is_wrong_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text("graphs: karate\nnetworks: [mlpx]\n")
    with pytest.raises(UserError, match=r"spec.yaml:2: networks.0.kind: unknown network 'mlpx'"):
        check([tmp_path / "spec.yaml"])
