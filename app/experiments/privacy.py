"""The section `privacy` of a study file: who is responsible, how long data are kept; pure."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.core.text import CleanText
from app.experiments.fields import paragraphs

Line = Annotated[CleanText, Field(min_length=1, max_length=300)]
Email = Annotated[str, Field(max_length=254, pattern=r"^[^@\s<>\"']+@[^@\s<>\"']+\.[A-Za-z]{2,63}$")]


class Retention(BaseModel):
    """How long something is kept: one of two forms.

    Either days after the end of a participant's session, or the last day (UTC) for all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    retention_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    retention_until: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Retention":
        if (self.retention_days is None) == (self.retention_until is None):
            raise ValueError("give retention_days: N or retention_until: YYYY-MM-DD, one of the two")
        return self

    def ended_before(self, now: datetime) -> datetime | None:
        """Sessions that ended before this moment are due; None while none is."""
        if self.retention_days is not None:
            return now - timedelta(days=self.retention_days)
        assert self.retention_until is not None  # _one_of_both
        over = datetime.combine(self.retention_until, time(), UTC) + timedelta(days=1)
        return now if now >= over else None


class DataProtection(BaseModel):
    """Who is responsible for the data of a study, and how long they are kept.

    `controller` is the responsible person or institution, `contact` an e-mail address for questions,
    `officer` how a data protection officer is reached, `text` what the study adds in words of its own. `ids`
    says how long it is kept what recruiters call people and their visits, and answers to personal questions;
    `data` the same of everything else of a participant. What has no retention is kept until somebody deletes
    it. Who withdrew is let in again only with `again_after_withdrawal`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    controller: Line
    contact: Email
    officer: Line | None = None
    text: str | None = Field(default=None, min_length=1, max_length=20_000)
    ids: Retention | None = None
    data: Retention | None = None
    again_after_withdrawal: bool = False

    @model_validator(mode="after")
    def _ids_go_first(self) -> "DataProtection":
        ids, data = self.ids, self.data
        if ids is None or data is None:
            return self
        of_days = (ids.retention_days or 0) > (data.retention_days or 36_500)
        of_dates = (ids.retention_until or date.min) > (data.retention_until or date.max)
        if of_days or of_dates:
            raise ValueError("ids: keep them no longer than data, with which they are deleted at the latest")
        return self

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The study's own text, cut at blank lines."""
        return paragraphs(self.text or "")
