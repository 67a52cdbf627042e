"""A plain link, for a laboratory, a class or a panel with its own list: nobody to ask, nobody to pay."""

from collections.abc import AsyncIterator
from typing import ClassVar

from app.recruitment.recruiter import Bonus, CampaignStatus, Order, Refused, RemoteCampaign, RemoteSubmission

NOT_HERE = "people who come by a plain link are paid and credited by whoever invited them, not from here"


class Link:
    name: ClassVar[str] = "link"
    pays: ClassVar[bool] = False
    checks_payment: ClassVar[str] = NOT_HERE

    async def create_draft(self, order: Order) -> RemoteCampaign:
        return RemoteCampaign(order.key, "draft", order.places)

    async def publish(self, order: Order, remote_id: str | None) -> RemoteCampaign:
        return RemoteCampaign(order.key, "active", order.places)

    async def pause(self, remote_id: str) -> RemoteCampaign:
        return _now(remote_id, "paused")

    async def resume(self, remote_id: str) -> RemoteCampaign:
        return _now(remote_id, "active")

    async def stop(self, remote_id: str) -> RemoteCampaign:
        return _now(remote_id, "stopped")

    async def campaign(self, remote_id: str) -> RemoteCampaign:
        raise Refused("nobody_to_ask", "a plain link has no recruiter who could be asked")

    async def add_places(self, remote_id: str, total: int) -> RemoteCampaign:
        return RemoteCampaign(remote_id, "active", total)

    async def submissions(self, remote_id: str) -> AsyncIterator[list[RemoteSubmission]]:
        for page in list[list[RemoteSubmission]]():
            yield page

    async def submission(self, submission: str) -> RemoteSubmission:
        raise Refused("nobody_to_ask", "a plain link has no recruiter who could be asked")

    async def approve(self, submission: str) -> None:
        raise Refused("not_here", NOT_HERE)

    async def reject(self, submission: str, message: str, category: str) -> None:
        raise Refused("not_here", NOT_HERE)

    async def prepare_bonus(self, bonus: Bonus) -> str:
        raise Refused("not_here", NOT_HERE)

    async def pay_bonus(self, bonus: Bonus, reference: str) -> None:
        raise Refused("not_here", NOT_HERE)

    async def mark_taken(self, key: str, person: str) -> None:
        pass

    async def bonuses_paid(self, submission: str) -> list[int] | None:
        return None

    async def close(self) -> None:
        pass


def _now(remote_id: str, status: CampaignStatus) -> RemoteCampaign:
    """The number of places is not asked for here: 0 leaves it as it is."""
    return RemoteCampaign(remote_id, status, 0)
