"""Which emoji stand for which category: the table pictures.json.

Entries are file names without their ending, as npm's emoji packages spell code points. They were chosen by
looking at the pictures: a person who must answer with one of the 16 categories is in no doubt. The first of
each category is also its response icon. "oven" covers cooking food, as in the published task.
"""

import json
from importlib.resources import files


def starter_objects() -> dict[str, list[str]]:
    """Category to emoji file names, both in the table's order."""
    table: dict[str, list[str]] = json.loads(
        (files("synthesis.starter") / "pictures.json").read_text(encoding="utf-8")
    )
    return table
