"""What the typed commands say is what the program's own parser understands."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer

from synthesis.commands.program import app
from synthesis.common.command_line import (
    Check,
    Command,
    DimensionsFit,
    DimensionsGrid,
    DimensionsServe,
    Readout,
    Report,
    Run,
    Starter,
    StarterWords,
    Verify,
    program_arguments,
)

# Each field is given, with a value that could be taken for something else.
CALLS = [
    Run(spec=Path("a b.yaml"), out="s3://bucket/out", paths_from=Path("folder"), progress="json"),
    Verify(bundle=Path("bundle"), weights=Path("w.pt"), model="m.py:make", null=Path("null.json")),
    Check(specs=[Path("a b.yaml"), Path("c.yaml")]),
    Report(bundle="s3://bucket/out", stimulus=["cat/a b.png", "dog/--x.png"]),
    Readout(folder=Path("pictures"), model="efficientnet_lite0", out=Path("r.safetensors")),
    DimensionsFit(spec=Path("a b.yaml"), out=Path("fit.safetensors")),
    DimensionsGrid(spec=Path("a b.yaml"), out="s3://bucket/out"),
    DimensionsServe(bundle="s3://bucket/out", weights="w.safetensors", model="m.py:make"),
    Starter(out=Path("starter"), per_category=2),
    StarterWords(out=Path("words"), words=16),
]


def understood(words: list[str]) -> tuple[dict[str, Any], str, dict[str, Any]]:
    """The program's options, the command's name and its parameters, as the program's parser reads them."""
    group: Any = typer.main.get_command(app)
    whole = group.make_context("synthesis", words)
    name, command, rest = group.resolve_command(whole, [*whole._protected_args, *whole.args])
    if isinstance(command, typer.core.TyperGroup):  # a command of two words
        inner = command.make_context(name, list(rest))
        second, command, rest = command.resolve_command(inner, [*inner._protected_args, *inner.args])
        name = f"{name} {second}"
    return whole.params, name, command.make_context(name, list(rest)).params


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.command)
def test_the_program_understands_each_field(call: Command) -> None:
    options, name, parameters = understood(program_arguments(call, stop_with_stdin=True))
    assert options == {"stop_with_stdin": True}
    assert name == call.command
    for field in fields(call):
        given = getattr(call, field.name)
        taken = parameters[field.name]
        assert taken == (list(given) if isinstance(given, list) else type(taken)(given)), field.name


def test_every_typed_command_is_tried_here() -> None:
    assert {type(call) for call in CALLS} == set(Command.__subclasses__())


def test_what_is_not_given_is_left_to_the_program() -> None:
    assert program_arguments(Starter(out=Path("folder"))) == ["starter", "--out", "folder"]
    options, _, parameters = understood(program_arguments(Report(bundle="b")))
    assert options == {"stop_with_stdin": False}
    assert not parameters["stimulus"]
