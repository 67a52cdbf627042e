"""Reading whatever was sent as a record of a trial, or is stored as one; pure, and it never fails."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from app.core.text import storable
from app.tasks.record import Duration, TrialRecord

OF_ANY_TRIAL = frozenset(TrialRecord.model_fields)
RECORD, FURTHER, RT = "record", "further", "rt_ms"

FURTHER_FIELDS = 40
NAME_LENGTH = 64
TEXT_LENGTH = 200
LARGEST_NUMBER = 1e15  # beyond it, a float does not tell every whole number

_response_time: TypeAdapter[float] = TypeAdapter(Duration, config={"strict": True, "allow_inf_nan": False})


Record = TypeVar("Record", bound=TrialRecord)


@dataclass(frozen=True)
class Reading(Generic[Record]):
    """A record as it was understood, and the names of what was there but could not be."""

    record: Record
    flags: tuple[str, ...] = ()


def read(model: type[Record], raw: Any) -> Reading[Record]:
    """Read any JSON value as a record of what a page did.

    A field that cannot be is null, and its name becomes a flag ("frame_ms", "flips_ms.image"); an entry of a
    list that cannot be is left out ("clicks.ms"). The flag
    "record" says that this is no such record. Fields that are not ours are kept in `further`,
    apart from all that is read: at most 40 of them, each a number, true, false, null or a text of at most 200
    characters; the flag "further" says that some were not kept. Records of earlier releases hold them beside
    the others. Reading again what was read changes nothing.
    """
    ours = frozenset(model.model_fields)
    given = raw if isinstance(raw, dict) else {}
    known = {name: value for name, value in given.items() if name in ours and value is not None}
    known[FURTHER], all_kept = _further(given, ours)
    flags = [] if known.keys() - OF_ANY_TRIAL else [RECORD]
    flags += [] if all_kept else [FURTHER]
    try:
        record = model.model_validate(known)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        record = model.model_validate(_without(known, (problem["loc"] for problem in problems)))
        flags += [_name(problem["type"], problem["loc"]) for problem in problems]
    return Reading(record, tuple(dict.fromkeys(flags)))


def response_time(raw: Any) -> tuple[float | None, tuple[str, ...]]:
    """A response time in ms, or None with a flag if it is no number from 0 to a day."""
    try:
        return _response_time.validate_python(raw), ()
    except ValidationError:
        return None, (RT,)


def no_time(raw: Any) -> tuple[None, tuple[str, ...]]:
    """The response time of a trial without an answer: none, with a flag if one was sent."""
    return None, (() if raw is None else (RT,))


def flags_in(stored: Any) -> tuple[str, ...]:
    """The flags that a database holds, whatever it holds."""
    return tuple(flag for flag in stored if isinstance(flag, str)) if isinstance(stored, list) else ()


def flat(record: TrialRecord) -> dict[str, Any]:
    """All that a record tells by name; fields that hold fields of their own are opened, and what is derived
    from several is added."""
    fields: dict[str, Any] = {}
    for name, value in record.model_dump().items():
        if isinstance(getattr(record, name), BaseModel):
            fields |= value
        else:
            fields[name] = value
    return fields | record.derived()


def _without(given: Mapping[str, Any], places: Iterable[tuple[int | str, ...]]) -> dict[str, Any]:
    """The fields but for those at `places`: each is a field, a field within one, or an entry of a list."""
    left: dict[Any, Any] = dict(given)
    entries: dict[int | str, set[int | str]] = {}
    for name, *within in places:
        if not within:
            del left[name]
        elif isinstance(left[name], list):
            entries.setdefault(name, set()).add(within[0])
        else:
            left[name] = {inner: value for inner, value in left[name].items() if inner != within[0]}
    for name, gone in entries.items():
        left[name] = [value for place, value in enumerate(left[name]) if place not in gone]
    return left


def _name(problem: str, place: tuple[int | str, ...]) -> str:
    """The name of a field that could not be, without names that are not ours and without places in lists."""
    if problem == "extra_forbidden":
        return FURTHER
    return ".".join(part for part in place if isinstance(part, str))


def _further(given: Mapping[str, Any], ours: frozenset[str]) -> tuple[dict[str, Any], bool]:
    """What is kept of fields that are not ours, and whether that is all of them."""
    namespace = given.get(FURTHER)
    fields = {name: value for name, value in given.items() if name not in ours}
    fields |= namespace if isinstance(namespace, dict) else {}
    kept = {name: value for name, value in fields.items() if _can_be_kept(name, value)}
    bounded = dict(list(kept.items())[:FURTHER_FIELDS])
    return bounded, len(bounded) == len(fields) and isinstance(namespace, dict | None)


def _can_be_kept(name: str, value: Any) -> bool:
    if len(name) > NAME_LENGTH or not storable(name):
        return False
    if isinstance(value, str):
        return len(value) <= TEXT_LENGTH and storable(value)
    if isinstance(value, int | float):
        return -LARGEST_NUMBER <= value <= LARGEST_NUMBER
    return value is None
