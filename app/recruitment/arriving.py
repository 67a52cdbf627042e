"""Whether a recruiter vouches for who opens a study's link."""

from dataclasses import dataclass, replace

from app.core.errors import DomainError
from app.db.tables import Campaign, Study
from app.participants.arrival import Arrival
from app.participants.proof import proof_of
from app.recruitment.prolific.tokens import Keys, vouched
from app.recruitment.recruiter import Recruiter, Refused

HERE_NOW = ("active", "pending")


@dataclass(frozen=True)
class Vouching:
    """What the check needs: the recruiter, its keys, and the addresses that its token may be for."""

    recruiter: Recruiter
    keys: Keys
    audience: tuple[str, ...]


async def proven(
    vouching: Vouching, study: Study, campaign: Campaign | None, arrival: Arrival, token: str
) -> Arrival:
    """The arrival, with the proof that the recruiter vouches for it if it does.

    By the token in the address; without one that can be checked, by asking for the submission. Raises
    `NotReached` if neither is possible at the moment: the person comes again.
    """
    visit = arrival.visit or ""
    if await _by_token(vouching, token, arrival.person, visit) or await _by_asking(
        vouching, campaign, arrival.person, visit
    ):
        return replace(arrival, proof=proof_of(study, arrival))
    return arrival


async def _by_token(vouching: Vouching, token: str, person: str, visit: str) -> bool:
    if not token or not visit:
        return False
    try:
        return await vouched(vouching.keys, token, vouching.audience, person, visit)
    except DomainError:
        return False  # the keys cannot be read; the submission may tell


async def _by_asking(vouching: Vouching, campaign: Campaign | None, person: str, visit: str) -> bool:
    """A token that is too old, as after loading the page again, says nothing; the submission does."""
    if not visit or campaign is None:
        return False
    try:
        submission = await vouching.recruiter.submission(visit)
    except Refused:
        return False
    return (
        submission.person == person
        and submission.campaign == campaign.remote_id
        and submission.status in HERE_NOW
    )
