"""A program of many commands: each command's module, and all that it imports, is loaded when it is called."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

# A command's name, then where it is (`package.module:attribute`, a function or a Typer) and what it is for.
Commands = Mapping[str, tuple[str, str]]


def program(commands: Commands, **options: Any) -> typer.Typer:
    """A Typer of these commands. Its list of commands, for --help, loads none of them."""

    class Lazy(_LazyGroup):
        table = commands

    return typer.Typer(
        cls=Lazy,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        **options,
    )


class _LazyGroup(TyperGroup):
    table: ClassVar[Commands] = {}
    _lists = False

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.table:
            return None
        place, purpose = self.table[cmd_name]
        return TyperCommand(cmd_name, help=purpose) if self._lists else _load(cmd_name, place)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        with self._listing():
            super().format_help(ctx, formatter)

    @contextmanager
    def _listing(self) -> Iterator[None]:
        self._lists = True
        try:
            yield
        finally:
            self._lists = False


def _load(name: str, place: str) -> Any:
    module, _, attribute = place.partition(":")
    found = getattr(import_module(module), attribute)
    holder = typer.Typer(add_completion=False, callback=_nothing)
    if isinstance(found, typer.Typer):
        holder.add_typer(found, name=name)
    else:
        holder.command(name)(found)
    group = typer.main.get_command(holder)
    assert isinstance(group, TyperGroup)
    return group.commands[name]


def _nothing() -> None:
    """What a holder of one command does besides: a Typer without a callback would be that command itself."""
