"""Numbers of plans."""

import pytest

from app.participants.service import lowest_free


@pytest.mark.parametrize(("held", "slot"), [([], 0), ([0, 1], 2), ([0, 2, 3], 1), ([1, 1, 0, 5], 2)])
def test_the_lowest_free_slot_is_given(held: list[int], slot: int) -> None:
    assert lowest_free(held) == slot
