"""What each of the experimenter's pages shows, ready to be printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.admin.irregular import Irregular
from app.admin.results import Results
from app.admin.threshold_card import ThresholdCard, threshold_card
from app.analysis.files import figure_names, table_names
from app.analysis.inference import effect_in_words, stopping, stopping_in_words
from app.analysis.measures.exclusions import Flow
from app.analysis.measures.recognition import ConditionRecognition
from app.analysis.results import Count, Quality, StudyAnalysis
from app.analysis.wording import duration_in_words, participants_in_words, plural, readable
from app.db.tables import Study, StudyLink
from app.experiments.links import link_address
from app.experiments.schemas import AUDIENCES, Audience, StudyDefinition
from app.experiments.service import NetworkBundle, conditions_of, definition_of
from app.stimuli.medium import Medium
from app.web.templating import PageContext

AUDIENCE_NAMES: dict[Audience, str] = {"live": "Live", "pilot": "Pilot", "simulated": "Simulated"}
NOTHING = "–"


@dataclass(frozen=True)
class AudienceRow:
    """One audience of a study: the address by which its participants come, and how many did."""

    audience: str
    name: str
    address: str
    consented: int
    completed: int


@dataclass(frozen=True)
class StudyCard:
    name: str
    title: str
    status: str
    shows: str
    target: int
    audiences: tuple[AudienceRow, ...]


@dataclass(frozen=True)
class StudiesContext(PageContext):
    template: ClassVar[str] = "admin/studies.html"

    studies: tuple[StudyCard, ...]
    search: str
    newer: str
    older: str


@dataclass(frozen=True)
class ConditionRow:
    """One row of the table; numbers are text, and a missing one is a dash whose reason is the note."""

    name: str
    proportion: str
    sem: str
    sem_ddof0: str
    sem_within: str
    interval: str
    participants: int
    trials: int
    without_exclusions: str
    note: str


@dataclass(frozen=True)
class Fact:
    """A number of data quality, with what it is a number of."""

    name: str
    value: str
    explanation: str


@dataclass(frozen=True)
class ShownFigure:
    """A figure of the page: its name, what is seen in words, and whether Vega can draw it in the page."""

    name: str
    title: str
    alt: str
    chart: bool = True


@dataclass(frozen=True)
class StudyContext(PageContext):
    template: ClassVar[str] = "admin/study.html"

    card: StudyCard
    current: AudienceRow
    thresholds: ThresholdCard | None
    in_curve: str
    left_out: str
    conditions: tuple[ConditionRow, ...]
    level_percent: int
    chance: str
    effects: tuple[tuple[str, str], ...]
    stopping: str
    facts: tuple[Fact, ...]
    irregular: Irregular
    files: str
    figures: tuple[ShownFigure, ...]
    tables: tuple[str, ...]
    figure_names: tuple[str, ...]


def study_card(
    study: Study,
    bundles: Sequence[NetworkBundle],
    links: Sequence[StudyLink],
    counts: dict[Audience, Count],
    base_url: str,
) -> StudyCard:
    definition = definition_of(study)
    codes = {link.audience: link.code for link in links if link.study_id == study.id}
    return StudyCard(
        name=study.name,
        title=definition.title,
        status=study.status,
        shows=_shows(definition, bundles),
        target=definition.participants,
        audiences=tuple(
            AudienceRow(
                audience=audience,
                name=AUDIENCE_NAMES[audience],
                address=link_address(base_url, codes[audience]),
                consented=counts.get(audience, Count()).consented,
                completed=counts.get(audience, Count()).completed,
            )
            for audience in AUDIENCES
        ),
    )


def _shows(definition: StudyDefinition, bundles: Sequence[NetworkBundle]) -> str:
    """`Metamers of vgg19 at fc8`; of a study of thresholds, whose dimensions."""
    networks = conditions_of(definition, bundles).networks
    what = "Dimensions" if definition.task.adaptive else "Metamers"
    return f"{what} of " + "; ".join(f"{one.name} at {', '.join(one.layers)}" for one in networks)


_EXCLUSIONS = ShownFigure(
    "exclusions", "Exclusions", "Who is left out at each gate; as a table in exclusions.csv.", chart=False
)
_TIMING = ShownFigure(
    "timing", "Timing and attention", "Share of trials off time and unattended, by participant."
)
FIGURES_SHOWN = (
    _EXCLUSIONS,
    ShownFigure("confusion", "Confusions", "What was answered to what; as a table in confusion.csv."),
    _TIMING,
)
THRESHOLD_FIGURES = (
    ShownFigure(
        "psychometric", "Psychometric functions", "Proportion right by level; as a table in levels.csv."
    ),
    ShownFigure(
        "radar_rms",
        "Thresholds of the group and of each participant",
        "A spoke for each dimension; as a table in thresholds.csv.",
    ),
    _EXCLUSIONS,
    _TIMING,
)


def study_page(results: Results, links: Sequence[StudyLink], base_url: str) -> StudyContext:
    """What follows from `results` (`app.admin.results`)."""
    analysis, measured = results.analysis, results.measured
    card = study_card(analysis.study, analysis.bundles, links, analysis.counts, base_url)
    curve, flow = analysis.recognition, analysis.flow
    rule = None if analysis.adaptive else stopping(analysis)
    return StudyContext(
        card=card,
        current=next(row for row in card.audiences if row.audience == analysis.audience),
        in_curve=(
            f"{participants_in_words(flow.analysed, analysis.audience)}, {plural(curve.trials, 'trial')}"
        ),
        thresholds=None if measured is None else threshold_card(measured),
        left_out=_left_out(flow),
        conditions=tuple(
            _condition_row(point, everyone)
            for point, everyone in zip(curve.conditions, analysis.everyone.conditions, strict=True)
        ),
        level_percent=round(curve.level * 100),
        chance=f"1/{round(1 / curve.chance)} = {curve.chance:.3g}",
        effects=tuple((name, effect_in_words(one)) for name, one in results.effects),
        stopping="" if rule is None else stopping_in_words(rule, analysis.conditions),
        facts=_facts(results.quality, analysis.medium),
        irregular=results.irregular,
        files=f"/admin/studies/{analysis.study.name}/{analysis.audience}",
        figures=_figures(analysis),
        tables=table_names(analysis.task, several=analysis.layout.several),
        figure_names=figure_names(analysis.task),
    )


def _figures(analysis: StudyAnalysis) -> tuple[ShownFigure, ...]:
    """Nothing is drawn before anybody has answered."""
    if not analysis.everyone.participants:
        return ()
    return THRESHOLD_FIGURES if analysis.adaptive else FIGURES_SHOWN


def _left_out(flow: Flow) -> str:
    parts = [f"{step.excluded} {step.label}" for step in flow.steps if step.excluded]
    dropped = sum(step.excluded for step in flow.trial_steps)
    parts += [f"{plural(dropped, 'trial')} dropped"] if dropped else []
    return f"Left out: {'; '.join(parts)}." if parts else "Nobody and nothing is left out."


def _condition_row(point: ConditionRecognition, everyone: ConditionRecognition) -> ConditionRow:
    has_interval = point.ci_low is not None and point.ci_high is not None
    return ConditionRow(
        name=readable(point.condition),
        proportion=_three_digits(point.proportion_correct),
        sem=_three_digits(point.sem),
        sem_ddof0=_three_digits(point.sem_ddof0),
        sem_within=_three_digits(point.sem_within),
        interval=f"{point.ci_low:.3f} to {point.ci_high:.3f}" if has_interval else NOTHING,
        participants=point.participants,
        trials=point.trials,
        without_exclusions=_three_digits(everyone.proportion_correct),
        note=point.note,
    )


def _three_digits(number: float | None) -> str:
    return NOTHING if number is None else f"{number:.3f}"


def _facts(quality: Quality, medium: Medium) -> tuple[Fact, ...]:
    share, duration_s, rt_ms = quality.on_time_share, quality.median_duration_s, quality.median_rt_ms
    return (
        Fact(
            "Median duration",
            NOTHING if duration_s is None else duration_in_words(duration_s),
            "from consent to the end, of those who finished",
        ),
        Fact(
            "Median response time",
            NOTHING if rt_ms is None else f"{rt_ms / 1000:.2f} s",
            f"from {medium.rt_onset}, of {plural(quality.rt_trials, 'trial')}",
        ),
        Fact(
            f"{medium.kind.capitalize()}s on time",
            NOTHING if share is None else f"{share:.1%}",
            f"{medium.on_time}, of {quality.timed_trials} timed trials",
        ),
    )
