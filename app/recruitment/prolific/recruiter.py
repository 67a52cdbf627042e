"""Prolific as a recruiter. What it accepts and answers is documented at https://docs.prolific.com."""

from collections.abc import AsyncIterator
from typing import Any, ClassVar

from app.experiments.endings import COMPLETE, FULL, NO_CONSENT
from app.experiments.recruiting import decimal_text
from app.recruitment.prolific.client import ProlificClient
from app.recruitment.prolific.webhook import SUBMISSION_CHANGED
from app.recruitment.recruiter import (
    Action,
    Bonus,
    CampaignStatus,
    Order,
    Refused,
    RemoteCampaign,
    RemoteSubmission,
    SubmissionStatus,
    checked_rejection,
)

STATUSES: dict[str, CampaignStatus] = {
    "UNPUBLISHED": "draft",
    "SCHEDULED": "draft",
    "PUBLISHING": "active",
    "ACTIVE": "active",
    "PAUSED": "paused",
    "AWAITING REVIEW": "stopped",
    "COMPLETED": "stopped",
}
SUBMISSIONS: dict[str, SubmissionStatus] = {
    "ACTIVE": "active",
    "AWAITING REVIEW": "submitted",
    "APPROVED": "approved",
    "PARTIALLY APPROVED": "approved",
    "REJECTED": "rejected",
    "RETURNED": "returned",
    "TIMED-OUT": "timed_out",
}
TRANSITIONS: dict[Action, str] = {"publish": "PUBLISH", "pause": "PAUSE", "resume": "START", "stop": "STOP"}
CODE_TYPES = {COMPLETE: "COMPLETED", NO_CONSENT: "NO_CONSENT", "device": "INCOMPATIBLE_DEVICE", FULL: "OTHER"}


def status_of(raw: str) -> SubmissionStatus:
    """Ours for Prolific's word; "pending" for what it only passes through."""
    return SUBMISSIONS.get(raw.replace("_", " ").replace("TIMED OUT", "TIMED-OUT"), "pending")


class Prolific:
    name: ClassVar[str] = "prolific"
    pays: ClassVar[bool] = True
    checks_payment: ClassVar[str] = (
        "Open the study at app.prolific.com, choose the submission, and look at its bonus payments and the "
        "balance history of this time. Prolific pays bonuses within minutes after it was asked, so wait for "
        "ten minutes before you decide that it was not paid."
    )

    def __init__(self, client: ProlificClient) -> None:
        self.client = client

    async def create_draft(self, order: Order) -> RemoteCampaign:
        """A draft of the same key that is there already is taken instead of a second one."""
        async for page in self.client.pages("/studies/"):
            for study in page:
                if study.get("internal_name") == order.key:
                    return _campaign(await self.client.get(f"/studies/{study['id']}/"))
        return _campaign(await self.client.post("/studies/", _body(order)))

    async def publish(self, order: Order, remote_id: str | None) -> RemoteCampaign:
        if remote_id is None:
            raise Refused("no_draft", "there is no draft at Prolific yet; make one first")
        return await self._transition(remote_id, "publish")

    async def pause(self, remote_id: str) -> RemoteCampaign:
        return await self._transition(remote_id, "pause")

    async def resume(self, remote_id: str) -> RemoteCampaign:
        return await self._transition(remote_id, "resume")

    async def stop(self, remote_id: str) -> RemoteCampaign:
        return await self._transition(remote_id, "stop")

    async def _transition(self, remote_id: str, action: Action) -> RemoteCampaign:
        answer = await self.client.post(f"/studies/{remote_id}/transition/", {"action": TRANSITIONS[action]})
        return _campaign(answer)

    async def campaign(self, remote_id: str) -> RemoteCampaign:
        return _campaign(await self.client.get(f"/studies/{remote_id}/"))

    async def add_places(self, remote_id: str, total: int) -> RemoteCampaign:
        return _campaign(await self.client.patch(f"/studies/{remote_id}/", {"total_available_places": total}))

    async def submissions(self, remote_id: str) -> AsyncIterator[list[RemoteSubmission]]:
        async for page in self.client.pages(f"/studies/{remote_id}/submissions/"):
            yield [_submission(one, remote_id) for one in page]

    async def submission(self, submission: str) -> RemoteSubmission:
        return _submission(await self.client.get(f"/submissions/{submission}/"), None)

    async def approve(self, submission: str) -> None:
        await self.client.post(f"/submissions/{submission}/transition/", {"action": "APPROVE"})

    async def reject(self, submission: str, message: str, category: str) -> None:
        body = {
            "action": "REJECT",
            "message": checked_rejection(message, category),
            "rejection_category": category,
        }
        await self.client.post(f"/submissions/{submission}/transition/", body)

    async def prepare_bonus(self, bonus: Bonus) -> str:
        """The first of two calls: Prolific notes the bonus, and pays nothing yet."""
        line = f"{bonus.submission},{decimal_text(bonus.amount_minor)}"
        body = {"study_id": bonus.campaign, "csv_bonuses": line}
        return str((await self.client.post("/submissions/bonus-payments/", body))["id"])

    async def pay_bonus(self, bonus: Bonus, reference: str) -> None:
        """The second call, which pays again each time that it is made."""
        await self.client.call("POST", f"/bulk-bonus-payments/{reference}/pay/")

    async def mark_taken(self, key: str, person: str) -> None:
        """Nothing: Prolific lets nobody into one study twice."""

    async def bonuses_paid(self, submission: str) -> list[int] | None:
        paid = (await self.client.get(f"/submissions/{submission}/")).get("bonus_payments")
        return None if paid is None else [round(amount) for amount in paid]

    async def subscribe(self, workspace: str, address: str) -> None:
        """Have Prolific call an address when a submission changes, and confirm that it is wanted."""
        body = {"workspace_id": workspace, "event_type": SUBMISSION_CHANGED, "target_url": address}
        made = await self.client.call("POST", "/hooks/subscriptions/", json=body)
        secret = made.headers.get("x-hook-secret", "")
        await self.client.post(f"/hooks/subscriptions/{made.json()['id']}/", {"secret": secret})

    async def close(self) -> None:
        await self.client.close()


def _body(order: Order) -> dict[str, Any]:
    secured = {"is_external_study_url_secure": True} if order.secured else {}
    return {
        "name": order.name,
        "internal_name": order.key,
        "description": order.description,
        "external_study_url": order.address,
        "prolific_id_option": "url_parameters",
        "completion_codes": [
            {
                "code": code,
                "code_type": CODE_TYPES.get(outcome, "OTHER"),
                "actions": [{"action": "MANUALLY_REVIEW"}],
            }
            for outcome, code in order.codes.items()
        ],
        "total_available_places": order.places,
        "estimated_completion_time": order.minutes,
        "reward": order.reward_minor,
        "device_compatibility": list(order.devices),
        "peripheral_requirements": list(order.peripherals),
        **secured,
    }


def _campaign(answer: dict[str, Any]) -> RemoteCampaign:
    status = STATUSES.get(answer["status"], "stopped")
    return RemoteCampaign(str(answer["id"]), status, int(answer["total_available_places"]))


def _submission(answer: dict[str, Any], campaign: str | None) -> RemoteSubmission:
    raw = str(answer["status"])
    return RemoteSubmission(
        remote_id=str(answer["id"]),
        person=str(answer.get("participant_id") or answer.get("participant") or ""),
        raw_status=raw,
        status=status_of(raw),
        entered_code=answer.get("entered_code") or answer.get("study_code") or None,
        campaign=campaign or answer.get("study_id") or answer.get("study"),
    )
