"""The section `recruitment` of a study file: where participants come from, and what they are paid; pure."""

import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

RecruiterName = Literal["link", "prolific", "mturk", "null"]
Device = Literal["desktop", "mobile", "tablet"]
Peripheral = Literal["audio", "camera", "download", "microphone"]
Money = Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=2, allow_inf_nan=False)]
StudyName = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,63}$")]

# Recruiters whose links name the person who comes, so that a link without ids was not opened from there.
NAMING: tuple[RecruiterName, ...] = ("prolific", "mturk")


class Recruiting(BaseModel):
    """How a study recruits.

    `reward` is what one participant gets, and `budget` the most that all rewards and bonuses together may
    come to, both in units of `currency` and without the recruiter's fees. `places` are the participants whom
    the recruiter is asked for, by default the study's `participants`; `minutes` is the time that it is told,
    by default `duration_minutes`. Whoever took part in a study of `excludes` is not let in here, and the
    other way round. With `one_code_per_participant`, each has a completion code of their own. With `secured`,
    only people whom the recruiter vouches for are let in.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    recruiter: RecruiterName = "link"
    description: str = Field(default="", max_length=5_000)
    reward: Money = Decimal(0)
    currency: str = Field(default="GBP", pattern="^[A-Z]{3}$")
    budget: Money | None = None
    places: Annotated[int, Field(ge=1, le=100_000)] | None = None
    minutes: Annotated[int, Field(ge=1, le=600)] | None = None
    device_compatibility: tuple[Device, ...] = ("desktop",)
    peripheral_requirements: tuple[Peripheral, ...] = ()
    excludes: tuple[StudyName, ...] = ()
    one_code_per_participant: bool = False
    secured: bool = False

    @model_validator(mode="after")
    def _fits_the_recruiter(self) -> "Recruiting":
        if self.secured and self.recruiter != "prolific":
            raise ValueError("secured: only Prolific vouches for people; leave it out for other recruiters")
        if self.one_code_per_participant and self.recruiter in NAMING:
            raise ValueError(
                "one_code_per_participant: Prolific and MTurk know only the codes of outcomes that they were "
                "told beforehand; leave it out"
            )
        if self.recruiter == "mturk" and self.currency != "USD":
            raise ValueError("currency: MTurk pays in USD; write currency: USD")
        if self.reward and self.budget is None:
            raise ValueError("budget: give the most that all rewards and bonuses may come to, such as 200")
        return self

    @property
    def reward_minor(self) -> int:
        """In hundredths of the currency: pence, cents."""
        return minor_units(self.reward)

    @property
    def budget_minor(self) -> int:
        """As `reward_minor`; 0 where nothing may be paid."""
        return minor_units(self.budget or Decimal(0))


def minor_units(amount: Decimal) -> int:
    """Hundredths of an amount with at most two decimals."""
    return int(amount * 100)


def money_of(text: str) -> int:
    """Hundredths of an amount that a person typed, such as 1, 1.5 or 1,50. Raises `ValueError`."""
    typed = text.strip().replace(",", ".")
    if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,2})?", typed):
        raise ValueError(f"{text!r} is not an amount; write it such as 1.50")
    return minor_units(Decimal(typed))


def in_units(amount_minor: int, currency: str) -> str:
    """An amount for people: 1.50 GBP."""
    return f"{decimal_text(amount_minor)} {currency}"


def decimal_text(amount_minor: int) -> str:
    """An amount in units of its currency, with two decimals: 1.50."""
    sign, rest = "-" if amount_minor < 0 else "", abs(amount_minor)
    return f"{sign}{rest // 100}.{rest % 100:02d}"
