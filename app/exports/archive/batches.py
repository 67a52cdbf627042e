"""Rows of an archive in batches, and what they name by its place."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from app.exports.archive.checking import Archive, refuse

AT_ONCE = 2_000
Item = TypeVar("Item")


def batches(rows: Iterable[Item]) -> Iterator[list[Item]]:
    held: list[Item] = []
    for row in rows:
        held.append(row)
        if len(held) == AT_ONCE:
            yield held
            held = []
    if held:
        yield held


def at(archive: Archive, items: Sequence[Item], place: int, what: str) -> Item:
    """The item at a place, from 0. Raises `Invalid` where the archive has none."""
    if place >= len(items):
        refuse(archive.path, f"a row names a {what} {place}, which it does not have")
    return items[place]
