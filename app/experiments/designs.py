"""A stored study's definition as it is understood, and the design that follows from it; both are kept."""

import asyncio
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Study
from app.experiments import queries
from app.experiments.abx_design import AbxDesign, abx_design
from app.experiments.catch import CatchStimulus
from app.experiments.cells import BundleStimuli, Cells, study_cells
from app.experiments.queries import NetworkBundle
from app.experiments.schemas import StudyDefinition
from app.stimuli import service as stimuli

DEFINITIONS_KEPT = 64
DESIGNS_KEPT = 8  # studies of one database; 60 conditions of 400 stimuli take 10 MB
State = tuple[StudyDefinition, str, tuple[int, ...]]
# By database and a study's id: what the design follows from, and the design.
_designs: WeakKeyDictionary[object, dict[int, tuple[State, Cells | AbxDesign]]] = WeakKeyDictionary()
# By a study's id: its definition as it is stored, and as it was understood.
_definitions: dict[int, tuple[dict[str, Any], StudyDefinition]] = {}


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


async def design_of(session: AsyncSession, study: Study) -> Cells | AbxDesign:
    """What a stored study shows, and how its plans are drawn: cells, or originals that are changed.

    It is kept: with many networks it takes long to read all stimuli.
    """
    bundles = await queries.bundles_of_study(session, study.id)
    definition = definition_of(study)
    kept = _designs.setdefault(session.get_bind(), {})
    state = (definition, study.secret, tuple(one.bundle.id for one in bundles))
    if study.id not in kept or kept[study.id][0] != state:
        make = _abx_design if definition.task.adaptive else _cells
        design = await make(session, study, definition, bundles)
        kept.pop(study.id, None)
        while len(kept) >= DESIGNS_KEPT:
            del kept[next(iter(kept))]
        kept[study.id] = state, design
    return kept[study.id][1]


async def cells_of(session: AsyncSession, study: Study) -> Cells:
    """The cells of a stored study that asks what is recognised."""
    design = await design_of(session, study)
    assert isinstance(design, Cells)  # the caller asks whether the task is adaptive
    return design


async def abx_design_of(session: AsyncSession, study: Study) -> AbxDesign:
    """The design of a stored study of thresholds."""
    design = await design_of(session, study)
    assert isinstance(design, AbxDesign)  # the caller asks whether the task is adaptive
    return design


async def _cells(
    session: AsyncSession, study: Study, definition: StudyDefinition, bundles: Sequence[NetworkBundle]
) -> Cells:
    held = [
        BundleStimuli(one.network, one.bundle.layers, await stimuli.stimuli_of_bundle(session, one.bundle.id))
        for one in bundles
    ]
    own = await queries.own_stimuli(session, study.id) if definition.catch_trials else []
    catch = [CatchStimulus(one.category, one.media_type, b"", one.id) for one in own]
    # Beside the event loop: other requests are served meanwhile.
    return await asyncio.to_thread(study_cells, definition, held, study.secret, catch)


async def _abx_design(
    session: AsyncSession, study: Study, definition: StudyDefinition, bundles: Sequence[NetworkBundle]
) -> AbxDesign:
    bundle = bundles[0].bundle
    known = [str(one["id"]) for one in bundle.dimensions or ()]
    candidates = await stimuli.stimuli_of_bundle(session, bundle.id)
    levels = await stimuli.level_pictures(session, bundle.id)
    return await asyncio.to_thread(abx_design, definition, known, candidates, levels, study.secret)
