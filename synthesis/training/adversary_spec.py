"""The section `adversary` of a training's spec: what disturbs the clips that a network is trained on."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Norm = Literal["l2", "linf"]
Space = Literal["waveform", "cochleagram"]


class AdversarySpec(BaseModel):
    """Perturbations of at most `eps` in `norm`, each drawn up against the network as it is at that step.

    Five steps of half of eps from a random start are those of Feather et al. (2023); their networks have eps
    0.5 or 1 in L2 and 0.002 in Linf. With `random_step` the network is trained on their control instead: one
    random point on the ball's surface (in Linf a corner). `steps` and `step_size` are then those of the
    attack that the trained network is tested with.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    norm: Norm
    eps: float = Field(ge=0, allow_inf_nan=False)
    steps: int = Field(default=5, ge=1)
    step_size: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """Length (L2), or change of each value (Linf), of a step; half of eps if it is left out."""
    space: Space = "waveform"
    """`cochleagram` is between the ear, which is then left as it is, and the network."""
    random_step: bool = False

    @model_validator(mode="after")
    def _inside_the_ball(self) -> Self:
        if self.step_size is not None and self.step_size > self.eps:
            raise ValueError(
                f"step_size {self.step_size:g} is larger than eps {self.eps:g}, the radius of the ball; "
                "choose at most eps, or leave it out for half of eps"
            )
        return self

    @property
    def step(self) -> float:
        return self.eps / 2 if self.step_size is None else self.step_size
