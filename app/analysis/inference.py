"""The effect of stage, the stopping rule and the mixed model of a study, in numbers and in words."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

import pandas as pd

from app.analysis.matrices.matrix import Record
from app.analysis.matrices.networks import network_contrasts, networks_by_stage
from app.analysis.matrices.stage_effect import people_by_stage
from app.analysis.results import StudyAnalysis, Trials
from app.analysis.statistics.mixed_model import ConditionOdds, MixedModel, logistic_mixed_model
from app.analysis.statistics.power import Stopping, stopping_rule
from app.analysis.tables.csv_tables import frame_csv, table_csv
from app.analysis.wording import plural, readable
from app.experiments.service import definition_of

LARGEST_FIT = 20_000  # trials; a fit of 50,000 by 250 participants takes a minute or more


@dataclass(frozen=True)
class Fitted:
    """`model` is None where it was not fitted, and `note` says why."""

    model: MixedModel | None
    note: str = ""


CROSSED = {"model": "network", "stage": "stage, natural left out", "interaction": "network x stage"}


def stage_effects(analysis: StudyAnalysis) -> tuple[tuple[str, Record], ...]:
    """The effect of stage, natural stimuli included, among those in the curve, with its name in words.

    Of several networks that of each; the effects of network, stage and their interaction follow.
    """
    study, curves = analysis.study.name, _curves(analysis)
    effects = [people_by_stage(study, network, curve) for network, curve in curves.items()]
    if not analysis.layout.several:
        return (("stage", effects[0]),)
    crossed = networks_by_stage(study, curves)
    return (
        *((f"stage, {one.model}", one) for one in effects),
        *((CROSSED[one.effect], one) for one in crossed),
    )


def contrasts(analysis: StudyAnalysis) -> pd.DataFrame:
    """The differences between every two networks at each stage (`matrices.networks.network_contrasts`)."""
    return network_contrasts(_curves(analysis))


def _curves(analysis: StudyAnalysis) -> dict[str, pd.DataFrame]:
    """By network: a row per participant, columns natural and its layers."""
    people, layout = analysis.proportions, analysis.layout
    return {one.name: people[list(layout.of_network(one))] for one in layout.networks}


def stopping(analysis: StudyAnalysis) -> Stopping | None:
    """The state of the study's rule `stop_when_sem`; None if it declares none."""
    target_sem = definition_of(analysis.study).stop_when_sem
    return None if target_sem is None else stopping_rule(analysis.proportions, target_sem)


def mixed_model(trials: Trials, largest: int = LARGEST_FIT) -> Fitted:
    """The logistic mixed model of the trials that count, if there are at most `largest`."""
    kept = trials.kept
    if len(kept) > largest:
        return Fitted(
            None,
            f"not fitted, since {len(kept)} trials would take long; "
            f"`metamerlab analyze --mixed-model-trials {len(kept)}` fits it",
        )
    try:
        return Fitted(logistic_mixed_model(kept, trials.analysis.conditions))
    except ValueError as error:
        return Fitted(None, f"not fitted: {error}")


def records_csv(records: Sequence[Record]) -> bytes:
    return table_csv([field.name for field in fields(Record)], (asdict(one).values() for one in records))


def mixed_model_csv(fitted: Fitted) -> bytes:
    """Odds ratios by condition; what holds for the whole model stands in every row."""
    model = fitted.model
    if model is None:
        return table_csv(["note"], [[fitted.note]])
    whole = {
        "reference": model.reference,
        "ci_level": model.level,
        "intercept_logits": model.intercept,
        "intercept_standard_error": model.intercept_standard_error,
        "participant_sd_logits": model.participant_sd,
        "stimulus_sd_logits": model.stimulus_sd,
        "participants": model.participants,
        "stimuli": model.stimuli,
        "log_likelihood": model.log_likelihood,
        "converged": model.converged,
        "model_notes": "; ".join(model.notes),
    }
    names = [field.name for field in fields(ConditionOdds)]
    frame = pd.DataFrame([asdict(one) for one in model.conditions], columns=names)
    return frame_csv(frame.assign(**whole))


def effect_in_words(record: Record) -> str:
    """`F(9, 171) = 198.70, p < .001 (...), partial eta squared .839, N = 20`, and the caveats."""
    if record.F is None:
        return f"not defined: {record.note}"
    others = (
        ("Greenhouse-Geisser", record.p_gg),
        ("Huynh-Feldt", record.p_hf),
        ("permutation", record.p_perm),
    )
    corrected = ", ".join(f"{name} {p_in_words(p)}" for name, p in others if p is not None)
    text = f"F({record.df1}, {record.df2}) = {record.F:.2f}, {p_in_words(record.p)} ({corrected})"
    size = f"{record.humans} + {record.networks}" if record.networks else f"{record.humans}"
    text += f", partial eta squared {record.eta_p2:.3f}, N = {size}"
    return f"{text}; {record.note}" if record.note else text


def p_in_words(p: float | None) -> str:
    if p is None:
        return "p not defined"
    return "p < .001" if p < 0.001 else f"p = {p:.3f}".replace("0.", ".")


def stopping_in_words(found: Stopping, conditions: Sequence[str]) -> str:
    """Whether the rule is reached, how far it is, and how many participants it may still take."""
    rule = f"SEM at most {found.target_sem:g} in every condition"
    if found.largest_sem is None or found.worst is None:
        return f"{rule}: not yet; {found.note}."
    note = f"; {found.note}" if found.note else ""
    largest = f"the largest is {found.largest_sem:.4f} ({readable(conditions[found.worst])})"
    if found.stop:
        return f"{rule}: reached with {plural(found.participants, 'participant')}; {largest}{note}."
    more = plural(found.still_needed or 0, "more participant")
    return f"{rule}: not yet; {largest}; about {more} if they vary as the {found.participants} so far{note}."
