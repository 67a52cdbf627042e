"""The command line of the synthesis program as typed data, for programs that call it.

Each class is one command of ``python -m synthesis``, its fields are the command's parameters. What is left at
None is the command's own default. The parameters are described where the commands are: synthesis/commands.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import ClassVar, Literal

PROGRAM = (sys.executable, "-m", "synthesis")
ProgressFormat = Literal["bar", "json"]

Value = str | Path | int | Sequence[str | Path] | None


@dataclass(frozen=True, kw_only=True)
class Command:
    """`command` is its name; `positional` are the fields that are given without their names, in order."""

    command: ClassVar[str]
    positional: ClassVar[tuple[str, ...]] = ()

    def arguments(self) -> list[str]:
        """The words of the command's name and its parameters, as the program takes them."""
        values: dict[str, Value] = {field.name: getattr(self, field.name) for field in fields(self)}
        words = [
            *self.command.split(),
            *(str(one) for name in self.positional for one in _each(values.pop(name))),
        ]
        for name, value in values.items():
            option = f"--{name.replace('_', '-')}"
            for one in _each(value):
                words += [option, str(one)]
        return words


def program_arguments(command: Command, *, stop_with_stdin: bool = False) -> list[str]:
    """What follows the program's name. With `stop_with_stdin` it ends when its standard input is closed."""
    return [*(["--stop-with-stdin"] if stop_with_stdin else []), *command.arguments()]


@dataclass(frozen=True, kw_only=True)
class Run(Command):
    command: ClassVar[str] = "run"
    positional: ClassVar[tuple[str, ...]] = ("spec",)

    spec: Path
    out: str | Path
    paths_from: Path | None = None
    progress: ProgressFormat | None = None


@dataclass(frozen=True, kw_only=True)
class Verify(Command):
    command: ClassVar[str] = "verify"
    positional: ClassVar[tuple[str, ...]] = ("bundle",)

    bundle: str | Path
    weights: Path | None = None
    model: str | None = None
    null: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Check(Command):
    command: ClassVar[str] = "check"
    positional: ClassVar[tuple[str, ...]] = ("specs",)

    specs: Sequence[Path]


@dataclass(frozen=True, kw_only=True)
class Report(Command):
    command: ClassVar[str] = "report"
    positional: ClassVar[tuple[str, ...]] = ("bundle",)

    bundle: str | Path
    stimulus: Sequence[str] | None = None


@dataclass(frozen=True, kw_only=True)
class DimensionsFit(Command):
    command: ClassVar[str] = "dimensions fit"
    positional: ClassVar[tuple[str, ...]] = ("spec",)

    spec: Path
    out: Path


@dataclass(frozen=True, kw_only=True)
class DimensionsGrid(Command):
    command: ClassVar[str] = "dimensions grid"
    positional: ClassVar[tuple[str, ...]] = ("spec",)

    spec: Path
    out: str | Path


@dataclass(frozen=True, kw_only=True)
class DimensionsServe(Command):
    command: ClassVar[str] = "dimensions serve"
    positional: ClassVar[tuple[str, ...]] = ("bundle",)

    bundle: str | Path
    weights: str | None = None
    model: str | None = None


@dataclass(frozen=True, kw_only=True)
class Readout(Command):
    command: ClassVar[str] = "readout"
    positional: ClassVar[tuple[str, ...]] = ("folder",)

    folder: Path
    model: str
    out: Path


@dataclass(frozen=True, kw_only=True)
class Starter(Command):
    command: ClassVar[str] = "starter"

    out: Path
    per_category: int | None = None


@dataclass(frozen=True, kw_only=True)
class StarterWords(Command):
    command: ClassVar[str] = "starter-words"

    out: Path
    words: int | None = None


def _each(value: Value) -> Sequence[str | Path | int]:
    """The values of a parameter: none, one, or those of one that may be repeated."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str | Path | int) else value
