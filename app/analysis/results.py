"""What an analysis is: one audience's answers in one study, counted or trial by trial."""

from dataclasses import dataclass

import pandas as pd

from app.analysis.measures.exclusions import Flow
from app.analysis.measures.irregularities import caveats, flags_of_table
from app.analysis.measures.recognition import Recognition, proportions_of
from app.analysis.stimulus_names import StimulusNames
from app.db.tables import Study
from app.experiments import service as experiments
from app.experiments.conditions import Conditions
from app.experiments.exclusions import Exclusions
from app.experiments.schemas import Audience, StudyDefinition
from app.experiments.service import NetworkBundle
from app.stimuli.medium import Medium
from app.tasks.task import Task


@dataclass(frozen=True)
class Count:
    """Participants of one audience of a study."""

    consented: int = 0
    completed: int = 0


@dataclass(frozen=True)
class Caption:
    """What a figure says of itself. `audience` is live, pilot or simulated."""

    study: str
    model: str
    audience: str


@dataclass(frozen=True)
class StudyAnalysis:
    """What follows from counts alone.

    `scores` has the columns of `queries.scores`; `kept` and `recognition` are of those whom the rules leave,
    `everyone` of all who answered any main trial, with all their trials; `counts` holds all audiences.
    `choices` are what participants could answer. `flags` are those of participants who have any; `set_aside`
    trials were passed, since their answers were refused.
    """

    study: Study
    bundles: tuple[NetworkBundle, ...]
    audience: Audience
    rules: Exclusions
    names: StimulusNames
    choices: tuple[str, ...]
    scores: pd.DataFrame
    flow: Flow
    kept: pd.DataFrame
    recognition: Recognition
    everyone: Recognition
    counts: dict[Audience, Count]
    flags: dict[int, tuple[str, ...]]
    set_aside: int

    @property
    def proportions(self) -> pd.DataFrame:
        """Of those in the curve: a row per participant, a column per condition."""
        return proportions_of(self.kept, self.conditions)

    @property
    def answered(self) -> int:
        """How many main trials were answered, left-out ones too."""
        return int(self.scores["trials"].sum())

    @property
    def layout(self) -> Conditions:
        """The conditions with their networks and layers."""
        return self.names.conditions

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions' names in order."""
        return self.layout.names

    @property
    def network(self) -> str:
        """The network's name, or all of them."""
        return ", ".join(one.network for one in self.bundles)

    @property
    def definition(self) -> StudyDefinition:
        return experiments.definition_of(self.study)

    @property
    def task(self) -> Task:
        return self.definition.task

    @property
    def adaptive(self) -> bool:
        """Whether the study measures thresholds (`app.analysis.thresholds`) instead of recognition."""
        return self.task.adaptive

    @property
    def medium(self) -> Medium:
        return self.task.medium

    @property
    def caption(self) -> Caption:
        return Caption(study=self.study.name, model=self.network, audience=self.audience)


@dataclass(frozen=True)
class Answers:
    """An analysis with what was answered to what: the table of `app.analysis.measures.confusion`."""

    analysis: StudyAnalysis
    confusion: pd.DataFrame


@dataclass(frozen=True)
class Trials:
    """An analysis with its trials one by one. `table` has the columns of the codebook, left-out ones too.

    `steps` is the table of what the steps without trials gave (`app.analysis.tables.steps`).
    """

    analysis: StudyAnalysis
    table: pd.DataFrame
    steps: pd.DataFrame

    @property
    def caveats(self) -> tuple[str, ...]:
        """What is irregular in the data, in words: of all who answered, left-out ones too."""
        return caveats(self.analysis.flags, self.analysis.set_aside, flags_of_table(self.table))

    @property
    def kept(self) -> pd.DataFrame:
        """The trials that count."""
        return kept_of(self.table)


def kept_of(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table of trials that count."""
    return table[(table["participant_excluded"] == "") & (table["trial_excluded"] == "")]


@dataclass(frozen=True)
class Quality:
    """Numbers about the data of those who are in the curve; None where there is nothing to count.

    `rt_trials` are their main trials that count and have a response time, `timed_trials` those whose page
    sent what tells whether they were on time.
    """

    median_duration_s: float | None
    median_rt_ms: float | None
    rt_trials: int
    timed_trials: int
    on_time_share: float | None
