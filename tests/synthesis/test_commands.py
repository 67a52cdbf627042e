"""Every command is written in one style."""

import re
import subprocess
import sys
from typing import Any

import pytest
import typer

from synthesis.commands.program import COMMANDS, app

GROUP: Any = typer.main.get_command(app)
HEAVY = {"torch", "numpy", "scipy", "PIL", "pandas", "altair", "soundfile", "sklearn"}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_the_function_of_its_name_in_the_module_of_its_name(name: str) -> None:
    word = name.replace("-", "_")
    assert COMMANDS[name][0] == f"synthesis.commands.{word}:{word}"


@pytest.mark.parametrize("name", COMMANDS)
def test_each_parameter_is_described_by_a_sentence(name: str) -> None:
    command = GROUP.get_command(None, name)
    for parameter in command.params:
        if parameter.name == "help":
            continue
        text = parameter.help or ""
        assert text.endswith("."), f"{name} {parameter.name}: {text!r}"
        assert text[:1].isupper() or text.startswith(("path/", "published")), (
            f"{name} {parameter.name}: {text!r}"
        )


def test_options_of_one_name_mean_one_thing() -> None:
    described: dict[str, set[str]] = {}
    for name in COMMANDS:
        for parameter in GROUP.get_command(None, name).params:
            if parameter.name in {"bundle", "as_json"}:
                described.setdefault(parameter.name, set()).add(parameter.help)
    assert {name: len(texts) for name, texts in described.items()} == {"bundle": 1, "as_json": 1}


def test_the_commands_are_loaded_without_what_does_their_work() -> None:
    modules = ", ".join(place.partition(":")[0] for place, _ in COMMANDS.values())
    code = f"import sys, {modules}; print(sorted(set(sys.modules) & {HEAVY}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_what_a_command_prints_ends_with_json() -> None:
    """Lists for people (`models`, `layers`) have --json instead."""
    for name, (_, purpose) in COMMANDS.items():
        command = GROUP.get_command(None, name)
        has_json = any("--json" in parameter.opts for parameter in command.params)
        assert has_json or re.search("JSON line", command.help), purpose
