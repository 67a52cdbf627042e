"""Asking a program to stop: at once where nothing is at stake, in order where something is, never in vain."""

import signal
import subprocess
import sys

import pytest

from synthesis.common import stopping
from synthesis.common.stopping import Stopped, asked, look, orderly, stoppable
from synthesis.process.progress import Steps
from tests.synthesis.processes import start, wait_until

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
HEAD = "import os, signal, sys, time\nfrom synthesis.common.stopping import *\n"


def begin(script: str, **options: object) -> "subprocess.Popen[str]":
    """A program that runs `script`, once that has said "ready"."""
    process = subprocess.Popen(
        [sys.executable, "-c", HEAD + script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )
    assert process.stdout.readline() == "ready\n"
    return process


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    out, err = process.communicate()
    return process.returncode, out, err


@pytest.mark.parametrize("number", SIGNALS)
def test_where_nothing_is_at_stake_a_signal_ends_the_program_whatever_it_computes(number):
    # Takes minutes, during which the main thread heeds no handler; as torch, it lets other threads work.
    process = begin(
        "import hashlib\nwith stoppable('over'):\n print('ready', flush=True)\n"
        " hashlib.pbkdf2_hmac('sha256', b'', b'', 10**9)"
    )
    process.send_signal(number)
    assert ended(process) == (128 + number, "", "over\n")


ORDERLY = """
with stoppable("over"):
    try:
        with orderly():
            print("ready", flush=True)
            while True:
                look()
                time.sleep(0.01)
    except Stopped as stopped:
        print("in order")
        sys.exit(stopped.exit_code)
"""


@pytest.mark.parametrize("number", SIGNALS)
def test_work_with_something_at_stake_comes_to_its_own_end(number):
    process = begin(ORDERLY)
    process.send_signal(number)
    assert ended(process) == (128 + number, "in order\n", "")


def test_a_signal_during_a_destructor_or_a_callback_is_not_lost(capsys):
    def interrupt(*_):
        signal.raise_signal(signal.SIGINT)
        wait_until(asked, "the wish")

    class Interrupting:
        def __del__(self):
            interrupt()

    with pytest.raises(Stopped), stoppable("over"), orderly(), Steps("pieces", 10) as steps:
        left = Interrupting()
        steps.advance()
        del left
        steps.advance()
    assert steps.done == 2
    assert not asked(), "a wish ends with its block"
    assert "Exception ignored" not in capsys.readouterr().err


DEAF = "with stoppable('over'), orderly({}):\n print('ready', flush=True)\n while True: time.sleep(600)"


def test_a_second_signal_ends_what_does_not_look():
    process = begin(DEAF.format(600))
    process.send_signal(signal.SIGTERM)
    wait_until(lambda: process.poll() is not None or not process.send_signal(signal.SIGINT), "its first look")
    assert ended(process) in {(130, "", "over\n"), (143, "", "over\n")}


def test_so_does_the_end_of_the_grace():
    process = begin(DEAF.format(0.1))
    process.send_signal(signal.SIGTERM)
    assert ended(process) == (143, "", "over\n")


def test_the_end_of_an_orderly_block_is_a_place_to_stop():
    with pytest.raises(Stopped) as stopped, stoppable("over"):
        with orderly():
            signal.raise_signal(signal.SIGTERM)
            wait_until(asked, "the wish")
            with orderly():
                pass
            done = True
        pytest.fail("went on")
    assert done
    assert stopped.value.exit_code == 143


def test_ignored_signals_stay_ignored():
    script = (
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\nwith stoppable('over'):\n print('ready', flush=True)\n"
        " sys.stdin.readline()\n print('done')\n"
    )
    process = begin(script)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate("\n")
    assert (process.returncode, out, err) == (0, "done\n", "")


def test_a_program_that_handles_signals_itself_is_left_to_it():
    script = """
with stoppable("over"):
    try:
        with left_to_another():
            caught = []
            before = signal.signal(signal.SIGTERM, lambda number, _: caught.append(number))
            print("ready", flush=True)
            while not caught:
                time.sleep(0.01)
            signal.signal(signal.SIGTERM, before)
            print("shut down")
    except Stopped as stopped:
        sys.exit(stopped.exit_code)
"""
    process = begin(script)
    process.send_signal(signal.SIGTERM)
    assert ended(process) == (143, "shut down\n", "")


def test_processes_started_while_signals_are_held_back_do_not_get_them():
    script = """
import subprocess
with stoppable("over"):
    with held_back():
        child = subprocess.Popen([sys.executable, "-c", "input(); print('done')"], stdin=subprocess.PIPE)
    os.kill(child.pid, signal.SIGINT)
    os.kill(child.pid, signal.SIGTERM)
    child.communicate(b"\\n")
    print("ready", child.returncode)
"""
    process = subprocess.run(
        [sys.executable, "-c", HEAD + script], capture_output=True, text=True, check=True
    )
    assert process.stdout == "done\nready 0\n"


def test_nothing_happens_outside_a_program_that_can_be_stopped():
    with orderly(), stopping.left_to_another():
        look()
    assert not asked()


@pytest.mark.parametrize("number", SIGNALS)
def test_a_command_that_loads_its_libraries_ends_at_once(number, spec, tmp_path):
    process = start("run", spec, "--out", tmp_path / "out", program="slow_to_load")
    assert process.stderr.readline() == "loading\n"
    process.send_signal(number)
    out, err = process.communicate()
    assert (process.returncode, out) == (128 + number, "")
    assert err == "interrupted; run the same command to continue\n"
    assert not (tmp_path / "out").exists()
