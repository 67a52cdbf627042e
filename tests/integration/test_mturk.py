"""MTurk by botocore's Stubber: what is sent is what the service's own description allows."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import ANY, Stubber

from app.core.errors import Invalid
from app.recruitment.mturk.client import MturkClient
from app.recruitment.mturk.question import external_question
from app.recruitment.mturk.recruiter import Mturk
from app.recruitment.recruiter import Bonus, NoAnswer, NotReached, Refused
from tests.recruiters import ORDER

pytestmark = pytest.mark.anyio

LATER = datetime(2099, 1, 1, tzinfo=UTC)
HIT = {"HITId": "H1", "HITStatus": "Assignable", "MaxAssignments": 5, "Expiration": LATER}
BONUS = Bonus("bonus:1", "H1", "A1", "W1", 125, "USD", "good answers")


@pytest.fixture
async def stub() -> AsyncIterator[tuple[Mturk, Stubber]]:
    config = Config(retries={"total_max_attempts": 1})
    api = boto3.client(
        "mturk", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x", config=config
    )
    recruiter = Mturk(MturkClient("https://mturk.example", 1, api))
    with Stubber(api) as stubber:
        yield recruiter, stubber
        stubber.assert_no_pending_responses()
    await recruiter.close()


async def test_a_hit_is_made_as_documented(stub: tuple[Mturk, Stubber]) -> None:
    recruiter, stubber = stub
    stubber.add_response("list_hits", {"HITs": [{**HIT, "RequesterAnnotation": "another"}]})
    for key in (ORDER.key, "metamerlab-OTHER"):
        stubber.add_response("list_qualification_types", {"QualificationTypes": []})
        stubber.add_response(
            "create_qualification_type",
            {"QualificationType": {"QualificationTypeId": f"Q-{key[-3:]}"}},
            {"Name": f"took part in {key}", "Description": ANY, "QualificationTypeStatus": "Active"},
        )
    requirements = [
        {
            "QualificationTypeId": kind,
            "Comparator": "DoesNotExist",
            "ActionsGuarded": "DiscoverPreviewAndAccept",
        }
        for kind in ("Q-ABC", "Q-HER")
    ]
    stubber.add_response(
        "create_hit",
        {"HIT": HIT},
        {
            "Title": ORDER.name,
            "Description": ORDER.description,
            "Reward": "1.50",
            "MaxAssignments": 5,
            "LifetimeInSeconds": 14 * 86_400,
            "AssignmentDurationInSeconds": 2_400,
            "AutoApprovalDelayInSeconds": 14 * 86_400,
            "Question": external_question("https://lab.example/m/ABC"),
            "RequesterAnnotation": ORDER.key,
            "UniqueRequestToken": ORDER.key,
            "QualificationRequirements": requirements,
        },
    )
    order = replace(ORDER, address="https://lab.example/m/ABC", excluded=("metamerlab-OTHER",))
    made = await recruiter.publish(order, None)
    assert (made.remote_id, made.status, made.places) == ("H1", "active", 5)


async def test_a_bonus_carries_its_key_as_the_token(stub: tuple[Mturk, Stubber]) -> None:
    recruiter, stubber = stub
    stubber.add_response(
        "send_bonus",
        {},
        {
            "WorkerId": "W1",
            "AssignmentId": "A1",
            "BonusAmount": "1.25",
            "Reason": "good answers (bonus:1)",
            "UniqueRequestToken": "bonus:1",
        },
    )
    await recruiter.pay_bonus(BONUS, "bonus:1")


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("RequestError", 400, Refused),
        ("ServiceFault", 500, NoAnswer),
        ("ThrottlingException", 400, NotReached),
    ],
)
async def test_what_a_failure_means(
    stub: tuple[Mturk, Stubber], code: str, status: int, kind: type[Exception]
) -> None:
    recruiter, stubber = stub
    stubber.add_client_error("send_bonus", code, "no", status)
    with pytest.raises(kind):
        await recruiter.pay_bonus(BONUS, "bonus:1")


async def test_those_who_took_part_are_marked(stub: tuple[Mturk, Stubber]) -> None:
    recruiter, stubber = stub
    known = {"QualificationTypes": [{"Name": "took part in K", "QualificationTypeId": "Q1"}]}
    stubber.add_response("list_qualification_types", known)
    expected = {"QualificationTypeId": "Q1", "WorkerId": "W1", "IntegerValue": 1, "SendNotification": False}
    stubber.add_response("associate_qualification_with_worker", {}, expected)
    await recruiter.mark_taken("K", "W1")


async def test_a_paused_hit_is_one_that_has_expired(stub: tuple[Mturk, Stubber]) -> None:
    recruiter, stubber = stub
    stubber.add_response("update_expiration_for_hit", {}, {"HITId": "H1", "ExpireAt": ANY})
    expired: dict[str, Any] = {**HIT, "Expiration": datetime(2020, 1, 1, tzinfo=UTC)}
    stubber.add_response("get_hit", {"HIT": expired})
    assert (await recruiter.pause("H1")).status == "paused"


async def test_without_credentials_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    client = MturkClient("http://127.0.0.1:9", 1)
    with pytest.raises(Invalid, match="no AWS credentials"):
        await client.call("get_account_balance")
    await client.close()


def test_the_address_is_written_as_xml() -> None:
    question = external_question("https://lab.example/m/A?a=1&b=<2>")
    assert "https://lab.example/m/A?a=1&amp;b=&lt;2&gt;" in question
    assert "<FrameHeight>0</FrameHeight>" in question
