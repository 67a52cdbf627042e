"""Making studies, opening and closing them. A study is frozen when it is opened for the first time."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit, sharing
from app.accounts.actor import Actor, Role
from app.core.errors import Conflict, Gone, Invalid, NotFound
from app.core.randomness import secret_seed
from app.core.tokens import new_code, new_token
from app.db.tables import Study, StudyBundle, StudyExclusion, StudyLink, StudyStimulus
from app.experiments import queries
from app.experiments.cells import study_conditions
from app.experiments.checking import CheckedStudy
from app.experiments.checking import check_study as check_study

# What other domains may read of studies.
from app.experiments.closing import close_if_complete as close_if_complete
from app.experiments.closing import has_places as has_places
from app.experiments.closing import is_full as is_full
from app.experiments.conditions import Conditions
from app.experiments.designs import abx_design_of as abx_design_of
from app.experiments.designs import cells_of as cells_of
from app.experiments.designs import definition_of as definition_of
from app.experiments.designs import design_of as design_of
from app.experiments.live import live_pictures as live_pictures
from app.experiments.queries import NetworkBundle as NetworkBundle
from app.experiments.queries import all_bundles as all_bundles
from app.experiments.queries import all_links as all_links
from app.experiments.queries import all_studies as all_studies
from app.experiments.queries import bundles_of_study as bundles_of_study
from app.experiments.queries import links_of_study as links_of_study
from app.experiments.queries import lock_study as lock_study
from app.experiments.queries import study_by_name as study_by_name
from app.experiments.schemas import AUDIENCES, StudyDefinition
from app.live_pictures import measuring
from app.stimuli import service as stimuli

SECRET_TRIES = 100


async def create_study(session: AsyncSession, actor: Actor, checked: CheckedStudy, now: datetime) -> Study:
    """Store a checked study as a draft with its three links; an older draft of this name is replaced.

    Its pilot and simulated links let people in at once; sessions of the older draft are deleted, since their
    plans are of another study.

    Raises `Conflict` if a study of this name was opened already, or is another's; `Forbidden`.
    """
    actor.require_create()
    definition = checked.definition
    bundles = [
        await stimuli.ingest(session, actor, one.source.bundle, one.manifest, now) for one in checked.bundles
    ]
    study = await queries.study_by_name(session, definition.name)
    if study is None:
        study = Study(name=definition.name, status="draft", definition={}, created_at=now)
        session.add(study)
        await session.flush()
        session.add_all(
            StudyLink(study_id=study.id, code=new_code(), audience=audience) for audience in AUDIENCES
        )
        await sharing.own(session, actor, study.id)
    elif not actor.may("experimenter", study.id):
        raise Conflict("name_taken", f"the name {study.name!r} is taken; give the study another one")
    elif study.status == "draft":
        await queries.remove_sessions(session, study.id)
        await queries.remove_bundles(session, study.id)
    else:
        raise Conflict(
            "study_frozen",
            f"the study {study.name!r} was opened and is frozen; give the changed study another name",
        )
    study.definition, study.picture_px = definition.model_dump(mode="json"), checked.picture_px
    await queries.remove_own_stimuli(session, study.id)
    await queries.remove_exclusions(session, study.id)
    excluded = definition.recruitment.excludes if definition.recruitment else ()
    session.add_all(StudyExclusion(study_id=study.id, excluded_name=name) for name in sorted(set(excluded)))
    session.add_all(
        StudyStimulus(study_id=study.id, category=one.category, media_type=one.media_type, data=one.data)
        for one in checked.catch
    )
    session.add_all(
        StudyBundle(study_id=study.id, position=position, bundle_id=bundle.id, network=one.network)
        for position, (one, bundle) in enumerate(zip(checked.bundles, bundles, strict=True))
    )
    await session.flush()
    await _draw_secret(session, study)
    await audit.record(session, actor, "study.saved", f"study {study.name}", {}, now)
    return study


async def open_study(session: AsyncSession, actor: Actor, name: str, now: datetime) -> Study:
    """Let participants in. From now on the definition never changes.

    Raises `NotFound`, `Forbidden` or `Conflict`.
    """
    study = await locked_study_for(session, actor, name, "experimenter")
    if study.status == "open":
        raise Conflict("study_open", f"the study {name!r} is open already")
    if study.imported_from is not None:
        raise Conflict(
            "imported_study",
            f"the study {name!r} was imported with its data, so nobody new can enter; make a study from its "
            "study file instead",
        )
    if shows_live(study):
        await _require_quick(session, study, now)
    if study.opened_at is None and not study.secret:  # a draft of an earlier release
        await _draw_secret(session, study)
    action = "study.resumed" if study.status == "paused" else "study.opened"
    study.status, study.opened_at, study.closed_at = "open", study.opened_at or now, None
    study.closed_by = None
    await audit.record(session, actor, action, f"study {name}", {}, now)
    return study


def shows_live(study: Study) -> bool:
    """Whether a study shows pictures that are made while participants are at it."""
    definition = definition_of(study)
    return definition.task.adaptive and definition.measuring.source == "live"


async def _require_quick(session: AsyncSession, study: Study, now: datetime) -> None:
    (bundle,) = await queries.bundles_of_study(session, study.id)
    wanted = live_pictures(await abx_design_of(session, study))
    await measuring.require_quick(session, bundle.bundle.id, wanted, study.name, now)


async def _draw_secret(session: AsyncSession, study: Study) -> None:
    """Give the study a secret with which every condition has stimuli.

    With it those for practice are drawn too, which leave the main part. Raises `Invalid` if there is none
    among many.
    """
    for tries_left in reversed(range(SECRET_TRIES)):
        study.secret = new_token()
        try:
            await design_of(session, study)
        except Invalid:
            if not tries_left:
                raise
        else:
            return


async def pause_study(session: AsyncSession, actor: Actor, name: str, now: datetime) -> Study:
    """Let nobody new in for a while. Raises `NotFound`, `Forbidden` or `Conflict`."""
    study = await locked_study_for(session, actor, name, "experimenter")
    if study.status != "open":
        raise Conflict("study_not_open", f"the study {name!r} is not open, so it cannot be paused")
    study.status = "paused"
    await audit.record(session, actor, "study.paused", f"study {name}", {}, now)
    return study


async def close_study(session: AsyncSession, actor: Actor, name: str, now: datetime) -> Study:
    """Let nobody new in; those who are at it may finish. Raises `NotFound`, `Forbidden` or `Conflict`."""
    study = await locked_study_for(session, actor, name, "experimenter")
    if study.status not in ("open", "paused"):
        raise Conflict("study_not_open", f"the study {name!r} is not open, so it cannot be closed")
    study.status, study.closed_at = "closed", now
    await audit.record(session, actor, "study.closed", f"study {name}", {}, now)
    return study


async def study_for(session: AsyncSession, actor: Actor, name: str, role: Role) -> Study:
    """The study, if the actor has this role in it.

    Raises `NotFound` where the actor may not even see it, as for a name that nobody has; `Forbidden` where
    the role is too low.
    """
    study = await queries.study_by_name(session, name)
    if study is None or actor.role_in(study.id) is None:
        raise unknown_study(name)
    actor.require(role, study.id, name)
    return study


async def locked_study_for(session: AsyncSession, actor: Actor, name: str, role: Role) -> Study:
    """As `study_for`; the study's row stays locked until the transaction ends."""
    return await queries.lock_study(session, (await study_for(session, actor, name, role)).id)


async def studies_for(session: AsyncSession, actor: Actor) -> list[Study]:
    """The studies that the actor may see."""
    return [one for one in await queries.all_studies(session) if actor.role_in(one.id) is not None]


async def get_study(session: AsyncSession, name: str) -> Study:
    study = await queries.study_by_name(session, name)
    if study is None:
        raise unknown_study(name)
    return study


def unknown_study(name: str) -> NotFound:
    return NotFound("unknown_study", f"there is no study {name!r}; `metamerlab study list` shows all")


async def study_by_code(session: AsyncSession, code: str) -> tuple[Study, StudyLink]:
    """The study that a link leads into. Raises `NotFound`."""
    found = await queries.study_by_code(session, code)
    if found is None:
        raise unknown_link()
    return found


async def excluded_studies(session: AsyncSession, study: Study) -> Sequence[int]:
    """The studies whose participants may not take part in this one."""
    return await queries.excluded_studies(session, study.id, study.name)


def unknown_link() -> NotFound:
    return NotFound("unknown_link", "This link is not known. Please check that it was copied completely.")


def require_open(study: Study, audience: str) -> None:
    """Raises `Gone` or `Conflict` unless new participants of this audience may enter.

    A draft can be tried: it takes pilot and simulated participants.
    """
    if study.status == "closed":
        raise Gone("study_closed", "This study is closed and takes no more participants. Thank you!")
    if study.status == "paused":
        raise Conflict("study_paused", "This study is paused. Please come back later.")
    require_opened(study, audience)


def require_opened(study: Study, audience: str) -> None:
    """Raises `Conflict` if there is nothing of the study to show to this audience yet."""
    if study.opened_at is None and (audience == "live" or not study.secret):
        raise Conflict("study_not_open", "This study has not been opened yet. Please come back later.")


def seed_of(study: Study) -> int:
    """What is drawn for a study is drawn with this: its published seed, made secret."""
    return secret_seed(definition_of(study).seed, study.secret)


def choices_of(definition: StudyDefinition, bundles: Sequence[NetworkBundle]) -> list[str]:
    """What participants may answer, by the study's words or the categories, which all its bundles share."""
    names = definition.vocabulary or bundles[0].bundle.categories
    return list(definition.task.choices(names))


def conditions_of(definition: StudyDefinition, bundles: Sequence[NetworkBundle]) -> Conditions:
    """The study's conditions in order."""
    return study_conditions(definition, [(one.network, one.bundle.layers) for one in bundles])
