"""Writing a trained network in the published layers, with what it is in the file's metadata."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from synthesis.networks.hearing.trained_file import Trained, write_trained
from synthesis.training.model import TaskNetwork
from synthesis.training.spec import TrainSpec
from synthesis.training.standing import Standing

if TYPE_CHECKING:
    from synthesis.training.data import Parts


def write_network(
    path: Path, network: TaskNetwork, spec: TrainSpec, parts: Parts, standing: Standing
) -> None:
    """Write the trunk, its training norms folded, in float16. A network of both tasks answers words."""
    folded = network.trunk.folded().cpu()
    spoken = parts.training.spoken
    training = {
        "seed": spec.seed,
        "examples": standing.step * spec.batch,
        "minutes": round(standing.seconds / 60, 1),
        "voices": sorted({voice.name for voice in spoken.voices}),
        "validation": standing.validations[-1] if standing.validations else {},
        "optimiser": spec.optimiser.model_dump(mode="json"),
        "start_from": spec.start_from and spec.start_from.name,
        "backgrounds": spec.backgrounds.answers,
        "adversary": spec.adversary and spec.adversary.model_dump(mode="json"),
        "clips": spec.clips.model_dump(mode="json"),
    }
    words = (*spoken.vocabulary, "") if spec.null_class else spoken.vocabulary
    answers = parts.backgrounds if spec.task == "background" else words
    described = Trained(
        architecture=spec.network.architecture,
        settings=folded.settings,
        answers=answers,
        task=spec.task,
        training=training,
    )
    write_trained(path, folded, described)
