"""Which emoji stand for which category: the table pictures.json.

Entries are file names without their ending, as npm's emoji packages spell code points. They were chosen by
looking at the pictures: a person who must answer with one of the 16 categories is in no doubt. The first of
each category is also its response icon. "oven" covers cooking food, as in the published task.
"""

import json
from collections.abc import Iterable
from importlib.resources import files

# Blocks of Unicode whose every emoji is one code point: food and plants, animals.
_NULL_BLOCKS = ((0x1F32D, 0x1F37F), (0x1F400, 0x1F43E))
_SPELLED_OTHERWISE = {0x1F336, 0x1F37D}


def starter_objects() -> dict[str, list[str]]:
    """Category to emoji file names, both in the table's order."""
    table: dict[str, list[str]] = json.loads(
        (files("synthesis.starter") / "pictures.json").read_text(encoding="utf-8")
    )
    return table


def null_objects() -> list[str]:
    """Emoji file names for the null distribution; none is a starter object."""
    starters = {name for names in starter_objects().values() for name in names}
    names = (f"{point:x}" for point in _null_points())
    return [name for name in names if name not in starters]


def _null_points() -> Iterable[int]:
    for first, last in _NULL_BLOCKS:
        yield from (point for point in range(first, last + 1) if point not in _SPELLED_OTHERWISE)
