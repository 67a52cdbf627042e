"""MTurk as a recruiter: a study is a HIT, a submission an assignment (API of 2017-01-17)."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from app.core.clock import utc_now
from app.experiments.recruiting import decimal_text
from app.recruitment.mturk.client import MturkClient
from app.recruitment.mturk.question import external_question
from app.recruitment.recruiter import (
    Bonus,
    CampaignStatus,
    Order,
    Refused,
    RemoteCampaign,
    RemoteSubmission,
    SubmissionStatus,
    checked_rejection,
)

PAGE_SIZE = 100
OPEN_FOR = timedelta(days=14)
APPROVED_AFTER = timedelta(days=14)  # by itself, if nobody decides
SLOWER = 4  # times the estimated minutes are allowed
LONGEST_TOKEN = 64
MOST_QUALIFICATIONS = 10  # that a HIT may ask for
# What the last page hands in beside the assignment.
ANSWER = re.compile(r"<QuestionIdentifier>code</QuestionIdentifier>\s*<FreeText>([^<]{0,200})</FreeText>")
SUBMISSIONS: dict[str, SubmissionStatus] = {
    "Submitted": "submitted",
    "Approved": "approved",
    "Rejected": "rejected",
}


class Mturk:
    """A HIT has no draft, and no pause but that it expires: nobody new is let in from then on."""

    name: ClassVar[str] = "mturk"
    pays: ClassVar[bool] = True
    checks_payment: ClassVar[str] = (
        "Open the requester's site, choose Manage, then the worker, and look at the bonuses of this "
        "assignment; the transaction history has them too. The reason of the bonus holds the ledger's key."
    )

    def __init__(self, client: MturkClient) -> None:
        self.client = client

    async def create_draft(self, order: Order) -> RemoteCampaign:
        return RemoteCampaign(None, "draft", order.places)

    async def publish(self, order: Order, remote_id: str | None) -> RemoteCampaign:
        """Makes the HIT, or finds the one of this order whose answer was lost."""
        if remote_id is not None:
            raise Refused("wrong_status", "this HIT was published already")
        if (made := await self._hit_of(order.key)) is not None:
            return made
        answer = await self.client.call(
            "create_hit",
            Title=order.name[:128],
            Description=order.description[:2000],
            Reward=decimal_text(order.reward_minor),
            MaxAssignments=order.places,
            LifetimeInSeconds=_seconds(OPEN_FOR),
            AssignmentDurationInSeconds=order.minutes * 60 * SLOWER,
            AutoApprovalDelayInSeconds=_seconds(APPROVED_AFTER),
            Question=external_question(order.address),
            RequesterAnnotation=order.key,
            UniqueRequestToken=order.key[:LONGEST_TOKEN],
            QualificationRequirements=[
                {
                    "QualificationTypeId": await self._qualification(key),
                    "Comparator": "DoesNotExist",
                    "ActionsGuarded": "DiscoverPreviewAndAccept",
                }
                for key in (order.key, *order.excluded)[:MOST_QUALIFICATIONS]
            ],
        )
        return _campaign(answer["HIT"])

    async def _hit_of(self, key: str) -> RemoteCampaign | None:
        token: dict[str, str] = {}
        while True:
            page = await self.client.call("list_hits", MaxResults=PAGE_SIZE, **token)
            for hit in page["HITs"]:
                if hit.get("RequesterAnnotation") == key:
                    return _campaign(hit)
            if not page.get("NextToken"):
                return None
            token = {"NextToken": page["NextToken"]}

    async def _qualification(self, key: str) -> str:
        """The type of qualification that those have who took part."""
        name = f"took part in {key}"
        found = await self.client.call(
            "list_qualification_types", MustBeRequestable=False, MustBeOwnedByCaller=True, Query=name
        )
        for kind in found["QualificationTypes"]:
            if kind["Name"] == name:
                return str(kind["QualificationTypeId"])
        made = await self.client.call(
            "create_qualification_type",
            Name=name,
            Description="Has taken part in this study.",
            QualificationTypeStatus="Active",
        )
        return str(made["QualificationType"]["QualificationTypeId"])

    async def pause(self, remote_id: str) -> RemoteCampaign:
        return await self._expire(remote_id, utc_now() - timedelta(days=1))

    async def resume(self, remote_id: str) -> RemoteCampaign:
        return await self._expire(remote_id, utc_now() + OPEN_FOR)

    async def stop(self, remote_id: str) -> RemoteCampaign:
        paused = await self.pause(remote_id)
        return RemoteCampaign(paused.remote_id, "stopped", paused.places)

    async def _expire(self, remote_id: str, moment: datetime) -> RemoteCampaign:
        await self.client.call("update_expiration_for_hit", HITId=remote_id, ExpireAt=moment)
        return await self.campaign(remote_id)

    async def campaign(self, remote_id: str) -> RemoteCampaign:
        return _campaign((await self.client.call("get_hit", HITId=remote_id))["HIT"])

    async def add_places(self, remote_id: str, total: int) -> RemoteCampaign:
        """The token is that of the total: asking again for the same one adds nothing."""
        now = await self.campaign(remote_id)
        if total < now.places:
            raise Refused("fewer_places", "the number of places can only grow")
        if total > now.places:
            await self.client.call(
                "create_additional_assignments_for_hit",
                HITId=remote_id,
                NumberOfAdditionalAssignments=total - now.places,
                UniqueRequestToken=f"{remote_id[:50]}-{total}",
            )
        return await self.campaign(remote_id)

    async def submissions(self, remote_id: str) -> AsyncIterator[list[RemoteSubmission]]:
        """Those that were handed in; MTurk lists nobody who is at it or has returned."""
        token: dict[str, str] = {}
        while True:
            page = await self.client.call(
                "list_assignments_for_hit", HITId=remote_id, MaxResults=PAGE_SIZE, **token
            )
            yield [_submission(one) for one in page["Assignments"]]
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    async def submission(self, submission: str) -> RemoteSubmission:
        return _submission((await self.client.call("get_assignment", AssignmentId=submission))["Assignment"])

    async def approve(self, submission: str) -> None:
        """MTurk refuses to approve twice, so that it is asked first whether it was."""
        if (await self.submission(submission)).status != "approved":
            await self.client.call("approve_assignment", AssignmentId=submission)

    async def reject(self, submission: str, message: str, category: str) -> None:
        text = checked_rejection(message, category)
        if (await self.submission(submission)).status != "rejected":
            await self.client.call(
                "reject_assignment", AssignmentId=submission, RequesterFeedback=text[:1024]
            )

    async def prepare_bonus(self, bonus: Bonus) -> str:
        return bonus.key

    async def pay_bonus(self, bonus: Bonus, reference: str) -> None:
        """The key is MTurk's token too: within a day it would know the same bonus again.

        Of one who withdrew here, only MTurk knows the worker.
        """
        worker = bonus.person or (await self.submission(bonus.submission)).person
        await self.client.call(
            "send_bonus",
            WorkerId=worker,
            AssignmentId=bonus.submission,
            BonusAmount=decimal_text(bonus.amount_minor),
            Reason=f"{bonus.reason} ({bonus.key})",
            UniqueRequestToken=bonus.key[:LONGEST_TOKEN],
        )

    async def mark_taken(self, key: str, person: str) -> None:
        await self.client.call(
            "associate_qualification_with_worker",
            QualificationTypeId=await self._qualification(key),
            WorkerId=person,
            IntegerValue=1,
            SendNotification=False,
        )

    async def bonuses_paid(self, submission: str) -> list[int] | None:
        answer = await self.client.call("list_bonus_payments", AssignmentId=submission)
        return [round(float(one["BonusAmount"]) * 100) for one in answer["BonusPayments"]]

    async def close(self) -> None:
        await self.client.close()


def _campaign(hit: dict[str, Any]) -> RemoteCampaign:
    return RemoteCampaign(hit["HITId"], _status(hit), int(hit["MaxAssignments"]))


def _status(hit: dict[str, Any]) -> CampaignStatus:
    expires: datetime = hit["Expiration"]
    if hit["HITStatus"] in ("Disposed", "Reviewing"):
        return "stopped"
    return "paused" if expires.astimezone(UTC) <= utc_now() else "active"


def _submission(assignment: dict[str, Any]) -> RemoteSubmission:
    raw = str(assignment["AssignmentStatus"])
    return RemoteSubmission(
        remote_id=assignment["AssignmentId"],
        person=assignment["WorkerId"],
        raw_status=raw,
        status=SUBMISSIONS.get(raw, "pending"),
        entered_code=_code_in(assignment.get("Answer", "")),
        campaign=assignment.get("HITId"),
    )


def _code_in(answer: str) -> str | None:
    found = ANSWER.search(answer)
    return found[1].strip() or None if found else None


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
