"""Each recruiter with whatever stands behind it in tests, so that one suite can ask all of them."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import boto3
from botocore.config import Config

from app.recruitment.link import Link
from app.recruitment.mturk.client import MturkClient
from app.recruitment.mturk.recruiter import Mturk
from app.recruitment.null import Null
from app.recruitment.prolific.client import ProlificClient
from app.recruitment.prolific.recruiter import Prolific
from app.recruitment.recruiter import Order, Recruiter, RemoteSubmission
from tests.standins import mturk, prolific
from tests.standins.faults import Faults
from tests.standins.serving import serving

ORDER = Order(
    key="metamerlab-ABC",
    name="Naming pictures",
    description="Say what you see.",
    address=(
        "https://lab.example/p/ABC?PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}"
        "&SESSION_ID={{%SESSION_ID%}}"
    ),
    codes={"complete": "DONE-1", "no_consent": "NO-1", "full": "FULL-1"},
    places=5,
    minutes=10,
    reward_minor=150,
    currency="USD",
    devices=("desktop",),
    peripherals=("audio",),
)
TIMEOUT_S = 2  # a busy machine is not silence


@dataclass
class Staged:
    """A recruiter and its stage: `visit` lets a person hand in at the recruiter's; `paid` are the bonuses."""

    recruiter: Recruiter
    visit: Callable[[str, str, str], None]
    paid: Callable[[], list[tuple[str, int]]]
    faults: Faults
    restage: Callable[[], None] = lambda: None


@contextmanager
def staged(name: str) -> Iterator[Staged]:
    """`visit(campaign, submission, person)` makes a submission that waits for a decision."""
    if name == "prolific":
        yield from _prolific()
    elif name == "mturk":
        yield from _mturk()
    elif name == "null":
        yield _null()
    else:
        yield Staged(Link(), lambda *_: None, list, Faults())


def _prolific() -> Iterator[Staged]:
    stand_in = prolific.StandIn()
    with serving(stand_in.app) as address:
        recruiter = Prolific(ProlificClient(f"{address}/api/v1", prolific.TOKEN, TIMEOUT_S))

        def visit(campaign: str, submission: str, person: str) -> None:
            stand_in.add(submission, campaign, person, "AWAITING REVIEW", "DONE-1")

        yield Staged(recruiter, visit, lambda: list(stand_in.paid), stand_in.faults)


def _mturk() -> Iterator[Staged]:
    stand_in = mturk.StandIn()
    with serving(stand_in.app) as address:
        api = boto3.client(
            "mturk",
            region_name="us-east-1",
            endpoint_url=address,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(read_timeout=TIMEOUT_S, retries={"total_max_attempts": 1}),
        )
        recruiter = Mturk(MturkClient(address, TIMEOUT_S, api))
        yield Staged(recruiter, stand_in.add, lambda: list(stand_in.paid), stand_in.faults)


def _null() -> Staged:
    recruiter = Null()

    def visit(campaign: str, submission: str, person: str) -> None:
        recruiter.visits[submission] = RemoteSubmission(
            submission, person, "SUBMITTED", "submitted", "DONE-1"
        )

    def paid() -> list[tuple[str, int]]:
        return [(bonus.submission, bonus.amount_minor) for bonus in recruiter.paid]

    return Staged(recruiter, visit, paid, Faults())


async def all_of(pages: AsyncIterator[list[RemoteSubmission]]) -> list[RemoteSubmission]:
    return [one async for page in pages for one in page]
