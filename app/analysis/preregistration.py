"""The pre-registration of a study, from its frozen definition: what is measured, of whom, and how analysed.

The fields come in the order in which AsPredicted and the OSF ask for them. What only the authors know, their
question and what they expect, is left to them and says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from platform import python_version

from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.inference import LARGEST_FIT
from app.analysis.measures.exclusions import gates_of, pace_in_words
from app.analysis.report import methods
from app.analysis.report.content import LIBRARIES, Report
from app.analysis.report.parts import Section, Table
from app.analysis.service import counts_by_study
from app.analysis.statistics.power import AT_LEAST
from app.analysis.wording import plural, readable
from app.core.errors import Conflict
from app.core.version import code_version
from app.db.tables import Study
from app.experiments import service as experiments
from app.experiments.cells import Cells
from app.experiments.schemas import StudyDefinition
from app.experiments.service import NetworkBundle
from app.steps.course import outcomes_of
from app.stimuli.service import read_manifest
from synthesis.bundle.manifest import Manifest
from synthesis.common.errors import BundleError

LEVEL = 0.95  # of intervals, as `recognition` has it
BY_THE_AUTHORS = "To be written by the authors: "


@dataclass(frozen=True)
class Frozen:
    """A study that was opened, with all that its pre-registration tells.

    `manifests` are those of its bundles, None where one cannot be read now; `begun` are the live participants
    who had consented when it was written.
    """

    study: Study
    definition: StudyDefinition
    cells: Cells
    bundles: tuple[NetworkBundle, ...]
    manifests: tuple[Manifest | None, ...]
    choices: int
    begun: int


async def load(session: AsyncSession, study: Study) -> Frozen:
    """Raises `Conflict` for a draft: it can still change."""
    if study.opened_at is None:
        raise Conflict(
            "study_not_frozen",
            f"the study {study.name!r} is a draft and can still change; open it first, and give its link "
            "to nobody before the pre-registration is filed",
        )
    definition = experiments.definition_of(study)
    bundles = await experiments.bundles_of_study(session, study.id)
    counts = (await counts_by_study(session)).get(study.id, {})
    return Frozen(
        study=study,
        definition=definition,
        cells=await experiments.cells_of(session, study),
        bundles=tuple(bundles),
        manifests=tuple(_manifest(one) for one in bundles),
        choices=len(experiments.choices_of(definition, bundles)),
        begun=counts["live"].consented if "live" in counts else 0,
    )


def _manifest(one: NetworkBundle) -> Manifest | None:
    try:
        return read_manifest(one.bundle.path)
    except (BundleError, OSError):
        return None


def preregistration(frozen: Frozen) -> Report:
    """The document, in sentences of a methods section."""
    definition, study = frozen.definition, frozen.study
    return Report(
        title=f"Pre-registration: {definition.title}",
        subtitle=f"Study {study.name}, frozen on {study.opened_at:%Y-%m-%d %H:%M} UTC",
        sections=tuple(_sections(frozen)),
    )


def _sections(frozen: Frozen) -> Iterator[Section]:
    definition = frozen.definition
    yield Section("Data collection so far", (_so_far(frozen),))
    yield Section("Question and hypotheses", (BY_THE_AUTHORS + "what is asked, and what is expected.",))
    yield Section("Dependent variable", (_measured(frozen),))
    yield Section("Conditions", (_conditions(frozen),))
    yield Section("Design and procedure", tuple(_procedure(frozen)))
    yield Section("Stimuli", tuple(_stimuli(frozen)), (_digests(frozen.bundles),))
    yield Section("Sample size and stopping rule", tuple(_sample(definition)))
    yield Section("Exclusions", tuple(_exclusions(definition)))
    yield Section("Analyses", tuple(_analyses(frozen)))
    yield Section(
        "Anything else",
        (f"{BY_THE_AUTHORS}analyses besides these, and whether they are exploratory.",),
        (_versions(),),
    )


def _so_far(frozen: Frozen) -> str:
    if not frozen.begun:
        return "No participant had begun when this was written; pilot data are apart from the study’s."
    return (
        f"When this was written, {plural(frozen.begun, 'participant')} had consented already. The definition "
        "of the study was frozen before the first of them."
    )


def _measured(frozen: Frozen) -> str:
    task = frozen.definition.task
    return (
        f"The proportion of trials in which a participant gives the right one of {frozen.choices} "
        f"answers, per "
        f"condition. Response times, from {task.medium.rt_onset}, are recorded as well."
    )


def _conditions(frozen: Frozen) -> str:
    conditions = frozen.cells.conditions
    networks = "; ".join(
        f"{one.name} at {', '.join(readable(layer) for layer in one.layers)}" for one in conditions.networks
    )
    return (
        f"There are {len(conditions.names)} conditions within participants: natural {_kind(frozen)}s, and "
        f"model "
        f"metamers of {networks}."
    )


def _procedure(frozen: Frozen) -> Iterator[str]:
    definition = frozen.definition
    main = _main_trials(frozen)
    yield methods.procedure(definition, main, frozen.choices)
    yield methods.course(definition, main)
    yield (
        f"Plans were drawn from the seed {definition.seed} and a secret that the server keeps, so that "
        f"neither "
        "participants nor experimenters chose what is seen."
    )


def _main_trials(frozen: Frozen) -> float:
    cells = frozen.cells
    return float(cells.trials - len(cells.aside) - cells.catch_trials)


def _stimuli(frozen: Frozen) -> Iterator[str]:
    conditions = frozen.cells.conditions
    several = len(frozen.bundles) > 1
    for network, manifest in zip(conditions.networks, frozen.manifests, strict=True):
        if manifest is None:
            yield (
                f"The bundle of {network.name} could not be read when this was written; its digest is below."
            )
        else:
            yield from methods.stimuli(manifest, network, named=frozen.definition.stimuli is not None)
    if several:
        medium = frozen.definition.task.medium
        yield methods.shared_stimuli(len(frozen.bundles), medium, frozen.study.picture_px)


def _digests(bundles: Sequence[NetworkBundle]) -> Table:
    rows = tuple((one.network, one.bundle.digest) for one in bundles)
    return Table("Bundles of stimuli by the SHA-256 of their manifests", ("Network", "Digest"), rows)


def _sample(definition: StudyDefinition) -> Iterator[str]:
    aim, sem = definition.participants, definition.stop_when_sem
    yield {
        "never": f"{plural(aim, 'participant')} were aimed at.",
        "participants": f"Recruiting ended when {plural(aim, 'participant')} had completed the study.",
        "sem": f"Recruiting ended when the rule below was met, or when {plural(aim, 'participant')} had "
        "completed the study.",
    }[definition.close_at]
    if definition.close_at != "never":
        yield (
            "The server closed the study by itself; those who had begun by then could finish and are "
            "analysed. "
            "Drop-outs, and those who were screened out, did not count."
        )
    if sem is not None:
        yield (
            f"Stopping rule: the standard error of the mean of the proportion correct is at most {sem:g} in "
            f"every condition, looked at from {AT_LEAST} participants on. The rule looks at precision "
            f"alone and "
            "never at the size of an effect."
        )


def _exclusions(definition: StudyDefinition) -> Iterator[str]:
    medium = definition.task.medium
    ended = list(outcomes_of(definition.course).values())
    if ended:
        yield f"Whose session ended by a check is left out: {'; '.join(ended)}. So is who withdrew."
    gates = "; ".join(gate.label for gate in gates_of(definition.exclusions, medium))
    yield f"Left out are, in this order, participants of whom one of these holds: {gates}."
    dropped = [f"{medium.kind} {medium.off_time}"] if definition.exclusions.trials.bad_timing else []
    dropped += [pace] if (pace := pace_in_words(definition.exclusions.trials)) else []
    yield (
        f"Single trials are dropped if: {'; '.join(dropped)}." if dropped else "No single trials are dropped."
    )
    yield "Results without any exclusion are reported beside those with them."


def _analyses(frozen: Frozen) -> Iterator[str]:
    kind, several = _kind(frozen), frozen.cells.conditions.several
    yield methods.recognition_words(LEVEL, frozen.choices)
    yield (
        "The effect of stage (natural, then the layers in depth order) is tested by a repeated-measures "
        "ANOVA "
        "of proportions correct, with p by Greenhouse and Geisser, by Huynh and Feldt, and by permuting "
        "conditions within participants; partial eta squared is given."
        + (" It is done for each network." if several else "")
    )
    if several:
        yield (
            "Networks are compared by a repeated-measures ANOVA of network x stage without the natural "
            "condition, where they have equally many layers, and by paired t tests of every two networks "
            "at each "
            "stage, corrected by Holm (1979)."
        )
    yield (
        f"A logistic mixed model of being right has the condition as fixed effect, against natural "
        f"{kind}s, and "
        f"random intercepts of participant and {kind}; it is fitted by the Laplace approximation, with Wald "
        f"intervals, by itself if there are at most {LARGEST_FIT:,} trials and on request if there are more."
    )
    yield "The inference criterion is p < .05, two-sided, unless the authors state another above."


def _versions() -> Table:
    rows = [("metamerlab", code_version()), ("Python", python_version())]
    rows += [(name, version(name)) for name in LIBRARIES]
    return Table("Versions", ("Software", "Version"), tuple(rows))


def _kind(frozen: Frozen) -> str:
    return frozen.definition.task.medium.kind
