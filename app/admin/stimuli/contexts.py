"""What the pages of stimulus sets show, ready to be printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from app.accounts.actor import Actor
from app.admin.accounts.dates import minute
from app.admin.paging import Pager
from app.db.tables import StimulusFile, StimulusSet
from app.stimulus_sets import service
from app.stimulus_sets.naming import SUFFIXES
from app.stimulus_sets.schemas import MB, Limits, Totals
from app.web.templating import PageContext

LIST = "/admin/stimuli"
PLURAL = {"picture": "pictures", "sound": "sounds"}
GROUPING_WORDS = {
    "folder": "the folder that a file lies in (bear/01.png)",
    "name": "the beginning of its name (bear_01.png)",
    "none": "none: for a null, whose stimuli need no category",
}
VERDICT_WORDS = {"": "All", "refused": "Refused", "warned": "With warnings", "accepted": "Accepted"}


@dataclass(frozen=True)
class SetRow:
    id: int
    name: str
    state: str
    about: str
    runs: str


@dataclass(frozen=True)
class SetsContext(PageContext):
    """All sets, and the form for another with what was entered and what is wrong with it."""

    template: ClassVar[str] = "admin/stimuli/sets.html"

    sets: tuple[SetRow, ...]
    may_create: bool
    name: str
    medium: str
    grouping: str
    media: Mapping[str, str]
    groupings: Mapping[str, str]
    problem: str


@dataclass(frozen=True)
class FileRow:
    """One file: where it came from, what it is called in the set, what was found."""

    path: str
    called: str
    verdict: str
    notes: tuple[str, ...]
    facts: str
    address: str
    drawing: str


@dataclass(frozen=True)
class SetContext(PageContext):
    """One set. `counts` are (verdict, in words, number, address), `categories` (name, number, address)."""

    template: ClassVar[str] = "admin/stimuli/set.html"

    id: int
    name: str
    medium: str
    plural: str
    is_ready: bool
    may_change: bool
    about: str
    history: tuple[tuple[str, str], ...]
    kept: int
    verdict: str
    counts: tuple[tuple[str, str, int, str], ...]
    category: str
    categories: tuple[tuple[str, int, str], ...]
    files: tuple[FileRow, ...]
    pager: Pager
    limits: str
    file_limit_bytes: int
    accepted_endings: str
    spec_path: str


def set_row(found: StimulusSet, totals: Totals, runs: Sequence[str]) -> SetRow:
    return SetRow(found.id, found.name, found.state, about(found, totals), ", ".join(runs))


def sets_page(
    rows: Sequence[SetRow],
    actor: Actor,
    name: str = "",
    medium: str = "picture",
    grouping: str = "folder",
    problem: str = "",
) -> SetsContext:
    media = {medium: words.capitalize() for medium, words in PLURAL.items()}
    return SetsContext(tuple(rows), actor.may_create, name, medium, grouping, media, GROUPING_WORDS, problem)


def about(found: StimulusSet, totals: Totals) -> str:
    """A set in one line."""
    noun = found.medium if totals.kept == 1 else PLURAL[found.medium]
    grouped = ""
    if found.grouping != "none":
        grouped = f" in {totals.categories:,} {'category' if totals.categories == 1 else 'categories'}"
    refused = totals.verdicts.get("refused", 0)
    further = f"; {refused:,} refused" if refused else ""
    return f"{totals.kept:,} {noun}{grouped}, {size_in_words(totals.size_bytes)}{further}"


def size_in_words(size_bytes: int) -> str:
    return f"{size_bytes / MB:,.1f} MB" if size_bytes >= MB else f"{size_bytes / 1000:,.0f} kB"


def history(found: StimulusSet, runs: Sequence[str]) -> tuple[tuple[str, str], ...]:
    rows = [("Begun by", f"{found.owner}, {minute(found.created_at)}")]
    if found.ready_at is not None:
        rows += [("Ready", minute(found.ready_at)), ("Content", f"SHA-256 {(found.digest or '')[:16]}…")]
    if runs:
        rows.append(("Used by the runs", ", ".join(runs)))
    return tuple(rows)


def file_row(found: StimulusSet, file: StimulusFile) -> FileRow:
    address = f"{LIST}/{found.id}/files/{file.sha256}" if file.sha256 else ""
    called = f"{file.category}/{file.name}{SUFFIXES[found.medium]}" if file.sha256 else ""
    return FileRow(
        path=file.path,
        called=called if called != file.path.partition("/")[2] else "",
        verdict=file.verdict,
        notes=tuple(file.notes),
        facts=facts_in_words(file.facts),
        address=address,
        drawing=f"{LIST}/{found.id}/drawings/{file.sha256}" if address else "",
    )


def facts_in_words(facts: Mapping[str, Any]) -> str:
    """What was measured of a file, in one line with units."""
    if "width_px" in facts:
        grey = ", grey" if facts["grey"] else ""
        return f"{facts['kind']}, {facts['width_px']} × {facts['height_px']} px, {facts['mode']}{grey}"
    if "duration_s" in facts:
        rate_khz = facts["sample_rate_hz"] / 1000
        return (
            f"{facts['kind']}, {facts['duration_s']:g} s, {rate_khz:g} kHz, {facts['bits']} bits, "
            f"{facts['rms_dbfs']:.1f} dBFS RMS, peak {facts['peak_dbfs']:.1f} dBFS"
        )
    return ""


def limits_in_words(limits: Limits) -> str:
    return (
        f"At most {limits.files:,} files, {limits.file_bytes / MB:,g} MB each and "
        f"{limits.set_bytes / MB:,g} MB together; an archive at most {limits.archive_bytes / MB:,g} MB."
    )


def may_change(actor: Actor, found: StimulusSet) -> bool:
    return service.may_change(actor, found)


def counts(set_id: int, totals: Totals) -> tuple[tuple[str, str, int, str], ...]:
    """The verdicts to choose among; those that no file has are left out."""
    numbers = {"": totals.files, **totals.verdicts}
    return tuple(
        (verdict, words, numbers[verdict], f"{LIST}/{set_id}" + (f"?verdict={verdict}" if verdict else ""))
        for verdict, words in VERDICT_WORDS.items()
        if numbers.get(verdict) or not verdict
    )


def category_links(
    found: StimulusSet, categories: Sequence[tuple[str, int]]
) -> tuple[tuple[str, int, str], ...]:
    if found.grouping == "none":
        return ()
    return tuple(
        (category, number, f"{LIST}/{found.id}?{urlencode({'category': category})}")
        for category, number in categories
    )
