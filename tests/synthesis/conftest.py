import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import torch

from synthesis.__main__ import main
from tests.synthesis.networks import write_pictures

CATEGORIES = ("airplane", "bear", "dog")
SPEC = """\
model: tiny
layers: [relu6, relu1]
stimuli: stimuli
null_stimuli: "null"
max_steps: 60
"""

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(monkeypatch, capsys) -> Cli:
    """Run `python -m synthesis ...` in this process, which knows the small network.

    Gives exit code, stdout, stderr.
    """

    def run(*arguments: object) -> tuple[int, str, str]:
        if arguments[0] == "run" and not {"--workers", "--engine"} & set(arguments):
            arguments = (*arguments, "--workers", 1)
        monkeypatch.setattr(sys, "argv", ["synthesis", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        output = capsys.readouterr()
        return ended.value.code, output.out, output.err

    return run


def write_inputs(folder: Path) -> Path:
    """Pictures and a spec in `folder`; the spec's path."""
    write_pictures(folder / "stimuli", CATEGORIES, each=2)
    write_pictures(folder / "null", ("any",), each=12, first_seed=100)
    (folder / "spec.yaml").write_text(SPEC)
    return folder / "spec.yaml"


@pytest.fixture
def spec(tmp_path) -> Path:
    return write_inputs(tmp_path)


@pytest.fixture(scope="session")
def finished_bundle(tmp_path_factory) -> Path:
    """A finished bundle of the small network; tests that change it work on a copy."""
    from synthesis.bundle.spec import SynthesisSpec
    from synthesis.bundle.store import BundleStore
    from synthesis.common.yaml_file import load_yaml
    from synthesis.runs.driver import make_bundle
    from synthesis.runs.engines.local import InProcess
    from synthesis.runs.plan import make_plan

    folder = tmp_path_factory.mktemp("bundle")
    plan = make_plan(load_yaml(write_inputs(folder), SynthesisSpec))
    make_bundle(plan, BundleStore(folder / "out"), InProcess(torch.device("cpu")))
    return folder / "out"


@pytest.fixture(scope="session")
def backgrounds_made_once() -> Iterator[None]:
    """The same backgrounds for each training that asks for the same: making them takes ten seconds."""
    from synthesis.training import parts

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "make_backgrounds", cache(parts.make_backgrounds))
        yield
