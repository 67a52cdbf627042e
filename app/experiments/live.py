"""The pictures that a study can have made while participants are at it."""

from app.experiments.abx_design import AbxDesign
from app.live_pictures.measuring import Wanted
from app.live_pictures.steps import steps_of


def live_pictures(design: AbxDesign) -> list[Wanted]:
    """Every original along every dimension at every fine step that is no level of the grid."""
    return [
        Wanted(original.id, dimension, step, target)
        for dimension in design.dimensions
        for step, target in enumerate(steps_of(design.levels[dimension]))
        if target not in design.levels[dimension]
        for original in design.originals
        if original.id is not None
    ]
