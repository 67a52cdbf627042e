"""Money at Prolific: rewards, bonuses, silence after paying, the budget, and who may pay."""

# ruff: noqa: F811 (fixtures that are imported are named again by the tests that use them)

import csv
import io
from pathlib import Path

import pytest
from fastapi import FastAPI

from app.db.tables import Payment
from tests.accounts import sign_in
from tests.conftest import create_study
from tests.database import rows_of
from tests.integration.test_recruiting import lab, settings, stand_in, submitted  # noqa: F401 (fixtures)
from tests.prolific_lab import RECRUITMENT, Lab, browser
from tests.support import study_yaml

pytestmark = pytest.mark.anyio


async def test_a_budget_of_nothing_blocks_everything(lab: Lab) -> None:
    assert (await lab.press("budget", amount="0")).status_code == 303
    await lab.press("campaign/draft")
    response = await lab.press("campaign/publish")
    assert response.status_code == 409
    assert "budget of 0.00 GBP" in response.text
    assert lab.stand_in.studies["study1"]["status"] == "UNPUBLISHED"
    assert (await lab.press("budget", amount="-5")).status_code == 422
    assert (await lab.press("budget", amount="1e3")).status_code == 422


async def test_a_bonus_is_paid_once_however_often_it_is_sent(lab: Lab) -> None:
    number = await submitted(lab)
    form = {"uuid": "00000000-0000-4000-8000-000000000001", "amount": "1,25", "reason": "for good answers"}
    for _ in range(3):
        response = await lab.press(f"submissions/{number}/bonus", **form)
        assert response.status_code == 303, response.text
    assert lab.stand_in.paid == [("visit-1", 125)]
    other = await lab.press(f"submissions/{number}/bonus", **{**form, "amount": "2"})
    assert other.status_code == 409
    assert lab.stand_in.paid == [("visit-1", 125)]


@pytest.mark.parametrize(("answer", "state", "paid"), [("paid", "paid", 1), ("not-paid", "not paid", 0)])
async def test_a_silent_payment_is_a_persons_to_decide(lab: Lab, answer: str, state: str, paid: int) -> None:
    number = await submitted(lab)
    lab.stand_in.faults.next.extend([None, "silent_after" if paid else "silent_before"])
    form = {"uuid": "00000000-0000-4000-8000-000000000002", "amount": "1.25", "reason": "good"}
    response = await lab.press(f"submissions/{number}/bonus", **form)
    assert response.status_code == 504
    shown = await lab.shown()
    assert "Was this paid? Please look" in shown
    assert "app.prolific.com" in shown
    await lab.press(f"submissions/{number}/bonus", **form)
    assert len(lab.stand_in.paid) == paid
    (payment,) = await rows_of(lab.database, Payment)
    asked = await lab.press(f"payments/{payment.id}/ask")
    assert f"lists for submission visit-1: {'1.25 GBP' if paid else 'none'}." in asked.text
    assert (await lab.press(f"payments/{payment.id}/{answer}")).status_code == 303
    shown = await lab.shown()
    assert "Was this paid" not in shown
    assert f"<td>{state}" in shown
    assert (await lab.press(f"payments/{payment.id}/paid")).status_code == 409


async def test_an_approval_without_an_answer_is_made_again_and_pays_once(lab: Lab) -> None:
    number = await submitted(lab)
    lab.stand_in.faults.next.append("silent_after")
    assert (await lab.press(f"submissions/{number}/approve")).status_code == 504
    assert "Approving pays once" in await lab.shown()
    assert (await lab.press(f"submissions/{number}/approve")).status_code == 303
    (payment,) = await rows_of(lab.database, Payment)
    assert (payment.state, payment.amount_minor) == ("confirmed", 150)
    assert "Was this paid" not in await lab.shown()


async def test_a_busy_recruiter_leaves_the_bonus_to_be_sent(lab: Lab) -> None:
    number = await submitted(lab)
    lab.stand_in.faults.retry_after = "3600"
    lab.stand_in.faults.next.extend([None, "busy"])
    form = {"uuid": "00000000-0000-4000-8000-000000000003", "amount": "1", "reason": "good"}
    assert (await lab.press(f"submissions/{number}/bonus", **form)).status_code == 503
    assert lab.stand_in.paid == []
    (payment,) = await rows_of(lab.database, Payment)
    assert payment.state == "intended"
    assert (await lab.press(f"payments/{payment.id}/send")).status_code == 303
    assert lab.stand_in.paid == [("visit-1", 100)]
    assert (await lab.press(f"payments/{payment.id}/send")).status_code == 409


async def test_what_was_approved_elsewhere_is_booked(lab: Lab) -> None:
    await lab.publish()
    await lab.finish("person-1", "visit-1")
    lab.stand_in.visits["visit-1"]["status"] = "APPROVED"
    for _ in range(2):
        await lab.press("campaign/sync")
    (payment,) = await rows_of(lab.database, Payment)
    assert (payment.state, payment.actor, payment.amount_minor) == ("confirmed", "prolific", 150)


async def test_the_accounts_hold_no_formula_and_no_person(lab: Lab) -> None:
    number = await submitted(lab)
    form = {"uuid": "00000000-0000-4000-8000-000000000004", "amount": "1", "reason": "=HYPERLINK(1)"}
    await lab.press(f"submissions/{number}/bonus", **form)
    response = await lab.admin.get("/admin/studies/tiny/payments.csv")
    (row,) = csv.DictReader(io.StringIO(response.text))
    assert row["reason"] == "'=HYPERLINK(1)"
    assert (row["amount"], row["currency"], row["state"]) == ("1.00", "GBP", "confirmed")
    assert "person-1" not in response.text


async def test_roles_decide_who_pays(lab: Lab, app: FastAPI) -> None:
    number = await submitted(lab)
    owner = {"email": "helper@example.org", "role": "experimenter"}
    async with browser(app) as helper:
        await sign_in(helper, lab.database, email="helper@example.org", role="experimenter")
        assert (await helper.get(lab.page)).status_code == 404
        await lab.admin.post("/admin/studies/tiny/members", data=owner)
        shown = await helper.get(lab.page)
        assert "Approve" in shown.text
        assert "Pay bonus" not in shown.text
        form = {"uuid": "00000000-0000-4000-8000-000000000005", "amount": "1", "reason": "good"}
        bonus = await helper.post(f"{lab.page}/submissions/{number}/bonus", data=form)
        assert bonus.status_code == 403
        assert (await helper.post(f"{lab.page}/budget", data={"amount": "9"})).status_code == 403
    assert lab.stand_in.paid == []


async def test_submissions_and_payments_of_other_studies_are_unknown(
    lab: Lab, tiny_bundle: Path, tmp_path: Path
) -> None:
    number = await submitted(lab)
    await lab.press(f"submissions/{number}/approve")
    (payment,) = await rows_of(lab.database, Payment)
    file = tmp_path / "other.yaml"
    file.write_text(study_yaml(tiny_bundle, name="other", extra=RECRUITMENT))
    await create_study(lab.database, file, opened=True)
    other = "/admin/studies/other/recruitment"
    assert (await lab.admin.post(f"{other}/campaign/draft")).status_code == 303
    for path in (
        f"submissions/{number}/approve",
        f"payments/{payment.id}/paid",
        f"payments/{payment.id}/ask",
    ):
        assert (await lab.admin.post(f"{other}/{path}")).status_code == 404, path
    table = await lab.admin.get("/admin/studies/other/payments.csv")
    assert len(table.text.splitlines()) == 1
