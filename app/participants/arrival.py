"""What a link says of the person who opens it: the ids that recruiters add to its address. Pure."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from app.core.errors import BadRequest
from app.participants.turk import worker_site

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


PANELS: tuple[SourceName, ...] = ("prolific", "mturk")
SOURCES = (
    Source("prolific", ("PROLIFIC_PID",), "SESSION_ID", "STUDY_ID"),
    Source("mturk", ("workerId",), "assignmentId", "hitId"),
    Source("link", ("participant", "id")),
)


@dataclass(frozen=True)
class Arrival:
    """Who comes, by the recruiter's word. `fields` are the link's own names and values, for forms.

    `proof` says that the recruiter vouched for the ids (`app.participants.proof`); `submit_to` is the site of
    MTurk where a worker hands in.
    """

    source: SourceName
    person: str
    visit: str | None = None
    errand: str | None = None
    fields: tuple[tuple[str, str], ...] = ()
    proof: str = ""
    submit_to: str | None = None


def arrival_of(parameters: Mapping[str, str]) -> Arrival | None:
    """The first recruiter whose ids are among a link's parameters; None without any.

    Capitals in the parameters' names do not count, and others than the recruiters' are dropped. A visit
    without a person stands for the person: it is all that is known. Raises `BadRequest` for an id that is
    too long to be one, or that a panel cannot have given, and for a site that is not MTurk's.
    """
    given = {name.casefold(): value for name, value in parameters.items()}

    def id_of(name: str | None) -> str | None:
        return _id(name, given.get(name.casefold(), "")) if name else None

    for source in SOURCES:
        visit, errand = id_of(source.visit), id_of(source.errand)
        person = next(filter(None, map(id_of, source.person)), visit)
        if person is not None:
            ids = {source.person[0]: person, source.visit: visit, source.errand: errand}
            if source.name in PANELS:
                _require_unbroken(ids.values())
            proof = given.get("arrival_proof", "")
            site = _worker_site(given) if source.name == "mturk" else None
            carried = {**ids, "arrival_proof": proof, "turkSubmitTo": site}
            fields = tuple((name, value) for name, value in carried.items() if name and value)
            return Arrival(source.name, person, visit, errand, fields, proof, site)
    return None


def _require_unbroken(ids: Iterable[str | None]) -> None:
    """Raises `BadRequest` for an id with a blank in it, which no panel gives."""
    if any(value is not None and " " in value for value in ids):
        raise BadRequest(
            "broken_id",
            "The ids in this link have blanks in them, so the link was changed on its way. Please go back "
            "and open the study from the page where you found it.",
        )


def _worker_site(given: Mapping[str, str]) -> str | None:
    named = given.get("turksubmitto", "")
    if named and worker_site(named) is None:
        raise BadRequest(
            "foreign_site",
            "This link names a site for handing in that is not MTurk's. Please open the study from MTurk.",
        )
    return worker_site(named)


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
            longest=LONGEST_ID,
        )
    unfilled = cleaned.startswith(("{{", "${"))
    return None if unfilled or cleaned == PREVIEW else cleaned or None
