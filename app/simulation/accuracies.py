"""What simulated observers recognise in a study of one network or several; pure."""

from app.experiments.conditions import Conditions
from app.tasks.observer import accuracies
from synthesis.bundle.manifest import NATURAL

# Of each network after the first, so that the curves of several can be told apart.
LOSS = 0.15


def study_accuracies(conditions: Conditions, categories: int) -> dict[str, float]:
    """The probability of a right answer in every condition of a study.

    Each network has the curve of `accuracies` over its own layers. Above chance, each network keeps a share
    `1 - LOSS` of what the network before it has; the natural condition is the same for all.
    """
    chance = 1 / categories
    found: dict[str, float] = {}
    for number, network in enumerate(conditions.networks):
        curve = accuracies(conditions.of_network(network), categories)
        kept = (1 - LOSS) ** number
        found |= {
            name: accuracy if name == NATURAL else chance + kept * (accuracy - chance)
            for name, accuracy in curve.items()
        }
    return found
