"""Commands of `metamerlab` that are asked to stop, or killed: what is left of them, and what is said."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from app.cli.commands import COMMANDS
from tests.processes import runs
from tests.synthesis.processes import descendants, wait_until

ROOT = Path(__file__).parents[2]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a command in a folder of its own, with a database there; whatever is left is killed."""
    started = []
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "METAMERLAB_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'test.db'}",
    }

    def begin(*command: object) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", *map(str, command)],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        for pid in [*descendants(process.pid), process.pid]:
            if runs(pid):
                os.kill(pid, signal.SIGKILL)
        process.communicate()


def heeds(process: "subprocess.Popen[str]") -> bool:
    """Whether a command has come as far as to have a thread that receives signals."""
    return len(list(Path(f"/proc/{process.pid}/task").iterdir())) > 1


LONG = ("power", "--accuracy", 0.5, "--trials", 10, "--sd", 0.1, "--sem", 1e-9, "--largest", 50_000)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_long_computation_ends_with_one_line(start: Start, number: signal.Signals) -> None:
    process = start(*LONG)
    wait_until(lambda: heeds(process), "the command's beginning")
    process.send_signal(number)
    out, err = process.communicate()
    assert (process.returncode, out, err) == (128 + number, "", "interrupted\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_server_shuts_down_in_order(start: Start, number: signal.Signals) -> None:
    assert start("db", "upgrade").wait() == 0
    process = start("serve", "--port", 0)
    assert process.stderr is not None
    for line in process.stderr:
        if "running on" in line:
            break
    process.send_signal(number)
    _out, err = process.communicate()
    assert process.returncode == 128 + number
    lines = err.splitlines()
    assert "Traceback" not in err
    assert any("Application shutdown complete" in line for line in lines)
    assert lines[-1] == "interrupted"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """One picture each of two published categories, which need no readout."""
    for number, name in enumerate(("bear", "dog")):
        folder = tmp_path / "pictures" / name
        folder.mkdir(parents=True)
        Image.effect_noise((224, 224), 60 + 60 * number).convert("RGB").save(folder / "0.png")
    return tmp_path / "pictures"


def test_the_synthesis_of_a_demo_ends_with_it_and_the_next_demo_goes_on(
    start: Start, pictures: Path, tmp_path: Path
) -> None:
    journal = tmp_path / "var" / "bundles" / "pictures" / "journal"
    note = journal / ".holder"
    demo = start("demo", "--no-serve", "--stimuli", pictures)
    wait_until(note.exists, "the synthesis's beginning")
    (synthesis,) = (pid for pid, command in descendants(demo.pid).items() if "-m synthesis" in command)
    demo.kill()
    demo.communicate()
    wait_until(lambda: not runs(synthesis), "the end of the killed demo's synthesis")

    second = start("demo", "--no-serve", "--stimuli", pictures)
    wait_until(lambda: note.exists() or second.poll() is not None, "the next demo's synthesis")
    (synthesis,) = (pid for pid, command in descendants(second.pid).items() if "-m synthesis" in command)
    second.send_signal(signal.SIGTERM)
    _out, err = second.communicate()
    assert second.returncode == 143
    assert err.splitlines()[-1] == "interrupted; run the same command to continue"
    assert "Traceback" not in err
    assert not runs(synthesis)


def test_the_list_of_commands_says_what_the_commands_say() -> None:
    from importlib import import_module
    from inspect import getdoc

    from synthesis.commands.program import COMMANDS as OF_SYNTHESIS

    for place, purpose in [*COMMANDS.values(), *OF_SYNTHESIS.values()]:
        module, _, attribute = place.partition(":")
        found = getattr(import_module(module), attribute)
        said = found.info.help if hasattr(found, "info") else (getdoc(found) or "").splitlines()[0]
        assert purpose == said, place
