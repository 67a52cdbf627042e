"""When a dimension has been measured enough, as the study declares it; pure."""

from dataclasses import dataclass

from app.adaptive.estimate import Estimate


@dataclass(frozen=True)
class StoppingRule:
    """A dimension is finished after `most` trials, or earlier, from `least` trials on, when the standard
    deviation of the threshold's posterior is at most `sd_octaves`; without `sd_octaves` it has `most`
    trials.
    """

    most: int
    sd_octaves: float | None = None
    least: int = 16

    def __post_init__(self) -> None:
        if self.most < 1 or (self.sd_octaves is not None and not self.sd_octaves > 0):
            raise ValueError("stopping: most must be at least 1 and sd_octaves above 0")

    def finished(self, found: Estimate) -> bool:
        if found.trials >= self.most:
            return True
        sure = self.sd_octaves is not None and found.sd_octaves <= self.sd_octaves
        return sure and found.trials >= self.least
