"""The response grid of the lab preset is filled by columns."""

import pytest

from app.tasks.image16.page import by_columns
from app.tasks.image16.task import IMAGE16

LAB = IMAGE16.presets["image16-lab"]
ALPHABETICAL = sorted(LAB.columns)


def test_the_published_grid() -> None:
    told = IMAGE16.told(LAB, ALPHABETICAL, "CODE").model_dump()
    names = [choice["name"] for choice in told["choices"]]
    assert [names[start : start + 4] for start in range(0, 16, 4)] == [
        ["knife", "bicycle", "bear", "truck"],
        ["airplane", "clock", "boat", "car"],
        ["keyboard", "oven", "cat", "bird"],
        ["elephant", "chair", "bottle", "dog"],
    ]


def test_the_grid_of_the_online_preset_is_as_given() -> None:
    told = IMAGE16.told(IMAGE16.presets["image16-online"], ALPHABETICAL, "CODE").model_dump()
    assert [choice["name"] for choice in told["choices"]] == ALPHABETICAL


@pytest.mark.parametrize("count", range(21))
def test_other_categories_fill_columns_in_their_order_and_only_the_last_row_is_short(count: int) -> None:
    names = [f"c{number:02}" for number in range(count)]
    rows = by_columns(names, LAB.columns)
    assert sorted(rows) == names
    columns = [rows[column::4] for column in range(4)]
    assert [name for column in columns for name in column] == names
