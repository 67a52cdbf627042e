"""Making studies, opening and closing them. A study is frozen when it is opened for the first time."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict, Gone, Invalid, NotFound
from app.core.randomness import secret_seed
from app.core.tokens import new_code, new_token
from app.db.tables import Study, StudyBundle, StudyLink
from app.experiments import queries
from app.experiments.cells import BundleStimuli, Cells, study_cells, study_conditions
from app.experiments.checking import CheckedStudy
from app.experiments.checking import check_study as check_study
from app.experiments.conditions import Conditions

# What other domains may read of studies.
from app.experiments.queries import NetworkBundle as NetworkBundle
from app.experiments.queries import all_bundles as all_bundles
from app.experiments.queries import all_links as all_links
from app.experiments.queries import all_studies as all_studies
from app.experiments.queries import bundles_of_study as bundles_of_study
from app.experiments.queries import links_of_study as links_of_study
from app.experiments.queries import lock_study as lock_study
from app.experiments.queries import study_by_name as study_by_name
from app.experiments.schemas import AUDIENCES, StudyDefinition
from app.stimuli import service as stimuli

DEFINITIONS_KEPT = 64
CELLS_KEPT = 8  # studies of one database; 60 conditions of 400 stimuli take 10 MB
State = tuple[StudyDefinition, str, tuple[int, ...]]
# By database and a study's id: what the cells follow from, and the cells.
_cells: WeakKeyDictionary[object, dict[int, tuple[State, Cells]]] = WeakKeyDictionary()
# By a study's id: its definition as it is stored, and as it was understood.
_definitions: dict[int, tuple[dict[str, Any], StudyDefinition]] = {}
SECRET_TRIES = 100


async def create_study(session: AsyncSession, checked: CheckedStudy, now: datetime) -> Study:
    """Store a checked study as a draft with its three links; an older draft of this name is replaced.

    Raises `Conflict` if a study of this name was opened already.
    """
    definition = checked.definition
    bundles = [await stimuli.ingest(session, one.source.bundle, one.manifest, now) for one in checked.bundles]
    study = await queries.study_by_name(session, definition.name)
    if study is None:
        study = Study(name=definition.name, status="draft", definition={}, created_at=now)
        session.add(study)
        await session.flush()
        session.add_all(
            StudyLink(study_id=study.id, code=new_code(), audience=audience) for audience in AUDIENCES
        )
    elif study.status == "draft":
        await queries.remove_bundles(session, study.id)
    else:
        raise Conflict(
            "study_frozen",
            f"the study {study.name!r} was opened and is frozen; give the changed study another name",
        )
    study.definition, study.picture_px = definition.model_dump(mode="json"), checked.picture_px
    session.add_all(
        StudyBundle(study_id=study.id, position=position, bundle_id=bundle.id, network=one.network)
        for position, (one, bundle) in enumerate(zip(checked.bundles, bundles, strict=True))
    )
    await session.flush()
    return study


async def open_study(session: AsyncSession, name: str, now: datetime) -> Study:
    """Let participants in. From now on the definition never changes. Raises `NotFound` or `Conflict`."""
    study = await _locked(session, name)
    if study.status == "open":
        raise Conflict("study_open", f"the study {name!r} is open already")
    if study.opened_at is None:
        await _draw_secret(session, study)
    study.status, study.opened_at, study.closed_at = "open", study.opened_at or now, None
    return study


async def _draw_secret(session: AsyncSession, study: Study) -> None:
    """Give the study a secret with which every condition has stimuli.

    With it those for practice are drawn too, which leave the main part. Raises `Invalid` if there is none
    among many.
    """
    for tries_left in reversed(range(SECRET_TRIES)):
        study.secret = new_token()
        try:
            await cells_of(session, study)
        except Invalid:
            if not tries_left:
                raise
        else:
            return


async def close_study(session: AsyncSession, name: str, now: datetime) -> Study:
    """Let nobody new in; those who are at it may finish. Raises `NotFound` or `Conflict`."""
    study = await _locked(session, name)
    if study.status != "open":
        raise Conflict("study_not_open", f"the study {name!r} is not open, so it cannot be closed")
    study.status, study.closed_at = "closed", now
    return study


async def _locked(session: AsyncSession, name: str) -> Study:
    return await queries.lock_study(session, (await get_study(session, name)).id)


async def get_study(session: AsyncSession, name: str) -> Study:
    study = await queries.study_by_name(session, name)
    if study is None:
        raise NotFound("unknown_study", f"there is no study {name!r}; `metamerlab study list` shows all")
    return study


async def study_by_code(session: AsyncSession, code: str) -> tuple[Study, StudyLink]:
    """The study that a link leads into. Raises `NotFound`."""
    found = await queries.study_by_code(session, code)
    if found is None:
        raise unknown_link()
    return found


def unknown_link() -> NotFound:
    return NotFound("unknown_link", "This link is not known. Please check that it was copied completely.")


def require_open(study: Study) -> None:
    """Raises `Gone` or `Conflict` unless new participants may enter."""
    if study.status == "closed":
        raise Gone("study_closed", "This study is closed and takes no more participants. Thank you!")
    require_opened(study)


def require_opened(study: Study) -> None:
    """Raises `Conflict` if the study was never opened: there is nothing of it to show yet."""
    if study.opened_at is None:
        raise Conflict("study_not_open", "This study has not been opened yet. Please come back later.")


def seed_of(study: Study) -> int:
    """What is drawn for a study is drawn with this: its published seed, made secret."""
    return secret_seed(definition_of(study).seed, study.secret)


def definition_of(study: Study) -> StudyDefinition:
    """The study's definition, checked again only if it is another than the last one of this study.

    Checking the words of a large vocabulary takes longer than all else that an answer needs.
    """
    raw, definition = _definitions.get(study.id, (None, None))
    if definition is None or raw != study.definition:
        definition = StudyDefinition.model_validate(study.definition)
        while len(_definitions) >= DEFINITIONS_KEPT:
            del _definitions[next(iter(_definitions))]
        _definitions[study.id] = study.definition, definition
    return definition


def choices_of(definition: StudyDefinition, bundles: Sequence[NetworkBundle]) -> list[str]:
    """What participants may answer, by the study's words or the categories, which all its bundles share."""
    names = definition.vocabulary or bundles[0].bundle.categories
    return list(definition.task.choices(names))


def conditions_of(definition: StudyDefinition, bundles: Sequence[NetworkBundle]) -> Conditions:
    """The study's conditions in order."""
    return study_conditions(definition, [(one.network, one.bundle.layers) for one in bundles])


async def cells_of(session: AsyncSession, study: Study) -> Cells:
    """The cells of a stored study. They are kept: with many networks it takes long to read all stimuli."""
    bundles = await queries.bundles_of_study(session, study.id)
    definition = definition_of(study)
    kept = _cells.setdefault(session.get_bind(), {})
    state = (definition, study.secret, tuple(one.bundle.id for one in bundles))
    if study.id not in kept or kept[study.id][0] != state:
        held = [
            BundleStimuli(
                one.network, one.bundle.layers, await stimuli.stimuli_of_bundle(session, one.bundle.id)
            )
            for one in bundles
        ]
        # Beside the event loop: other requests are served meanwhile.
        cells = await asyncio.to_thread(study_cells, definition, held, study.secret)
        kept.pop(study.id, None)
        while len(kept) >= CELLS_KEPT:
            del kept[next(iter(kept))]
        kept[study.id] = state, cells
    return kept[study.id][1]
