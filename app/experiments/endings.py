"""How a session can end, and whether one that was left may be gone on with; pure."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat

# Beside these, each kind of step has outcomes of its own (`app.steps`).
COMPLETE, NO_CONSENT, EXPIRED, WITHDRAWN = "complete", "no_consent", "expired", "withdrawn"
# Of who came when the study took nobody any more.
FULL = "full"
GENERAL = (NO_CONSENT, EXPIRED, WITHDRAWN, FULL)
# What only a recruiter tells: the person gave the place back, or took too long. Neither has a code.
RETURNED, TIMED_OUT = "returned", "timed_out"

Policy = Literal["go_on", "restart_block", "never"]
CompletionCode = Annotated[str, Field(pattern="^[A-Za-z0-9-]{1,64}$")]


class Resume(BaseModel):
    """What becomes of a session whose page was left or loaded again.

    `policy`: "go_on" at the step or trial that is due, "restart_block" with the first trial of its block, or
    "never": a session is one sitting. After `within_minutes` since the participant was last seen, it is over
    in any case.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: Policy = "go_on"
    within_minutes: Annotated[FiniteFloat, Field(gt=0, le=100_000)] | None = None


def _policy_alone(given: Any) -> Any:
    return {"policy": given} if isinstance(given, str) else given


ResumeOfFile = Annotated[Resume, BeforeValidator(_policy_alone)]
