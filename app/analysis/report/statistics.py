"""The report's tests and models, and what networks do on the same stimuli."""

from collections.abc import Iterator, Sequence

import pandas as pd

from app.analysis.comparison import Comparison
from app.analysis.figures.observers import observers_figure
from app.analysis.inference import Fitted, contrasts, mixed_model, stage_effects, stopping, stopping_in_words
from app.analysis.matrices.matrix import Record
from app.analysis.report.parts import MISSING, Section, Table, digits
from app.analysis.results import Answers, StudyAnalysis, Trials
from app.analysis.statistics.mixed_model import MixedModel
from app.analysis.statistics.signal_detection import METAMERS, detection_table
from app.analysis.tables.csv_tables import records
from app.analysis.wording import readable

EFFECT_HEADER = ("Effect", "F", "df", "p", "p, GG", "p, HF", "p, perm.", "Partial η²", "N")


def statistics_section(trials: Trials) -> Section:
    """The effect of stage, the mixed model, and the stopping rule if there is one."""
    analysis = trials.analysis
    fitted = mixed_model(trials)
    rule = stopping(analysis)
    words = [] if rule is None else [f"Stopping rule: {stopping_in_words(rule, analysis.conditions)}"]
    if fitted.model is None:
        words.append(f"Logistic mixed model: {fitted.note}.")
    tables = (*_effects(analysis), *_mixed_model(fitted, analysis.medium.kind))
    return Section("Statistics", tuple(words), tables)


def _effects(analysis: StudyAnalysis) -> Iterator[Table]:
    """The effect of stage; of several networks, that for each, the effects of both, and contrasts."""
    effects = stage_effects(analysis)
    count = len(analysis.layout.networks)
    title = "Effect of stage: repeated-measures ANOVA"
    yield effects_table(title, effects[:count])
    if not analysis.layout.several:
        return
    title = "Network x stage without the natural condition: repeated-measures ANOVA"
    yield effects_table(title, effects[count:])
    yield _contrasts(analysis)


def _contrasts(analysis: StudyAnalysis) -> Table:
    rows = [
        (
            f"{row['network_a']}: {readable(row['layer_a'])} – {row['network_b']}: "
            f"{readable(row['layer_b'])}",
            str(row["stage"]),
            digits(row["difference"]),
            digits(row["sem"]),
            digits(row["t"], 2),
            MISSING if row["df"] is None else f"{row['df']:.0f}",
            _p(row["p"]),
            _p(row["p_holm"]),
            str(row["participants"]),
        )
        for row in records(contrasts(analysis))
    ]
    header = ("Networks and layers", "Stage", "Difference", "SEM", "t", "df", "p", "p, Holm", "N")
    note = (
        "A stage is a layer’s rank among those presented of its network. Paired t tests; Holm: corrected "
        "over all rows."
    )
    return Table("Differences between networks at each stage", header, tuple(rows), note)


def effects_table(title: str, effects: Sequence[tuple[str, Record]]) -> Table:
    rows = [
        (
            name,
            digits(one.F, 2),
            MISSING if one.df1 is None else f"{one.df1}, {one.df2}",
            *(_p(p) for p in (one.p, one.p_gg, one.p_hf, one.p_perm)),
            digits(one.eta_p2),
            str(one.humans + one.networks),
        )
        for name, one in effects
    ]
    notes = dict.fromkeys(note for _name, one in effects for note in one.note.split("; ") if note)
    corrections = "GG: Greenhouse-Geisser; HF: Huynh-Feldt; perm.: permutations"
    return Table(title, EFFECT_HEADER, tuple(rows), f"{'; '.join([corrections, *notes])}.")


def detection_rows(answers: Answers) -> Table:
    """d' and criterion of each category, for natural stimuli and for all metamers."""
    categories = answers.analysis.choices
    found = detection_table(answers.confusion, categories, answers.analysis.conditions)
    natural, shown = found["condition"].iloc[0], list(found["condition"])
    metamers = METAMERS if METAMERS in shown else shown[-1]
    parts = [records(found[found["condition"] == name]) for name in (natural, metamers)]
    rows = [
        (
            category,
            *(digits(part[place][name], 2) for part in parts for name in ("d_prime", "criterion")),
            *(str(part[place]["signal_trials"]) for part in parts),
        )
        for place, category in enumerate(categories)
    ]
    header = (
        "Category",
        "d′, natural",
        "Criterion",
        "d′, metamers",
        "Criterion",
        "Trials, natural",
        "Metamers",
    )
    notes = dict.fromkeys(str(one["note"]) for part in parts for one in part if one["note"])
    note = " ".join(["One category against the rest, log-linear correction.", *(f"{one}." for one in notes)])
    return Table("Sensitivity (d′) and criterion", header, tuple(rows), note)


def networks_section(analysis: StudyAnalysis, compared: Comparison) -> Section:
    """Curves, correlations, ANOVAs and error consistency."""
    kind = analysis.medium.kind
    tables = (
        _correlations(compared.correlations, kind),
        effects_table(
            "Observer (human, network) x stage: mixed ANOVA",
            [(f"{one.model}: {one.effect}", one) for one in compared.effects],
        ),
        _consistency(compared.consistency, kind),
    )
    figure = observers_figure(analysis, compared.curves)
    return Section(
        f"Networks on the same {kind}s", tuple(f"{note}." for note in compared.notes), tables, (figure,)
    )


def _mixed_model(fitted: Fitted, kind: str) -> tuple[Table, ...]:
    model = fitted.model
    if model is None:
        return ()
    rows = [
        (
            readable(one.condition),
            _odds(one.odds_ratio),
            MISSING if one.low is None else f"{_odds(one.low)} to {_odds(one.high)}",
            digits(one.z, 2),
            _p(one.p),
            str(one.trials),
        )
        for one in model.conditions
    ]
    header = ("Condition", "Odds ratio", f"{100 * model.level:.0f} % interval", "z", "p", "Trials")
    return (Table("Logistic mixed model of being right", header, tuple(rows), _about(model, kind)),)


def _about(model: MixedModel, kind: str) -> str:
    notes = [f"{readable(one.condition)}: {one.note}" for one in model.conditions if one.note]
    texts = (
        f"Odds against {readable(model.reference)}; participant (SD {model.participant_sd:.2f} logits, "
        f"N = {model.participants}) and natural {kind} (SD {model.stimulus_sd:.2f}, N = {model.stimuli}) "
        "are random intercepts; Laplace approximation, Wald intervals",
        *notes,
        *model.notes,
    )
    return f"{'; '.join(texts)}."


def _correlations(table: pd.DataFrame, kind: str) -> Table:
    table = table.assign(over=table["over"].replace("pictures", f"{kind}s"))
    rows = [
        (row["observer"], row["over"], digits(row["pearson"]), digits(row["spearman"]), str(row["n"]))
        for row in records(table)
    ]
    notes = dict.fromkeys(
        f"{row['observer']}, {row['over']}: {row['note']}." for row in records(table) if row["note"]
    )
    header = ("Network", "Over", "Pearson", "Spearman", "N")
    return Table("Correlation of people’s and networks’ recognition", header, tuple(rows), " ".join(notes))


def _consistency(table: pd.DataFrame, kind: str) -> Table:
    rows = [
        (
            row["observer"],
            readable(row["condition"]),
            digits(row["kappa"]),
            digits(row["sem"]),
            digits(row["pictures"], 1),
            str(row["people"]),
        )
        for row in records(table)
    ]
    header = ("Network", "Condition", "Kappa", "SEM", f"{kind.capitalize()}s in common", "N")
    notes = [
        f"{row['observer']}, {readable(row['condition'])}: {row['note']}."
        for row in records(table)
        if row["note"]
    ]
    note = " ".join(["Mean over people of each one’s kappa with the network.", *notes])
    return Table("Error consistency of people and networks", header, tuple(rows), note)


def _odds(ratio: float | None) -> str:
    """Three significant digits, since ratios differ by orders of magnitude."""
    return MISSING if ratio is None else f"{ratio:.3g}"


def _p(p: float | None) -> str:
    return MISSING if p is None else "<.001" if p < 0.001 else f"{p:.3f}"
