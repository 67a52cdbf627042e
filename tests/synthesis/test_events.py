"""What a run tells the program that started it, and how that program ends it."""

import signal
import subprocess
import sys

import pytest

from synthesis.bundle.events import ProgressEvent, RunSummary, read_event
from synthesis.bundle.store import BundleStore
from synthesis.process import progress
from synthesis.process.progress import Steps

PROGRAM = (sys.executable, "-m", "tests.synthesis.tiny_program")


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test sets, in seconds."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def as_json(monkeypatch):
    monkeypatch.setattr(progress, "_format", "json")


def events_in(err):
    return [read_event(line) for line in err.splitlines()]


def test_events_come_twice_a_second_and_at_the_end(clock, as_json, capsys):
    with Steps("metamers", 10) as steps:
        for _ in range(10):
            clock[0] += 0.1
            steps.advance()
    events = events_in(capsys.readouterr().err)
    assert [event.done for event in events] == [0, 5, 10]
    assert events[0] == ProgressEvent(stage="metamers", done=0, total=10)
    assert events[1].per_second == pytest.approx(10)
    assert events[1].seconds_left == pytest.approx(0.5)
    assert events[2].seconds_left == 0


def test_the_last_event_comes_however_soon(clock, as_json, capsys):
    with Steps("metamers", 3) as steps:
        for _ in range(3):
            steps.advance()
    assert [event.done for event in events_in(capsys.readouterr().err)] == [0, 3]


def test_what_an_earlier_run_made_is_not_in_the_rate(clock, as_json, capsys):
    with Steps("metamers", 100) as steps:
        for _ in range(90):
            steps.skip()
        clock[0] += 2.0
        steps.advance()
    last = events_in(capsys.readouterr().err)[-1]
    assert (last.done, last.per_second, last.seconds_left) == (91, 0.5, 18.0)


def test_interrupted_work_has_no_last_event(clock, as_json, capsys):
    with pytest.raises(KeyboardInterrupt), Steps("metamers", 3) as steps:
        steps.advance()
        raise KeyboardInterrupt
    assert [event.done for event in events_in(capsys.readouterr().err)] == [0]


@pytest.mark.parametrize(
    "line",
    [
        "no certificate: dog/0.png/relu1/0",
        "",
        "{}",
        '{"event":"other","stage":"a","done":1,"total":2}',
        '{"event":"progress","stage":"a","done":-1,"total":2}',
        '{"event":"progress","stage":"a","done":1,"total":2,"per_second":NaN}',
    ],
)
def test_other_lines_are_messages(line):
    assert read_event(line) is None


def test_fields_of_a_newer_program_are_passed_over():
    event = read_event('{"event":"progress","stage":"a","done":1,"total":2,"device":"cuda:0"}')
    assert event == ProgressEvent(stage="a", done=1, total=2)


def start(spec, out, *options):
    return subprocess.Popen(
        [*PROGRAM, *options, "run", spec, "--out", out, "--progress", "json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for_metamers(process):
    """Read events until the first metamers are made."""
    for line in process.stderr:
        event = read_event(line)
        if event and event.stage == "metamers" and event.done > 0:
            return
    pytest.fail("the run ended before its first metamer")


@pytest.fixture
def long_spec(spec):
    """A run that takes minutes, since nothing comes as close as the recipe would like."""
    spec.write_text(spec.read_text().replace("max_steps: 60", "max_steps: 60\nseeds_per_stimulus: 100"))
    return spec


def test_a_program_reads_progress_and_the_summary(spec, tmp_path):
    process = start(spec, tmp_path / "out")
    out, err = process.communicate()  # closes its stdin, which means nothing without the option
    assert process.returncode == 0
    summary = RunSummary.model_validate_json(out.splitlines()[-1])
    assert summary.items == 12
    events = [event for event in events_in(err) if event]
    stages = list(dict.fromkeys(event.stage for event in events))
    assert stages == ["natural stimuli", "null stimuli", "null of relu1", "null of relu6", "metamers"]
    for stage in stages:
        last = [event for event in events if event.stage == stage][-1]
        assert last.done == last.total > 0


@pytest.mark.parametrize(
    "stop",
    [
        lambda process: process.send_signal(signal.SIGTERM),
        lambda process: process.stdin.close(),
    ],
    ids=["SIGTERM", "closed stdin"],
)
def test_a_run_that_is_stopped_can_be_continued(long_spec, tmp_path, stop):
    with start(long_spec, tmp_path / "out", "--stop-with-stdin") as process:
        wait_for_metamers(process)
        stop(process)
        messages = [line for line in process.stderr if not read_event(line)]
        assert process.wait() == 143
        assert "run the same command to continue" in messages[-1]
        assert process.stdout.read() == ""
    assert not BundleStore(tmp_path / "out").finished


def test_paths_can_be_meant_from_another_folder(cli, spec, tmp_path):
    elsewhere = tmp_path / "elsewhere" / "spec.yaml"
    elsewhere.parent.mkdir()
    spec.rename(elsewhere)
    code, _, err = cli("run", elsewhere, "--out", tmp_path / "out")
    assert code == 1
    assert "stimuli" in err
    assert cli("run", elsewhere, "--out", tmp_path / "out", "--paths-from", tmp_path)[0] == 0


DEAF = """
import subprocess, sys, time
from synthesis.common import stopping
with stopping.stoppable("over"), stopping.orderly(grace_s=0.2):
    stopping.stop_with_stdin()
    helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print("ready", flush=True)
    time.sleep(600)
"""


def test_a_run_that_does_not_listen_is_ended_with_its_processes():
    command = [sys.executable, "-c", DEAF]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, start_new_session=True) as process:
        assert process.stdout.readline() == "ready\n"
        process.stdin.close()
        assert process.stdout.read() == "", "the helper holds this output open as long as it lives"
        assert process.wait() == -signal.SIGKILL
