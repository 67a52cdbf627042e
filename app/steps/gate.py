"""Trials without feedback that must be passed before the main ones; pure."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from app.steps.pass_mark import PassMarkParameters
from app.steps.step import Phase, Setting, Trials

OUTCOME = "gate"


class GateParameters(PassMarkParameters):
    """`trials` with natural stimuli, of which `pass_mark` must be right (Feather et al. 2023, Methods)."""

    kind: Literal["gate"] = "gate"
    trials: int = Field(default=12, ge=1, le=1000)
    pass_mark: int = Field(default=7, ge=0)


class Gate(Trials):
    name = "gate"
    holds: Phase | None = "gate"
    parameters = GateParameters
    outcomes: Mapping[str, str] = {OUTCOME: "too few right answers before the main part"}

    def outcome_of_trials(self, parameters: Any, right: int) -> str | None:
        return None if right >= parameters.pass_mark else OUTCOME

    def sentence(self, parameters: Any, setting: Setting) -> str:
        return (
            f"Participants then answered {parameters.trials} trials with natural stimuli, without feedback; "
            f"those with fewer than {parameters.pass_mark} right answers took no part in the main trials."
        )
