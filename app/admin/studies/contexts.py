"""What the pages of drafts show, ready to be printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from app.admin.accounts.dates import minute
from app.db.tables import DraftJob, Study, StudyDraft
from app.drafts.course import STEPS, StepRow
from app.drafts.estimates import Cost, Duration
from app.drafts.form import Form
from app.experiments.abx_design import AbxDesign
from app.experiments.checking import CheckedStudy
from app.web.templating import PageContext
from synthesis.common.errors import Problem
from synthesis.common.wording import counts_in_brackets

# Fields of the study file that the form shows as its bundles.
BUNDLES = ("bundle", "layers", "stimuli")


@dataclass(frozen=True)
class DraftCard:
    """A draft in a list, and on top of its own pages; `frozen` if its study was opened."""

    id: int
    name: str
    version: int
    saved: str
    made: str
    parent: str
    study: str
    status: str
    frozen: bool

    @property
    def address(self) -> str:
        return f"/admin/drafts/{self.id}"


def draft_card(draft: StudyDraft, study: Study | None) -> DraftCard:
    return DraftCard(
        id=draft.id,
        name=draft.name or f"draft {draft.id}",
        version=draft.version,
        saved=f"saved {minute(draft.saved_at)} by {draft.saved_by}",
        made=f"made {minute(draft.made_at)} by {draft.made_by}",
        parent=draft.parent or "",
        study=study.name if study else "",
        status=study.status if study else "draft",
        frozen=study is not None and study.status != "draft",
    )


@dataclass(frozen=True)
class DraftsContext(PageContext):
    template: ClassVar[str] = "admin/studies/drafts.html"

    drafts: tuple[DraftCard, ...]
    may_create: bool
    text: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Faults:
    """What is wrong with a draft: all of it by line, and what is shown at a field by the field's name."""

    problems: tuple[Problem, ...] = ()
    at: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, name: str) -> tuple[str, ...]:
        return self.at.get(name, ())


def faults_of(problems: Sequence[Problem], steps: Sequence[StepRow] = ()) -> Faults:
    at: dict[str, tuple[str, ...]] = {}
    for problem in problems:
        place = _place(problem.field, steps)
        at[place] = (*at.get(place, ()), problem.message)
    return Faults(tuple(problems), at)


def _place(name: str, steps: Sequence[StepRow]) -> str:
    """The name of the form's part that shows a field's problems."""
    first, _, rest = name.partition(".")
    if first in BUNDLES:
        return "bundles"
    if first == STEPS and rest:
        part = rest.split(".")[0]
        numbers = {step.kind: str(step.position) for step in reversed(steps)}
        return f"{STEPS}.{numbers.get(part, part)}"
    return name


@dataclass(frozen=True)
class FormContext(PageContext):
    """`consent` and `instructions` are paragraphs, as participants read them."""

    template: ClassVar[str] = "admin/studies/form.html"

    card: DraftCard
    form: Form
    faults: Faults
    saved: str


@dataclass(frozen=True)
class TextContext(PageContext):
    template: ClassVar[str] = "admin/studies/text.html"

    card: DraftCard
    text: str
    faults: Faults
    saved: str


@dataclass(frozen=True)
class ConflictContext(PageContext):
    """Two tabs: `mine` is what was sent here, `lines` how it differs from what is stored now."""

    template: ClassVar[str] = "admin/studies/conflict.html"

    card: DraftCard
    message: str
    mine: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class JobView:
    """Work for a draft, in words; `old` if the draft was changed since."""

    state: str
    done: int
    total: int
    message: str
    asked: str
    old: bool
    result: Mapping[str, Any]

    @property
    def running(self) -> bool:
        return self.state == "running"


def job_view(job: DraftJob | None, draft: StudyDraft) -> JobView | None:
    if job is None:
        return None
    return JobView(
        state=job.state,
        done=job.done,
        total=job.total,
        message=job.message,
        asked=f"started {minute(job.asked_at)} by {job.asked_by}",
        old=job.version != draft.version,
        result=job.result or {},
    )


@dataclass(frozen=True)
class Numbers:
    """What a checked study comes to; `named` is what its conditions are, `lacking` what was left out."""

    named: str
    conditions: tuple[str, ...]
    trials: str
    left_out: str
    lacking: str
    duration: Duration
    stated_minutes: int
    cost: Cost | None


def numbers_of(study: CheckedStudy, duration: Duration, cost: Cost | None) -> Numbers:
    if isinstance(study.design, AbxDesign):
        most = "up to " if study.design.adaptive.sd_octaves else ""
        return Numbers(
            named="Dimensions",
            conditions=study.design.dimensions,
            trials=f"{most}{study.design.trials}",
            left_out=str(study.design.not_certified),
            lacking="levels without a certificate",
            duration=duration,
            stated_minutes=study.definition.duration_minutes,
            cost=cost,
        )
    cells = study.cells
    about = "" if cells.main_trials is not None else "about "
    return Numbers(
        named="Conditions",
        conditions=cells.conditions.names,
        trials=f"{about}{cells.trials}",
        left_out=f"{cells.not_certified}{counts_in_brackets(cells.faults)}",
        lacking="cells without a certified metamer",
        duration=duration,
        stated_minutes=study.definition.duration_minutes,
        cost=cost,
    )


@dataclass(frozen=True)
class CheckContext(PageContext):
    """`pilot` is the link for trying the study, empty before it is made; `stale` if it is of another version.

    `no_power` says why numbers of participants cannot be simulated, if they cannot; `thresholds` whether the
    study measures them.
    `figure` is the address of the dry run's figure, empty without one. `lines` is how the text differs from
    that of the study which it was copied from.
    """

    template: ClassVar[str] = "admin/studies/check.html"

    card: DraftCard
    faults: Faults
    numbers: Numbers | None
    no_power: str
    thresholds: bool
    power: JobView | None
    sem: float
    sd: float
    pilot: str
    live: str
    stale: bool
    dry_run: JobView | None
    figure: str
    mixes: tuple[tuple[str, str], ...]
    lines: tuple[str, ...]
