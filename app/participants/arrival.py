"""What a link says of the person who opens it: the ids that recruiters add to its address. Pure."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from app.core.errors import BadRequest

LONGEST_ID = 128
# What MTurk gives instead of an assignment to workers who look before they accept.
PREVIEW = "ASSIGNMENT_ID_NOT_AVAILABLE"

SourceName = Literal["prolific", "mturk", "laboratory", "link"]


@dataclass(frozen=True)
class Source:
    """The names of a recruiter's parameters. The first of `person` that is given counts."""

    name: SourceName
    person: tuple[str, ...]
    visit: str | None = None
    errand: str | None = None


SOURCES = (
    Source("prolific", ("PROLIFIC_PID",), "SESSION_ID", "STUDY_ID"),
    Source("mturk", ("workerId",), "assignmentId", "hitId"),
    Source("link", ("participant", "id")),
)


@dataclass(frozen=True)
class Arrival:
    """Who comes, by the recruiter's word. `fields` are the link's own names and values, for forms."""

    source: SourceName
    person: str
    visit: str | None = None
    errand: str | None = None
    fields: tuple[tuple[str, str], ...] = ()


def arrival_of(parameters: Mapping[str, str]) -> Arrival | None:
    """The first recruiter whose ids are among a link's parameters; None without any.

    Capitals in the parameters' names do not count, and others than the recruiters' are dropped. A visit
    without a person stands for the person: it is all that is known. Raises `BadRequest` for an id that is
    too long to be one.
    """
    given = {name.casefold(): value for name, value in parameters.items()}

    def id_of(name: str | None) -> str | None:
        return _id(name, given.get(name.casefold(), "")) if name else None

    for source in SOURCES:
        visit, errand = id_of(source.visit), id_of(source.errand)
        person = next(filter(None, map(id_of, source.person)), visit)
        if person is not None:
            ids = {source.person[0]: person, source.visit: visit, source.errand: errand}
            fields = tuple((name, value) for name, value in ids.items() if name and value)
            return Arrival(source.name, person, visit, errand, fields)
    return None


def is_preview(parameters: Mapping[str, str]) -> bool:
    """Whether a worker looks at the study without having accepted it."""
    return any(
        name.casefold() == "assignmentid" and value.strip() == PREVIEW for name, value in parameters.items()
    )


def typed_number(text: str) -> Arrival | None:
    """A participant number that was typed in the laboratory; None for an empty one.

    Capitals do not count, nor does the width of digits that some keyboards type. Raises `BadRequest`.
    """
    number = _id("participant number", unicodedata.normalize("NFKC", text).upper())
    return Arrival("laboratory", number) if number else None


def _id(name: str, text: str) -> str | None:
    """A cleaned id; None for one that is empty, or that the recruiter has not filled in.

    Characters that cannot be seen (control characters, NUL, zero-width ones) come from copying and are left
    out.
    """
    seen = "".join(letter for letter in text if unicodedata.category(letter)[0] != "C")
    cleaned = " ".join(seen.split())
    if len(cleaned) > LONGEST_ID:
        raise BadRequest(
            "bad_id",
            f"The {name} that was given has more than {LONGEST_ID} characters. "
            "Please open the link, or type the number, exactly as it was given to you.",
        )
    unfilled = cleaned.startswith(("{{", "${"))
    return None if unfilled or cleaned == PREVIEW else cleaned or None
