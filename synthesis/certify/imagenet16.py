"""The 16 published categories and the 207 ILSVRC-2012 classes that belong to them.

Source: Geirhos et al. 2018, "Generalisation in humans and deep neural networks" (16-class-ImageNet).
"""

from collections.abc import Mapping
from types import MappingProxyType

CLASS_COUNT = 1000

# Indices (from 0) in the usual order of the 1,000 classes, ends included.
_RANGES = {
    "airplane": "404",
    "bear": "294-297",
    "bicycle": "444 671",
    "bird": "8 10-16 18-20 22-24 80-83 87-96 98-100 127-133 135-145",
    "boat": "472 554 625 814 914",
    "bottle": "440 720 737 898-899 901 907",
    "car": "436 511 817",
    "cat": "281-286",
    "chair": "423 559 765 857",
    "clock": "409 530 892",
    "dog": "152-191 193-203 205-226 228-241 243-250 252-257 259 261-263 265-268",
    "elephant": "385-386",
    "keyboard": "508 878",
    "knife": "499",
    "oven": "766",
    "truck": "555 569 656 675 717 734 864 867",
}


def _indices(ranges: str) -> tuple[int, ...]:
    indices: list[int] = []
    for part in ranges.split():
        first, _, last = part.partition("-")
        indices.extend(range(int(first), int(last or first) + 1))
    return tuple(indices)


CATEGORIES: tuple[str, ...] = tuple(sorted(_RANGES))
CLASSES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {name: _indices(_RANGES[name]) for name in CATEGORIES}
)
