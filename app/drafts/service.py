"""The life of a draft: made, saved, tried, opened. An opened study is frozen; a copy of it is a new draft."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from secrets import randbelow

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.actor import Actor
from app.core.config import Settings
from app.core.errors import Conflict, Invalid, NotFound, TooLarge
from app.db.tables import Study, StudyDraft, StudyDraftVersion
from app.drafts import queries
from app.drafts.checking import Checked, check, lines_of
from app.drafts.frozen import text_of_study
from app.drafts.new import free_name, new_text, text_of_copy
from app.drafts.places import Places

# What the pages may read of drafts.
from app.drafts.queries import studies_by_id as studies_by_id
from app.drafts.queries import version_of as version_of
from app.drafts.text import content_of
from app.experiments import service as experiments
from app.experiments.checking import CheckedStudy
from synthesis.common.errors import SpecError
from synthesis.common.safe_yaml import parse

SEEDS = 1_000_000
LONGEST_TEXT = 1_000_000  # characters; `safe_yaml.SIZE_LIMIT` is what a check reads


@dataclass(frozen=True)
class Ground:
    """What a draft's text is read on: this server's files, and the bundles that it knows by their digests."""

    places: Places
    known: frozenset[str]
    bundle_places: tuple[str, ...]


async def ground(session: AsyncSession, settings: Settings) -> Ground:
    held = await queries.bundles(session)
    places = Places(
        settings.spec_folder.resolve(), settings.bundle_folder.resolve(), frozenset(one.path for one in held)
    )
    return Ground(places, frozenset(one.digest for one in held), tuple(one.path for one in held))


async def drafts_for(session: AsyncSession, actor: Actor) -> list[StudyDraft]:
    """The drafts that the actor may see, those saved last first."""
    return [one for one in await queries.all_drafts(session) if _may(actor, one)]


async def draft_for(
    session: AsyncSession, actor: Actor, draft_id: int, *, locked: bool = False
) -> StudyDraft:
    """A draft that the actor may see and change. Raises `NotFound`, also for that of another account."""
    draft = await queries.draft_by_id(session, draft_id, locked=locked)
    if draft is None or not _may(actor, draft):
        raise NotFound("unknown_draft", f"there is no draft {draft_id} among yours")
    return draft


def _may(actor: Actor, draft: StudyDraft) -> bool:
    """Whoever made it, whoever works on its study, and the owners of the installation."""
    if actor.owns_installation:
        return True
    if draft.study_id is not None and actor.may("experimenter", draft.study_id):
        return True
    return actor.may_create and draft.owner_id is not None and draft.owner_id == actor.user_id


async def create(
    session: AsyncSession, actor: Actor, now: datetime, text: str | None = None, parent: str | None = None
) -> StudyDraft:
    """A new draft, of a text or of the one that all begin with. Raises `Forbidden` or `TooLarge`."""
    actor.require_create()
    if text is None:
        name = free_name("new-study", await queries.names_taken(session))
        text = new_text(name, randbelow(SEEDS))
    text = _bounded(text)
    draft = StudyDraft(
        name=name_in(text),
        text=text,
        version=1,
        owner_id=actor.user_id,
        made_by=actor.name,
        made_at=now,
        saved_by=actor.name,
        saved_at=now,
        parent=parent,
    )
    session.add(draft)
    await session.flush()
    _keep_version(session, draft)
    await audit.record(session, actor, "draft.created", _subject(draft), {"parent": parent or ""}, now)
    return draft


async def save(
    session: AsyncSession, actor: Actor, draft_id: int, version: int, text: str, now: datetime
) -> StudyDraft:
    """Save a text that was made from a version.

    Raises `Conflict` "draft_changed" if another version was saved since, and "study_frozen" if the study was
    opened; `NotFound`, `TooLarge`.
    """
    draft = await draft_for(session, actor, draft_id, locked=True)
    await require_unfrozen(session, draft)
    if draft.version != version:
        raise Conflict(
            "draft_changed",
            f"{draft.saved_by} saved version {draft.version} of this draft while you changed version "
            f"{version}; what you sent is below and not stored yet, choose which goes on",
        )
    text = _bounded(text)
    if text == draft.text:
        return draft
    draft.text, draft.name = text, name_in(text)
    draft.version, draft.saved_by, draft.saved_at = draft.version + 1, actor.name, now
    _keep_version(session, draft)
    await queries.forget_old_versions(session, draft)
    await audit.record(session, actor, "draft.saved", _subject(draft), {"version": draft.version}, now)
    return draft


async def delete(session: AsyncSession, actor: Actor, draft_id: int, now: datetime) -> None:
    """Delete a draft; a study that was made of it stays. Raises `NotFound`."""
    draft = await draft_for(session, actor, draft_id, locked=True)
    await audit.record(session, actor, "draft.deleted", _subject(draft), {}, now)
    await queries.remove(session, draft)


async def copy_study(session: AsyncSession, actor: Actor, name: str, now: datetime) -> StudyDraft:
    """A draft that begins with a study's text, under a new name. Raises `NotFound` or `Forbidden`."""
    study = await experiments.study_for(session, actor, name, "viewer")
    text = await text_of(session, study)
    another = free_name(study.name, await queries.names_taken(session))
    return await create(session, actor, now, text_of_copy(text, another), study.name)


async def text_of(session: AsyncSession, study: Study) -> str:
    """A study as a YAML text: the one it was made of if there is one, else made of what is stored."""
    draft = await queries.draft_of_study(session, study.id)
    if draft is not None and draft.stored_version is not None:
        version = await queries.version_of(session, draft.id, draft.stored_version)
        if version is not None:
            return version.text
    return text_of_study(study)


async def checked(draft: StudyDraft, on: Ground, *, whole: bool = False) -> Checked:
    """What is wrong with a draft, or what it makes. With `whole` every byte of its bundles is read."""
    return await asyncio.to_thread(check, draft.text, on.places, on.known, whole=whole)


def require_good(found: Checked) -> CheckedStudy:
    """Raises `Invalid` that names the first problem."""
    if found.study is None:
        first = lines_of(found.problems)[0]
        raise Invalid("draft_faulty", f"the study is not ready: {first}")
    return found.study


async def store(
    session: AsyncSession, actor: Actor, draft_id: int, version: int, made: CheckedStudy, now: datetime
) -> Study:
    """Make the study of a draft, or bring it up to this version; its pilot link lets people in then.

    Nothing is done if the study has this version already. Raises `Conflict`: another version was saved since
    it was checked, the name is taken, or the study was opened.
    """
    draft = await draft_for(session, actor, draft_id, locked=True)
    if draft.version != version:
        raise Conflict("draft_changed", "the draft was changed while it was checked; look at it again")
    own = await session.get(Study, draft.study_id) if draft.study_id else None
    if own is not None and (own.status != "draft" or draft.stored_version == version):
        return own
    name = made.definition.name
    other = await experiments.study_by_name(session, name)
    if other is not None and (own is None or other.id != own.id):
        raise Conflict("name_taken", f"there is a study {name!r} already; give this one another name")
    if own is not None:
        own.name = name
        await session.flush()
    study = await experiments.create_study(session, actor, made, now)
    draft.study_id, draft.stored_version = study.id, version
    return study


async def require_unfrozen(session: AsyncSession, draft: StudyDraft) -> None:
    """Raises `Conflict` if the study of a draft was opened."""
    study = await session.get(Study, draft.study_id) if draft.study_id else None
    if study is not None and study.status != "draft":
        raise Conflict(
            "study_frozen", f"the study {study.name!r} was opened and is frozen; copy it to change it"
        )


def require_readable(text: str) -> None:
    """Raises `Invalid` with one line unless a text is YAML with fields, as a check reads it."""
    try:
        content = parse(text, "the file").content
    except SpecError as error:
        raise Invalid("not_yaml", str(error)) from None
    if not isinstance(content, dict):
        raise Invalid("not_yaml", "the file: holds no fields of a study, such as name: and title:")


def name_in(text: str) -> str:
    """The name that a text gives its study; empty if none can be read."""
    try:
        name = content_of(text).get("name")
    except SpecError:
        return ""
    return name[:64] if isinstance(name, str) else ""


def _bounded(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\x00", "")
    if len(text) > LONGEST_TEXT:
        raise TooLarge("too_large", f"a study's text has at most {LONGEST_TEXT:,} characters")
    return text


def _keep_version(session: AsyncSession, draft: StudyDraft) -> None:
    session.add(
        StudyDraftVersion(
            draft_id=draft.id,
            version=draft.version,
            text=draft.text,
            saved_by=draft.saved_by,
            saved_at=draft.saved_at,
        )
    )


def _subject(draft: StudyDraft) -> str:
    return f"draft {draft.id} {draft.name}".rstrip()
