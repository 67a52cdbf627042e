"""One audience's answers in one study: counted in the database, or trial by trial."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from statistics import median
from typing import Any

import pandas as pd
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis import queries
from app.analysis.measures import exclusions
from app.analysis.measures.confusion import confusion_of
from app.analysis.measures.exclusions import Ending
from app.analysis.measures.recognition import recognition
from app.analysis.pages import steps_of_study
from app.analysis.queries import answer_flags as answer_flags
from app.analysis.queries import refused_answers as refused_answers
from app.analysis.results import Answers, Count, Quality, StudyAnalysis, Trials
from app.analysis.scores import scores_of_rows, study_conditions
from app.analysis.stimulus_names import StimulusNames, other_names
from app.analysis.tables.tidy import tidy
from app.analysis.wording import participants_in_words
from app.core.errors import Conflict
from app.experiments import service as experiments
from app.experiments.conditions import Conditions
from app.experiments.endings import WITHDRAWN
from app.experiments.exclusions import Exclusions
from app.experiments.schemas import AUDIENCES, Audience, StudyDefinition
from app.experiments.service import NetworkBundle
from app.steps.course import outcomes_of
from app.stimuli import service as stimuli
from app.tasks.reading import flags_in


async def analyse(
    session: AsyncSession, name: str, audience: Audience, *, include_partial: bool = False
) -> StudyAnalysis:
    """The curve and the exclusions of one study, from counts made by the database.

    `include_partial` waives the rule that leaves out who did not finish. Raises `NotFound` for an unknown
    name; no answers yet is no error.
    """
    study = await experiments.get_study(session, name)
    bundles = await experiments.bundles_of_study(session, study.id)
    definition = experiments.definition_of(study)
    names = await _stimulus_names(session, experiments.conditions_of(definition, bundles), bundles)
    rules = definition.exclusions
    if include_partial:
        rules = rules.model_copy(update={"unfinished": False})
    counts = (await counts_by_study(session)).get(study.id, {})
    rows = await queries.scores(session, study.id, audience, rules)
    scores = scores_of_rows(rows, names)
    consented = counts.get(audience, Count()).consented
    flow = exclusions.apply(
        rules,
        exclusions.tallies_of(scores, await _catch_answers(session, study.id, audience, definition)),
        consented,
        definition.task.medium,
        await _endings(session, study.id, audience, definition),
    )
    included = scores[~scores["participant_id"].isin(list(flow.gate_of))]
    kept = included[["participant_id", "condition"]].assign(
        trials=included["kept"], correct=included["kept_correct"]
    )
    conditions = names.conditions.names
    choices = tuple(experiments.choices_of(definition, bundles))
    return StudyAnalysis(
        study=study,
        bundles=tuple(bundles),
        audience=audience,
        rules=rules,
        names=names,
        choices=choices,
        scores=scores,
        flow=flow,
        kept=kept,
        recognition=await asyncio.to_thread(recognition, kept, conditions, choices),
        everyone=await asyncio.to_thread(recognition, scores, conditions, choices),
        counts={each: counts.get(each, Count()) for each in AUDIENCES},
        flags=await _flags(session, study.id, audience),
        set_aside=await queries.set_aside_count(session, study.id, audience),
    )


async def _catch_answers(
    session: AsyncSession, study_id: int, audience: Audience, definition: StudyDefinition
) -> dict[int, tuple[int, int]]:
    if definition.exclusions.catch_right_below is None:
        return {}
    rows = await queries.catch_answers(session, study_id, audience)
    return {who: (trials, right) for who, trials, right in rows}


async def _endings(
    session: AsyncSession, study_id: int, audience: Audience, definition: StudyDefinition
) -> list[Ending]:
    """Sessions that ended early, by the step that ended them in the order of the course."""
    by_outcome: dict[str, list[int]] = {}
    for who, outcome in await queries.ended_early(session, study_id, audience):
        by_outcome.setdefault(outcome, []).append(who)
    labels = outcomes_of(definition.course) | {WITHDRAWN: "withdrew, and their data were deleted"}
    return [Ending(name, label, tuple(by_outcome.get(name, ()))) for name, label in labels.items()]


async def _stimulus_names(
    session: AsyncSession, conditions: Conditions, bundles: Sequence[NetworkBundle]
) -> StimulusNames:
    networks = {one.bundle.id: one.network for one in bundles}
    sources = await stimuli.sources_of_naturals(session, list(networks)) if conditions.several else []
    return StimulusNames(conditions, networks, other_names(bundles[0].bundle.id, sources))


async def _flags(session: AsyncSession, study_id: int, audience: Audience) -> dict[int, tuple[str, ...]]:
    rows = await queries.participant_flags(session, study_id, audience)
    return {who: flags_in(flags) for who, flags in rows}


async def answers(session: AsyncSession, analysis: StudyAnalysis) -> Answers:
    """What was answered to what, in the trials that count."""
    rows = await queries.answer_counts(session, *_counted(analysis))
    counts = pd.DataFrame(rows, columns=["bundle_id", "condition", "category", "answer", "trials"])
    right = map(analysis.task.right_answer, counts["category"], counts["condition"])
    counts = counts.assign(category=list(right), condition=study_conditions(counts, analysis.names))
    return Answers(analysis, confusion_of(counts, analysis.conditions, analysis.choices))


async def trials(session: AsyncSession, analysis: StudyAnalysis) -> Trials:
    """All answered main trials, with why any of them does not count."""
    parts = [part async for part in trial_parts(session, analysis)]
    steps = await steps_of_study(session, analysis.study, analysis.audience)
    return Trials(analysis, pd.concat(parts, ignore_index=True), steps)


async def trial_parts(session: AsyncSession, analysis: StudyAnalysis) -> AsyncIterator[pd.DataFrame]:
    """The rows of `trials` some thousands at a time; one table without rows where there are none."""
    found = False
    offsets = await queries.utc_offsets(session, analysis.study.id, analysis.audience)
    async for rows in queries.main_trials(session, analysis.study.id, analysis.audience):
        found = True
        # Beside the event loop: nothing else waits until thousands of records are read.
        yield await asyncio.to_thread(_trials_of, rows, analysis, offsets)
    if not found:
        yield _trials_of([], analysis, offsets)


def _trials_of(rows: Sequence[Any], analysis: StudyAnalysis, offsets: Mapping[int, int]) -> pd.DataFrame:
    table = tidy(rows, analysis.study.name, analysis.audience, analysis.task, analysis.names, offsets)
    people, gate_of, flags = table["participant_id"], analysis.flow.gate_of, analysis.flags
    table["participant_excluded"] = [gate_of.get(who, "") for who in people]
    table["participant_flags"] = [" ".join(flags.get(who, ())) for who in people]
    table["trial_excluded"] = exclusions.dropped_trials(table, analysis.rules.trials)
    return table


async def shown_stimuli(session: AsyncSession, analysis: StudyAnalysis) -> pd.DataFrame:
    """Every stimulus that the study may present: `generating_model`, `stimulus`, `layer`, `seed` as its
    bundle has them, and `condition` and `natural_id` as the study does.
    """
    rows: list[tuple[str | int, ...]] = []
    for one in analysis.bundles:
        for stimulus in await stimuli.stimuli_of_bundle(session, one.bundle.id):
            condition = analysis.names.condition(one.bundle.id, stimulus.condition)
            natural_id = analysis.names.natural_id(one.bundle.id, stimulus.natural_id)
            if stimulus.certified and condition in analysis.conditions:
                there = (one.bundle.model, stimulus.natural_id, stimulus.condition, stimulus.seed)
                rows.append((*there, condition, natural_id))
    columns = ["generating_model", "stimulus", "layer", "seed", "condition", "natural_id"]
    return pd.DataFrame(rows, columns=columns)


async def quality(session: AsyncSession, analysis: StudyAnalysis) -> Quality:
    counted = _counted(analysis)
    left_out = set(counted[-1])
    times = await queries.completion_times(session, analysis.study.id, analysis.audience)
    durations_s = [(end - start).total_seconds() for who, start, end in times if end and who not in left_out]
    included = analysis.scores[~analysis.scores["participant_id"].isin(left_out)]
    timed = int(included["timed"].sum())
    median_rt_ms, rt_trials = await queries.median_rt_ms(session, *counted)
    return Quality(
        median_duration_s=median(durations_s) if durations_s else None,
        median_rt_ms=median_rt_ms,
        rt_trials=rt_trials,
        timed_trials=timed,
        on_time_share=1 - int(included["untimely"].sum()) / timed if timed else None,
    )


def _counted(analysis: StudyAnalysis) -> tuple[int, Audience, Exclusions, list[int]]:
    """What tells the queries which trials count."""
    return analysis.study.id, analysis.audience, analysis.rules, list(analysis.flow.gate_of)


async def counts_by_study(session: AsyncSession) -> dict[int, dict[Audience, Count]]:
    """Consented and completed participants by study and audience."""
    counts: dict[int, dict[Any, Count]] = {}
    for study_id, audience, consented, completed in await queries.participant_counts(session):
        counts.setdefault(study_id, {})[audience] = Count(consented, completed)
    return counts


def require_participants(analysis: StudyAnalysis) -> None:
    """Raises `Conflict` if the curve has nobody in it, and says why and who else there is."""
    if analysis.recognition.participants:
        return
    others = ", ".join(f"{analysis.counts[audience].completed} {audience}" for audience in AUDIENCES)
    consented, name = analysis.counts[analysis.audience].consented, analysis.study.name
    if analysis.counts[analysis.audience].completed:
        gates = ", ".join(f"{step.excluded} {step.label}" for step in analysis.flow.steps if step.excluded)
        raise Conflict(
            "all_excluded", f"the exclusions of {name} leave no {analysis.audience} participant: {gates}"
        )
    started = f" ({participants_in_words(consented, analysis.audience)} began)" if consented else ""
    raise Conflict(
        "no_participants",
        f"no {analysis.audience} participant of {name} has finished{started}; finished: {others}",
    )
