"""What can be asked of a synthesis run, and what a worker is given; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Literal, get_args

from app.stimulus_sets.storage import FOLDER
from synthesis.common.safe_yaml import parse

State = Literal["queued", "running", "cancelling", "cancelled", "failed", "finished"]
STATES: tuple[State, ...] = get_args(State)
# What a run that a worker has taken may be in.
TAKEN: tuple[State, ...] = ("running", "cancelling")
# States that change without anybody asking for it.
LIVE: tuple[State, ...] = ("queued", *TAKEN)

NAME_PATTERN = "[a-z0-9][a-z0-9-]{0,63}"
SPEC_LIMIT = 20_000  # characters


@dataclass(frozen=True)
class Claim:
    """A run as one worker has taken it. A later taker of the same run has a larger `attempt`."""

    run_id: int
    attempt: int
    name: str
    spec: str
    spec_folder: Path


def paths_that_leave(spec: str) -> list[str]:
    """Texts in a spec that would lead out of its folder: absolute, with "..", "~" or an address.

    Every text is looked at, whatever its field, so that fields yet to come are covered.
    """
    return [text for text in _texts(parse(spec, "spec").content) if _leaves(text)]


def sets_named(spec: str) -> list[str]:
    """The names of stimulus sets that a spec's relative paths lead to: sets/NAME."""
    content = parse(spec, "spec").content
    fields = content if isinstance(content, dict) else {}
    paths = [PurePath(text) for text in map(fields.get, ("stimuli", "null_stimuli")) if isinstance(text, str)]
    return sorted({path.parts[1] for path in paths if path.parts[0] == FOLDER and len(path.parts) == 2})


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from _texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value)


def _leaves(text: str) -> bool:
    path = PurePath(text)
    return path.is_absolute() or ".." in path.parts or text.startswith("~") or "://" in text
