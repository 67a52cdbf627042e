"""What every recruiter can be asked for, whoever it is; and how asking can fail."""

# ruff: noqa: N818 (they are raised and read as statements: `raise NoAnswer(...)`)

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from app.core.errors import Conflict, DomainError, Invalid, Unavailable

CampaignStatus = Literal["draft", "active", "paused", "stopped"]
SubmissionStatus = Literal["active", "submitted", "approved", "rejected", "returned", "timed_out", "pending"]
Action = Literal["publish", "pause", "resume", "stop"]
# What is over: a person may still change it at the recruiter's, but no late message does.
SETTLED: tuple[SubmissionStatus, ...] = ("approved", "rejected", "returned", "timed_out")

SHORTEST_REJECTION = 100  # characters, of Prolific; as fair to people elsewhere
CATEGORIES: Mapping[str, str] = {
    "TOO_QUICKLY": "answered too quickly",
    "TOO_SLOWLY": "answered too slowly",
    "FAILED_INSTRUCTIONS": "did not follow the instructions",
    "FAILED_CHECK": "failed fair checks of attention",
    "LOW_EFFORT": "made little effort",
    "MALINGERING": "answered falsely on purpose",
    "NO_CODE": "gave no completion code",
    "BAD_CODE": "gave a wrong completion code",
    "NO_DATA": "no data arrived",
    "UNSUPP_DEVICE": "used a device that the study excludes",
    "OTHER": "another reason",
}


class Refused(Conflict):
    """The recruiter said no, or does not offer this. Nothing was changed there, and nothing paid."""


class NotReached(Unavailable):
    """The recruiter was certainly not asked, or certainly did nothing: it can be tried again."""


class NoAnswer(DomainError):
    """The recruiter was asked, and whether it did what it was asked for cannot be told."""

    status = 504


@dataclass(frozen=True)
class Order:
    """A study as its recruiter is told of it.

    `key` is the same for the same campaign, however often it is ordered. `address` is where participants
    enter; `codes` are the completion codes by outcome; `excluded` are the keys of campaigns whose people may
    not take part. Amounts are hundredths of the currency.
    """

    key: str
    name: str
    description: str
    address: str
    codes: Mapping[str, str]
    places: int
    minutes: int
    reward_minor: int
    currency: str
    devices: tuple[str, ...] = ()
    peripherals: tuple[str, ...] = ()
    secured: bool = False
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True)
class RemoteCampaign:
    """A campaign as the recruiter has it. `remote_id` is None where it has none of it yet."""

    remote_id: str | None
    status: CampaignStatus
    places: int


@dataclass(frozen=True)
class RemoteSubmission:
    """A visit as the recruiter has it; `raw_status` is the recruiter's own word for its status."""

    remote_id: str
    person: str
    raw_status: str
    status: SubmissionStatus
    entered_code: str | None = None
    campaign: str | None = None


@dataclass(frozen=True)
class Bonus:
    """A bonus to be paid. `key` is the ledger's: one key is one bonus."""

    key: str
    campaign: str
    submission: str
    person: str
    amount_minor: int
    currency: str
    reason: str


class Recruiter(Protocol):
    """A recruiter of one installation.

    Every call may raise `NotReached` and `NoAnswer`; what changes something `Refused` too. All but
    `pay_bonus` may be asked for again: doing so changes nothing more.
    """

    name: ClassVar[str]
    pays: ClassVar[bool]
    """Whether participants are paid, and submissions approved, through it."""
    checks_payment: ClassVar[str]
    """What a person looks at to learn whether an ambiguous payment was made."""

    async def create_draft(self, order: Order) -> RemoteCampaign: ...

    async def publish(self, order: Order, remote_id: str | None) -> RemoteCampaign: ...

    async def pause(self, remote_id: str) -> RemoteCampaign: ...

    async def resume(self, remote_id: str) -> RemoteCampaign: ...

    async def stop(self, remote_id: str) -> RemoteCampaign: ...

    async def campaign(self, remote_id: str) -> RemoteCampaign: ...

    async def add_places(self, remote_id: str, total: int) -> RemoteCampaign:
        """Ask for `total` places in all, more than before."""
        ...

    def submissions(self, remote_id: str) -> AsyncIterator[list[RemoteSubmission]]:
        """All, page by page."""
        ...

    async def submission(self, submission: str) -> RemoteSubmission: ...

    async def approve(self, submission: str) -> None: ...

    async def reject(self, submission: str, message: str, category: str) -> None:
        """`message` is for the person. Raises `Invalid` as `checked_rejection`."""
        ...

    async def prepare_bonus(self, bonus: Bonus) -> str:
        """What the recruiter calls the payment to come. Pays nothing."""
        ...

    async def pay_bonus(self, bonus: Bonus, reference: str) -> None:
        """Pay. Never asked for twice with one reference unless nothing was done."""
        ...

    async def mark_taken(self, key: str, person: str) -> None:
        """Let a person who took part in the campaign of this key see it no more, if that can be said."""
        ...

    async def bonuses_paid(self, submission: str) -> list[int] | None:
        """The bonuses that the recruiter lists for a submission; None if it does not tell."""
        ...

    async def close(self) -> None: ...


def checked_rejection(message: str, category: str) -> str:
    """The message as it is sent. Raises `Invalid`: too short, or no known category."""
    text = " ".join(message.split())
    if len(text) < SHORTEST_REJECTION:
        raise Invalid(
            "message_too_short",
            f"the reason for a rejection has {len(text)} characters and needs {SHORTEST_REJECTION}: say what "
            "was wrong and how it was noticed",
        )
    if category not in CATEGORIES:
        raise Invalid("unknown_category", f"no category {category!r}; choose one of {', '.join(CATEGORIES)}")
    return text


FROM: Mapping[Action, tuple[CampaignStatus, ...]] = {
    "publish": ("draft",),
    "pause": ("active",),
    "resume": ("paused",),
    "stop": ("active", "paused"),
}
TO: Mapping[Action, CampaignStatus] = {
    "publish": "active",
    "pause": "paused",
    "resume": "active",
    "stop": "stopped",
}


def require_possible(action: Action, status: str) -> None:
    """Raises `Refused` unless a campaign of this status can do that."""
    if status not in FROM[action]:
        raise Refused(
            "wrong_status",
            f"a campaign that is {status} cannot {action}; it must be {' or '.join(FROM[action])}",
        )
