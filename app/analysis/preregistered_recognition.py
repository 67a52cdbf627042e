"""What the pre-registration of a study of recognition says of its task, stimuli and analyses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.inference import LARGEST_FIT
from app.analysis.report import methods
from app.analysis.wording import readable
from app.db.tables import Study
from app.experiments import service as experiments
from app.experiments.cells import Cells
from app.experiments.schemas import StudyDefinition
from app.experiments.service import NetworkBundle
from app.stimuli.service import read_manifest
from synthesis.bundle.manifest import Manifest
from synthesis.common.errors import BundleError

LEVEL = 0.95  # of intervals, as `recognition` has it


@dataclass(frozen=True)
class Parts:
    """The sections that differ from task to task, in sentences."""

    measured: str
    conditions: str
    procedure: tuple[str, ...]
    stimuli: tuple[str, ...]
    analyses: tuple[str, ...]


@dataclass(frozen=True)
class FrozenRecognition:
    """`manifests` are those of the study's bundles, None where one cannot be read now."""

    definition: StudyDefinition
    cells: Cells
    manifests: tuple[Manifest | None, ...]
    choices: int
    picture_px: int | None


async def load(session: AsyncSession, study: Study, bundles: Sequence[NetworkBundle]) -> FrozenRecognition:
    definition = experiments.definition_of(study)
    return FrozenRecognition(
        definition=definition,
        cells=await experiments.cells_of(session, study),
        manifests=tuple(_manifest(one) for one in bundles),
        choices=len(experiments.choices_of(definition, bundles)),
        picture_px=study.picture_px,
    )


def _manifest(one: NetworkBundle) -> Manifest | None:
    try:
        return read_manifest(one.bundle.path)
    except (BundleError, OSError):
        return None


def parts(frozen: FrozenRecognition) -> Parts:
    return Parts(
        measured=_measured(frozen),
        conditions=_conditions(frozen),
        procedure=tuple(_procedure(frozen)),
        stimuli=tuple(_stimuli(frozen)),
        analyses=tuple(_analyses(frozen)),
    )


def _measured(frozen: FrozenRecognition) -> str:
    task = frozen.definition.task
    return (
        f"The proportion of trials in which a participant gives the right one of {frozen.choices} "
        f"answers, per "
        f"condition. Response times, from {task.medium.rt_onset}, are recorded as well."
    )


def _conditions(frozen: FrozenRecognition) -> str:
    conditions = frozen.cells.conditions
    networks = "; ".join(
        f"{one.name} at {', '.join(readable(layer) for layer in one.layers)}" for one in conditions.networks
    )
    return (
        f"There are {len(conditions.names)} conditions within participants: natural {_kind(frozen)}s, and "
        f"model "
        f"metamers of {networks}."
    )


def _procedure(frozen: FrozenRecognition) -> Iterator[str]:
    definition = frozen.definition
    main = _main_trials(frozen)
    yield methods.procedure(definition, main, frozen.choices)
    yield methods.course(definition, main)


def _main_trials(frozen: FrozenRecognition) -> float:
    cells = frozen.cells
    return float(cells.trials - len(cells.aside) - cells.catch_trials)


def _stimuli(frozen: FrozenRecognition) -> Iterator[str]:
    conditions = frozen.cells.conditions
    several = len(frozen.manifests) > 1
    for network, manifest in zip(conditions.networks, frozen.manifests, strict=True):
        if manifest is None:
            yield (
                f"The bundle of {network.name} could not be read when this was written; its digest is below."
            )
        else:
            yield from methods.stimuli(manifest, network, named=frozen.definition.stimuli is not None)
    if several:
        medium = frozen.definition.task.medium
        yield methods.shared_stimuli(len(frozen.manifests), medium, frozen.picture_px)


def _analyses(frozen: FrozenRecognition) -> Iterator[str]:
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


def _kind(frozen: FrozenRecognition) -> str:
    return frozen.definition.task.medium.kind
