"""From the path of an uploaded file to its category and its name in the set; pure."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, get_args

from synthesis.common.names import NO_ANSWER, composed

Grouping = Literal["folder", "name", "none"]
GROUPINGS: tuple[Grouping, ...] = get_args(Grouping)
LONGEST_PATH, LONGEST_NAME = 400, 120
SUFFIXES = {"picture": ".png", "sound": ".wav"}
# Of a set whose files have no categories: pictures or sounds for a null.
WITHOUT_CATEGORY = "all"
# What computers put beside files, and nobody wants in a set.
_CLUTTER = {"thumbs.db", "desktop.ini", "__macosx"}
_BEGINNING = re.compile(r"^(.+?)(?:[_ -].*|[0-9]+)$", re.DOTALL)


class BadPath(ValueError):  # noqa: N818
    """The message says what is wrong with a path and what to do, without the path."""


@dataclass(frozen=True)
class Place:
    """Where a file lies in its set: the folder of its category, and its name without the ending."""

    category: str
    name: str


def is_clutter(path: str) -> bool:
    """Hidden files and what computers put beside files; they are passed over."""
    parts = path.replace("\\", "/").split("/")
    return any((part.startswith(".") and part.strip(".")) or part.lower() in _CLUTTER for part in parts)


def parts_of(path: str) -> list[str]:
    """The folders and the name of a path as a browser or an archive gives it. Raises `BadPath`."""
    if len(path) > LONGEST_PATH:
        raise BadPath(f"its path has more than {LONGEST_PATH} characters; shorten it")
    if "\\" in path or path.startswith("/") or re.match(r"^[A-Za-z]:", path):
        raise BadPath("its path is that of another computer's disk; give paths within the folder, with /")
    parts = [composed(part) for part in path.split("/")]
    if any(part in ("", ".", "..") for part in parts):
        raise BadPath("its path leads out of the folder, or has an empty part; rename it")
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Cs") for part in parts for letter in part):
        raise BadPath("its path has characters that cannot be seen; rename it")
    return parts


def place_of(path: str, grouping: Grouping) -> Place:
    """The category and name of a file. Raises `BadPath`."""
    *folders, last = parts_of(path)
    stem = last.rpartition(".")[0].strip() or last.strip()
    if grouping == "none":
        # A null's stimuli may lie at any depth, and two folders may hold the same names.
        return Place(WITHOUT_CATEGORY, _checked("name", "-".join([*folders[1:], stem])))
    category = _of_folder(folders) if grouping == "folder" else _of_name(stem)
    if category.strip().lower() == NO_ANSWER:
        raise BadPath(f"its category {category!r} stands for no answer in all data; give another name")
    return Place(_checked("category", category.strip()), _checked("name", stem))


def _of_folder(folders: list[str]) -> str:
    if not folders:
        raise BadPath("lies in no folder, whose name would be its category; upload the folder that it is in")
    return folders[-1]


def _of_name(stem: str) -> str:
    found = _BEGINNING.match(stem)
    if found is None:
        raise BadPath("its name has no category before a number, _, - or space, as in bear_01; rename it")
    return found.group(1)


def _checked(what: str, text: str) -> str:
    if not 0 < len(text.encode()) <= LONGEST_NAME:
        raise BadPath(f"its {what} has no or more than {LONGEST_NAME} bytes; shorten it")
    if text.startswith("."):
        raise BadPath(f"its {what} begins with a dot; rename it")
    return text
