"""What steps share that are passed with so many right answers; pure."""

from pydantic import Field, model_validator

from app.steps.step import StepParameters


class PassMarkParameters(StepParameters):
    """Of `trials`, `pass_mark` must be right."""

    trials: int = Field(ge=1, le=1000)
    pass_mark: int = Field(ge=0)

    @model_validator(mode="after")
    def _can_be_passed(self) -> "PassMarkParameters":
        if self.pass_mark > self.trials:
            raise ValueError(f"pass_mark: {self.pass_mark} of {self.trials} trials cannot be right")
        return self
