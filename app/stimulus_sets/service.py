"""Stimulus sets: begun, filled file by file, made ready, used by runs, deleted."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.actor import Actor
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.db.constraints import violated_constraint
from app.db.tables import RunSet, StimulusFile, StimulusSet
from app.stimulus_sets import queries
from app.stimulus_sets.naming import GROUPINGS, SUFFIXES, Grouping
from app.stimulus_sets.queries import all_sets as all_sets
from app.stimulus_sets.queries import categories_of as categories_of
from app.stimulus_sets.queries import count_of_files as count_of_files
from app.stimulus_sets.queries import kept_by_digest as kept_by_digest
from app.stimulus_sets.queries import lengths_of_sounds as lengths_of_sounds
from app.stimulus_sets.queries import page_of_files as page_of_files
from app.stimulus_sets.queries import runs_of_sets as runs_of_sets
from app.stimulus_sets.queries import sent_files as sent_files
from app.stimulus_sets.schemas import MB, NAME_PATTERN, Examined, Limits, Totals

NO_FILES = Totals({}, 0, 0)


def may_change(actor: Actor, found: StimulusSet) -> bool:
    """Whether the actor may add to a set, make it ready and delete it: its maker, and owners of all."""
    return actor.may_create and (actor.owns_installation or found.owner_id == actor.user_id)


async def create(
    session: AsyncSession, actor: Actor, name: str, medium: str, grouping: str, now: datetime
) -> StimulusSet:
    """Begin an empty set. Raises `Forbidden`, `Invalid` or, for a name that is taken, `Conflict`."""
    actor.require_create()
    if not re.fullmatch(NAME_PATTERN, name):
        raise Invalid("bad_name", f"name {name!r}: use at most 64 small letters, digits and hyphens")
    if medium not in SUFFIXES or grouping not in GROUPINGS:
        raise Invalid("bad_set", "a set is of pictures or sounds, with categories by folder, by name or none")
    made = StimulusSet(
        name=name,
        medium=medium,
        grouping=grouping,
        state="open",
        owner_id=actor.user_id,
        owner=actor.name,
        created_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        if violated_constraint(error) != "uq_stimulus_sets_name":
            raise
        raise Conflict("name_taken", f"there is a set {name!r} already; give another name") from None
    await audit.record(
        session, actor, "stimulus_set.created", f"stimulus set {name}", {"medium": medium}, now
    )
    return made


async def get_set(session: AsyncSession, set_id: int) -> StimulusSet:
    return _found(await queries.set_by_id(session, set_id))


async def open_set(session: AsyncSession, actor: Actor, set_id: int) -> StimulusSet:
    """A set that files can be added to. Raises `NotFound`, `Forbidden` or `Conflict`."""
    return _changeable(await queries.set_by_id(session, set_id), actor)


async def totals_of(session: AsyncSession, set_id: int) -> Totals:
    return (await queries.totals(session, set_id)).get(set_id, NO_FILES)


async def all_totals(session: AsyncSession) -> dict[int, Totals]:
    return await queries.totals(session)


async def already_there(session: AsyncSession, set_id: int, path: str, sha256: str) -> StimulusFile | None:
    """The row of these very bytes under this path, if they were sent before."""
    found = await queries.file_by_path(session, set_id, path)
    return found if found is not None and found.source_sha256 == sha256 else None


async def add(
    session: AsyncSession, actor: Actor, set_id: int, examined: Examined, limits: Limits
) -> StimulusFile:
    """Store what was found of a file; a file that is there already is refused, and that is stored too.

    The same bytes under the same path change nothing. Raises `NotFound`, `Forbidden`, or `Conflict`: the set
    is ready or full, or another file was kept under this path.
    """
    _changeable(await queries.lock_set(session, set_id), actor)
    sent = examined.sent
    before = await queries.file_by_path(session, set_id, sent.path)
    if before is not None and before.source_sha256 == sent.sha256:
        return before
    if before is not None and before.verdict != "refused":
        raise Conflict(
            "path_taken", f"{sent.path}: another file of this path is in the set; rename one of them"
        )
    if before is None:
        await _require_room(session, set_id, examined, limits)
    row = before or StimulusFile(set_id=set_id, path=sent.path)
    _describe(row, examined, await _fault(session, set_id, examined))
    session.add(row)
    await session.flush()
    return row


async def _require_room(session: AsyncSession, set_id: int, examined: Examined, limits: Limits) -> None:
    totals = await totals_of(session, set_id)
    if totals.files >= limits.files:
        raise Conflict("set_full", f"the set has {limits.files:,} files, the most it can have; begin another")
    if totals.size_bytes + examined.size_bytes > limits.set_bytes:
        raise Conflict(
            "set_full", f"the set would be larger than {limits.set_bytes / MB:,g} MB; begin another"
        )


async def _fault(session: AsyncSession, set_id: int, examined: Examined) -> str | None:
    """Why a file that is good by itself is refused in this set."""
    if examined.findings.refused or examined.place is None:
        return None
    content = examined.findings.content_sha256
    if same := await queries.kept_with_content(session, set_id, content):
        return f"has the same content as {same.path}"
    place = examined.place
    if named := await queries.kept_at(session, set_id, place.category, place.name):
        return f"has the name of {named.path} in the set; rename one of them"
    return None


def _describe(row: StimulusFile, examined: Examined, fault: str | None) -> None:
    findings, place = examined.findings, examined.place
    refused = findings.refused or fault is not None
    row.category, row.name = (place.category, place.name) if place else ("", "")
    row.source_sha256, row.source_bytes = examined.sent.sha256, examined.sent.size_bytes
    row.verdict = "refused" if refused else findings.verdict
    row.sha256 = None if refused else examined.sha256
    row.content_sha256 = None if refused else findings.content_sha256
    row.size_bytes = 0 if refused else examined.size_bytes
    row.notes = [fault, *findings.notes] if fault else list(findings.notes)
    row.facts = findings.facts


async def files_to_lay_out(session: AsyncSession, actor: Actor, set_id: int) -> list[tuple[str, str, str]]:
    """(category, file name, digest) of all files, of a set that is locked from now on.

    Raises `Conflict` for a set without files.
    """
    found = _changeable(await queries.lock_set(session, set_id), actor)
    kept = await queries.kept_files(session, set_id)
    if not kept:
        raise Conflict("set_empty", "the set has no file that was accepted; upload some first")
    suffix = SUFFIXES[found.medium]
    return [(category, f"{name}{suffix}", sha256) for category, name, sha256, _ in kept]


async def make_ready(session: AsyncSession, actor: Actor, set_id: int, now: datetime) -> StimulusSet:
    """From now on the set can be used and does not change. Raises `NotFound`, `Forbidden` or `Conflict`."""
    found = _changeable(await queries.lock_set(session, set_id), actor)
    kept = await queries.kept_files(session, set_id)
    lines = "\n".join("\t".join((category, name, content)) for category, name, _, content in kept)
    found.state, found.ready_at = "ready", now
    found.digest = hashlib.sha256(lines.encode()).hexdigest()
    detail = {"files": len(kept), "sha256": found.digest}
    await audit.record(session, actor, "stimulus_set.ready", f"stimulus set {found.name}", detail, now)
    return found


async def delete(session: AsyncSession, actor: Actor, set_id: int, now: datetime) -> str:
    """Forget a set; returns its name. Its files are the caller's to remove once that is stored.

    Raises `NotFound`, `Forbidden`, or `Conflict` while a run needs it.
    """
    found = _found(await queries.lock_set(session, set_id))
    _require_change(actor, found)
    if runs := await queries.runs_in_need(session, set_id):
        raise Conflict(
            "set_in_use", f"the run {runs[0]} needs this set until it is finished; the set cannot be deleted"
        )
    await queries.delete_set(session, found)
    await audit.record(session, actor, "stimulus_set.deleted", f"stimulus set {found.name}", {}, now)
    return found.name


async def link_to_run(session: AsyncSession, run_id: int, names: Sequence[str]) -> None:
    """Keep the ready sets among `names` from being deleted before the run is finished."""
    for set_id in (await queries.ids_by_name(session, names)).values():
        session.add(RunSet(run_id=run_id, set_id=set_id))
    await session.flush()


def grouping_of(found: StimulusSet) -> Grouping:
    return next(grouping for grouping in GROUPINGS if grouping == found.grouping)


def _changeable(found: StimulusSet | None, actor: Actor) -> StimulusSet:
    changed = _found(found)
    _require_change(actor, changed)
    if changed.state != "open":
        raise Conflict("set_ready", f"the set {changed.name} is ready and does not change; begin another")
    return changed


def _require_change(actor: Actor, found: StimulusSet) -> None:
    actor.require_create()
    if not may_change(actor, found):
        raise Forbidden(
            "not_your_set",
            f"the set is {found.owner}'s, who can change it, as can owners of the installation",
        )


def _found(found: StimulusSet | None) -> StimulusSet:
    if found is None:
        raise NotFound("unknown_set", "there is no such stimulus set")
    return found
