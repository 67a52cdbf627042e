"""A recruiter for development: it keeps everything in this process's memory, and pays nobody."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import ClassVar

from app.recruitment.recruiter import (
    TO,
    Action,
    Bonus,
    Order,
    Refused,
    RemoteCampaign,
    RemoteSubmission,
    SubmissionStatus,
    checked_rejection,
    require_possible,
)

PAGE = 20


@dataclass
class Null:
    """`visits` are the submissions by their ids; development and tests add to them."""

    name: ClassVar[str] = "null"
    pays: ClassVar[bool] = True
    checks_payment: ClassVar[str] = "Nobody is paid by this recruiter, which is for development."

    campaigns: dict[str, RemoteCampaign] = field(default_factory=dict)
    visits: dict[str, RemoteSubmission] = field(default_factory=dict)
    prepared: dict[str, Bonus] = field(default_factory=dict)
    paid: list[Bonus] = field(default_factory=list)

    async def create_draft(self, order: Order) -> RemoteCampaign:
        return self.campaigns.setdefault(order.key, RemoteCampaign(order.key, "draft", order.places))

    async def publish(self, order: Order, remote_id: str | None) -> RemoteCampaign:
        return self._changed(remote_id or "", "publish")

    async def pause(self, remote_id: str) -> RemoteCampaign:
        return self._changed(remote_id, "pause")

    async def resume(self, remote_id: str) -> RemoteCampaign:
        return self._changed(remote_id, "resume")

    async def stop(self, remote_id: str) -> RemoteCampaign:
        return self._changed(remote_id, "stop")

    def _changed(self, remote_id: str, action: Action) -> RemoteCampaign:
        campaign = self._campaign(remote_id)
        require_possible(action, campaign.status)
        self.campaigns[remote_id] = replace(campaign, status=TO[action])
        return self.campaigns[remote_id]

    def _campaign(self, remote_id: str) -> RemoteCampaign:
        """What was forgotten when the process ended is a draft again."""
        return self.campaigns.setdefault(remote_id, RemoteCampaign(remote_id, "draft", 1))

    async def campaign(self, remote_id: str) -> RemoteCampaign:
        return self._campaign(remote_id)

    async def add_places(self, remote_id: str, total: int) -> RemoteCampaign:
        campaign = self._campaign(remote_id)
        if total < campaign.places:
            raise Refused("fewer_places", "the number of places can only grow")
        self.campaigns[remote_id] = replace(campaign, places=total)
        return self.campaigns[remote_id]

    async def submissions(self, remote_id: str) -> AsyncIterator[list[RemoteSubmission]]:
        visits = list(self.visits.values())
        for start in range(0, len(visits), PAGE):
            yield visits[start : start + PAGE]

    async def submission(self, submission: str) -> RemoteSubmission:
        if submission not in self.visits:
            raise Refused("unknown_submission", f"no submission {submission!r}")
        return self.visits[submission]

    async def approve(self, submission: str) -> None:
        await self._judge(submission, "approved")

    async def reject(self, submission: str, message: str, category: str) -> None:
        checked_rejection(message, category)
        await self._judge(submission, "rejected")

    async def _judge(self, submission: str, status: SubmissionStatus) -> None:
        visit = await self.submission(submission)
        if visit.status not in ("submitted", status):
            raise Refused("wrong_status", f"a submission that is {visit.status} cannot become {status}")
        self.visits[submission] = replace(visit, status=status, raw_status=status.upper())

    async def prepare_bonus(self, bonus: Bonus) -> str:
        self.prepared[bonus.key] = bonus
        return bonus.key

    async def pay_bonus(self, bonus: Bonus, reference: str) -> None:
        self.paid.append(self.prepared[reference])

    async def mark_taken(self, key: str, person: str) -> None:
        pass

    async def bonuses_paid(self, submission: str) -> list[int] | None:
        return [bonus.amount_minor for bonus in self.paid if bonus.submission == submission]

    async def close(self) -> None:
        pass
