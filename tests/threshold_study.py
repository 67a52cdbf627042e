"""A small study of thresholds whose rows are put straight into the database.

Its participants have known thresholds, and their levels were chosen by a real procedure.
"""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.adaptive.procedure import Answer
from app.adaptive.psychometric import Psychometric
from app.adaptive.registry import PROCEDURES
from app.core.tokens import new_code
from app.db.tables import (
    AbxTrial,
    Bundle,
    Participant,
    PlannedTrial,
    Response,
    Stimulus,
    Study,
    StudyBundle,
    StudyLink,
)
from synthesis.bundle.dimensions import CONTROL, DimensionManifest
from synthesis.bundle.store import BundleStore
from tests.threshold_bundle import DIMENSIONS, ORIGINALS, RMS_LEVELS, SD_LEVELS

NAME = "thresholds"
TRIALS = 20
# Of the deeper layer the thresholds are three times those of the other.
TRUTH = {"block2/1+": 0.5, "block10/1+": 1.5, "block10/2-": 1.5, CONTROL: 0.04}
BEGAN = datetime(2026, 5, 4, 9, tzinfo=UTC)
# What becomes of a participant's answer: from (dimension, level, right) to the answer.
Stimuli = dict[tuple[str, str, int], Stimulus]
Answering = Callable[[str, float, str], str]


def honest(random: np.random.Generator) -> Answering:
    """An observer with the thresholds of `TRUTH`."""

    def answer(dimension: str, level: float, right: str) -> str:
        knows = bool(random.random() < Psychometric(TRUTH[dimension])(level))
        return right if knows else {"first": "second", "second": "first"}[right]

    return answer


async def store_study(session: AsyncSession, folder: Path, definition: dict[str, Any]) -> Study:
    """The rows of the bundle and of an open study on it."""
    manifest = BundleStore(folder).read_sealed(DimensionManifest)
    bundle = Bundle(
        digest=manifest.digest,
        path=str(folder),
        model="tiny",
        medium="picture",
        dimensions=[one.model_dump() for one in manifest.dimensions],
        layers=["block2", "block10"],
        categories=["dog"],
        ingested_at=BEGAN,
    )
    study = Study(name=NAME, status="open", definition=definition, created_at=BEGAN, opened_at=BEGAN)
    session.add_all([bundle, study])
    await session.flush()
    session.add_all(_stimuli(bundle.id, manifest))
    session.add(StudyBundle(study_id=study.id, position=0, bundle_id=bundle.id, network="tiny"))
    session.add_all(
        StudyLink(study_id=study.id, code=new_code(), audience=audience)
        for audience in ("live", "pilot", "simulated")
    )
    await session.flush()
    return study


def _stimuli(bundle_id: int, manifest: DimensionManifest) -> Iterator[Stimulus]:
    kept = {"target", "value", "drift", "rms", "ssim", "saturated", "label", "steps", "fault"}
    for one in manifest.originals:
        yield _stimulus(bundle_id, one.id, "natural", 0, one.blob.sha256, certificate={}, certified=True)
    for level in manifest.levels:
        numbers = (bundle_id, level.original, level.dimension, level.level, level.blob.sha256)
        yield _stimulus(*numbers, certificate=level.model_dump(include=kept), certified=level.passed)


def _stimulus(
    bundle_id: int,
    original: str,
    condition: str,
    number: int,
    sha256: str,
    *,
    certificate: dict[str, Any],
    certified: bool,
) -> Stimulus:
    return Stimulus(
        bundle_id=bundle_id,
        natural_id=original,
        category="dog",
        condition=condition,
        seed=number,
        blob_sha256=sha256,
        media_type="image/png",
        certified=certified,
        certificate=certificate,
    )


def definition_of(folder: Path, **fields: object) -> dict[str, Any]:
    """The stored definition of a study of thresholds."""
    return {
        "name": NAME,
        "title": "Telling pictures apart",
        "preset": "mame-abx",
        "bundle": str(folder),
        "seed": 1,
        "practice_trials": 1,
        "participants": 8,
        "duration_minutes": 20,
        "consent": "You will see pictures. You may stop at any time.",
        **fields,
    }


async def stimuli_of(session: AsyncSession) -> Stimuli:
    """By original, dimension or "natural", and number of the level."""
    rows = (await session.scalars(select(Stimulus))).all()
    return {(one.natural_id, one.condition, one.seed): one for one in rows}


async def take_part(
    session: AsyncSession,
    study: Study,
    stimuli: Stimuli,
    slot: int,
    answering: Answering,
    *,
    completed: bool = True,
    audience: str = "simulated",
    fell_back: bool = False,
) -> Participant:
    """One participant with `TRIALS` main trials of each dimension, two catch trials and one of practice.

    Every trial was answered but the last, which was given out. Two more were dropped before that.
    """
    random = np.random.default_rng([7, slot])
    person = Participant(
        study_id=study.id,
        audience=audience,
        slot=slot,
        token_sha256=f"{uuid.uuid4().hex:0>64}",
        status="completed" if completed else "active",
        consented_at=BEGAN,
        last_seen_at=BEGAN,
        completed_at=BEGAN + timedelta(minutes=20) if completed else None,
        outcome="complete" if completed else None,
    )
    session.add(person)
    await session.flush()
    course = _course(random)
    answers: dict[str, list[Answer]] = {one.id: [] for one in DIMENSIONS}
    for index, (phase, dimension, original) in enumerate(course):
        levels = RMS_LEVELS if dimension == CONTROL else SD_LEVELS
        number = len(levels) - 1
        if phase == "main":
            number = PROCEDURES["psi"].choose(answers[dimension], levels)
        shown = stimuli[original, dimension, number]
        if not shown.certified:
            shown = stimuli[original, dimension, number - 1]
        trial = PlannedTrial(
            participant_id=person.id,
            trial_index=index,
            phase=phase,
            stimulus_id=stimuli[original, "natural", 0].id,
            asset_token=uuid.uuid4().hex,
        )
        session.add(trial)
        await session.flush()
        changed_first, x_changed = (bool(one) for one in random.random(2) < 0.5)
        level, issued_at = shown.certificate["value"], BEGAN + timedelta(seconds=5 * index)
        session.add(
            AbxTrial(
                planned_trial_id=trial.id,
                dimension=dimension,
                changed_first=changed_first,
                x_changed=x_changed,
                asked_level=levels[number],
                stimulus_id=shown.id,
                level=level,
                fell_back=fell_back and index % 5 == 0,
                issued_at=issued_at,
            )
        )
        if index == len(course) - 1:
            break
        right = "first" if changed_first == x_changed else "second"
        answer = answering(dimension, level, right)
        if phase == "main":
            answers[dimension].append(Answer(level, answer == right))
        session.add(_response(trial.id, answer, right, issued_at))
    await _dropped(session, person.id, len(course), stimuli)
    return person


def _course(random: np.random.Generator) -> list[tuple[str, str, str]]:
    blocks = [random.permutation(len(DIMENSIONS)) for _ in range(TRIALS)]
    main = [
        ("main", DIMENSIONS[place].id, f"o{block % ORIGINALS}")
        for block, order in enumerate(blocks)
        for place in order
    ]
    catch = [("catch", DIMENSIONS[0].id, "o0"), ("catch", DIMENSIONS[1].id, "o1")]
    return [("practice", DIMENSIONS[2].id, "o2"), *main[:20], *catch, *main[20:], ("main", CONTROL, "o3")]


def _response(trial_id: int, answer: str, right: str, issued_at: datetime) -> Response:
    return Response(
        planned_trial_id=trial_id,
        client_uuid=str(uuid.uuid4()),
        answer=answer,
        correct=answer == right,
        rt_ms=640.0,
        timing={
            "requested_picture_ms": 200.0,
            "frame_ms": 16.7,
            "achieved_a_ms": 200.1,
            "achieved_b_ms": 200.0,
            "achieved_x_ms": 199.9,
            "pressed": "key",
            "focus_losses": 0,
            "hidden": False,
        },
        received_at=issued_at + timedelta(seconds=4),
        on_time=True,
        attended=True,
    )


async def _dropped(session: AsyncSession, who: int, first: int, stimuli: Stimuli) -> None:
    """Two trials that the stopping rule made needless: they were never given out."""
    for index in (first, first + 1):
        trial = PlannedTrial(
            participant_id=who,
            trial_index=index,
            phase="main",
            stimulus_id=stimuli["o0", "natural", 0].id,
            asset_token=uuid.uuid4().hex,
            dropped_at=BEGAN,
        )
        session.add(trial)
        await session.flush()
        session.add(
            AbxTrial(planned_trial_id=trial.id, dimension=CONTROL, changed_first=True, x_changed=False)
        )
