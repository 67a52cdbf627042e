"""What was found of one uploaded file; pure."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Verdict = Literal["accepted", "warned", "refused"]
Fact = str | int | float | bool


class Refused(Exception):  # noqa: N818
    """The file cannot be taken; the message says why and what to do, without the file's name."""


@dataclass(frozen=True)
class Findings:
    """`notes` are what a person should know: reasons of a refusal, or warnings. `facts` have their unit in
    their names. `content_sha256` is of the decoded pixels or samples: files of the same content share it.
    """

    content_sha256: str = ""
    notes: tuple[str, ...] = ()
    facts: dict[str, Fact] = field(default_factory=dict)
    refused: bool = False

    @classmethod
    def refusal(cls, reason: str) -> "Findings":
        return cls(notes=(reason,), refused=True)

    @property
    def verdict(self) -> Verdict:
        if self.refused:
            return "refused"
        return "warned" if self.notes else "accepted"

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "notes": list(self.notes)}

    @classmethod
    def of_json(cls, content: dict[str, Any]) -> "Findings":
        return cls(**{**content, "notes": tuple(content["notes"])})
