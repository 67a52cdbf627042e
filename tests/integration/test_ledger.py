"""A thousand random sequences of faults while people are paid: nobody twice, nobody forgotten, totals right.

The recruiter is Prolific's client on a server of ours that enforces the documented rules, and pays again each
time that it is asked to. Requests and answers are lost, refused, put off, and the process is killed between.
"""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.actor import COMMAND_LINE
from app.core.clock import utc_now
from app.core.errors import DomainError
from app.db.session import Database
from app.db.tables import Campaign, Payment, Study
from app.experiments.schemas import StudyDefinition
from app.recruitment import ledger, paying, queries
from app.recruitment.ledger import Due, bonus_key, reward_key
from app.recruitment.paying import Desk
from app.recruitment.prolific.client import ProlificClient
from app.recruitment.prolific.recruiter import Prolific
from app.recruitment.sync import apply
from tests.standins import prolific

BUDGET, REWARD, PEOPLE = 2_000, 200, 4
LATER = timedelta(minutes=11)
FAULTS = ["fine", "busy", "unreachable", "lost", "unanswered", "killed_before", "killed_after", "failed"]
people = st.integers(0, PEOPLE - 1)
fault = st.sampled_from(["fine", *FAULTS])


class KilledError(BaseException):
    """The process ends here; nothing of it happens any more."""


class Line(httpx.AsyncBaseTransport):
    """The way to the recruiter, on which one request after the other meets its fault."""

    def __init__(self, stand_in: prolific.StandIn) -> None:
        self.app = httpx.ASGITransport(stand_in.app)
        self.faults: list[str] = []
        self.dead = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        fault = self.faults.pop(0) if self.faults else "fine"
        if fault == "unreachable":
            raise httpx.ConnectError("no route", request=request)
        if fault == "busy":
            return httpx.Response(429, headers={"retry-after": "3600"}, request=request)
        if fault == "lost":
            raise httpx.ReadTimeout("lost on the way there", request=request)
        if fault == "killed_before":
            self._die()
        response = await self.app.handle_async_request(request)
        if fault == "unanswered":
            raise httpx.ReadTimeout("lost on the way back", request=request)
        if fault == "killed_after":
            self._die()
        return httpx.Response(502, request=request) if fault == "failed" else response

    def _die(self) -> None:
        self.dead = True
        raise KilledError


class MortalDatabase(Database):
    """A process that was killed writes nothing any more."""

    line: Line

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        if self.line.dead:
            raise KilledError
        async with super().writing() as session:
            yield session


class Payments(RuleBasedStateMachine):
    """What people do at the page of payments while everything goes wrong."""

    file: ClassVar[Path]
    runner: ClassVar["asyncio.Runner"]
    number: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, Due] = {}
        self.stand_in = prolific.StandIn()
        self.line = Line(self.stand_in)
        type(self).number += 1
        self.run(self.set_up())

    def run(self, work: Awaitable[Any]) -> Any:
        """A fault ends the request that it met, and the next one begins anew."""

        async def guarded() -> Any:
            with suppress(DomainError, KilledError):
                return await work

        try:
            return self.runner.run(guarded())
        finally:
            self.line.faults, self.line.dead = [], False

    async def set_up(self) -> None:
        self.database = MortalDatabase(f"sqlite+aiosqlite:///{self.file}")
        self.database.line = self.line
        definition = StudyDefinition.model_validate(
            {
                "name": f"study-{self.number}",
                "title": "Paid",
                "preset": "image16-online",
                "bundle": "nowhere",
                "participants": PEOPLE,
                "duration_minutes": 5,
                "consent": "Yes?",
                "recruitment": {"recruiter": "prolific", "reward": "2.00", "budget": "20.00"},
            }
        )
        self.stand_in.studies["study"] = {"id": "study", "status": "ACTIVE"}
        for number in range(PEOPLE):
            visit = f"visit-{self.number}-{number}"
            self.stand_in.add(visit, "study", f"person-{number}", "AWAITING REVIEW")
        async with self.database.writing() as session:
            self.study = Study(
                name=definition.name,
                status="open",
                definition=definition.model_dump(mode="json"),
                created_at=utc_now(),
            )
            session.add(self.study)
            await session.flush()
            self.campaign = Campaign(
                study_id=self.study.id, recruiter="prolific", remote_id="study", status="active",
                places=PEOPLE, reward_minor=REWARD, currency="GBP", created_at=utc_now(),
                updated_at=utc_now(),
            )  # fmt: skip
            session.add(self.campaign)
        client = ProlificClient("http://prolific/api/v1", prolific.TOKEN, 1, transport=self.line)
        self.desk = Desk(self.database, Prolific(client), self.study, "study")

    def visit(self, person: int) -> str:
        return f"visit-{self.number}-{person}"

    def due(self, form: str, person: int) -> Due:
        """No two forms have the same amount, so that the recruiter's payments tell whose they are."""
        amount = 150 + len(self.forms)
        key, visit = bonus_key(f"{self.number}-{form}"), self.visit(person)
        return Due(key, "bonus", "prolific", visit, None, amount, "GBP", "good")

    @rule(form=st.sampled_from("abcde"), person=people, faults=st.lists(fault, max_size=2))
    def sends_the_form_of_a_bonus(self, form: str, person: int, faults: list[str]) -> None:
        """New, or again: pressed twice, or loaded again."""
        due = self.forms.setdefault(form, self.due(form, person))
        self.line.faults = faults
        self.run(paying.pay_bonus(self.desk, COMMAND_LINE, due, "person", utc_now()))

    @rule(faults=st.lists(fault, max_size=4))
    def sends_what_waits(self, faults: list[str]) -> None:
        self.line.faults = faults
        for payment in self.payments():
            if payment.state == "intended" and payment.kind == "bonus":
                self.run(paying.send_bonus(self.desk, payment, "person"))
            elif payment.state == "intended":
                self.run(self.approve(payment.submission))

    @rule(person=people, faults=st.lists(fault, max_size=1))
    def approves(self, person: int, faults: list[str]) -> None:
        self.line.faults = faults
        self.run(self.approve(self.visit(person)))

    async def approve(self, visit: str) -> None:
        due = Due(reward_key("prolific", visit), "reward", "prolific", visit, None, REWARD, "GBP", "reward")
        await paying.approve(self.desk, COMMAND_LINE, due, visit, utc_now())

    @rule()
    def reads_the_submissions(self) -> None:
        self.run(self.read())

    async def read(self) -> None:
        async for page in self.desk.recruiter.submissions("study"):
            async with self.database.writing() as session:
                await apply(session, self.study, self.campaign, page, utc_now())

    @rule()
    def looks_and_decides(self) -> None:
        """A person looks at the recruiter's pages and says what they show."""
        for payment in self.payments():
            if ledger.is_unclear(payment, utc_now() + LATER):
                self.run(self.decide(payment))

    async def decide(self, payment: Payment) -> None:
        async with self.database.writing() as session:
            paid = self.was_paid(payment)
            now = utc_now() + LATER
            await ledger.settle(session, COMMAND_LINE, self.study, payment.id, now, paid=paid)

    def was_paid(self, payment: Payment) -> bool:
        if payment.kind == "reward":
            return bool(self.stand_in.visits[payment.submission]["status"] == "APPROVED")
        return (payment.submission, payment.amount_minor) in self.stand_in.paid

    def payments(self) -> list[Payment]:
        return self.books()[0]

    def books(self) -> tuple[list[Payment], ledger.Account]:
        async def read() -> tuple[list[Payment], ledger.Account]:
            async with self.database.reading() as session:
                payments = await queries.payments(session, self.study.id)
                return list(payments), await ledger.account(session, self.study)

        found: tuple[list[Payment], ledger.Account] = self.run(read())
        return found

    @invariant()
    def the_books_are_right(self) -> None:
        """Nobody is paid twice; whatever was paid stands there as what may have been; the budget holds."""
        payments, held = self.books()
        assert [paid for paid, times in Counter(self.stand_in.paid).items() if times > 1] == []
        counted = {
            (payment.submission, payment.amount_minor)
            for payment in payments
            if payment.kind == "bonus" and payment.state in queries.COUNTED
        }
        assert set(self.stand_in.paid) <= counted
        paid = sum(amount for _visit, amount in self.stand_in.paid) + REWARD * self.approved()
        assert paid <= held.committed_minor <= BUDGET

    def approved(self) -> int:
        return sum(visit["status"] == "APPROVED" for visit in self.stand_in.visits.values())

    def teardown(self) -> None:
        """Once all is looked at and sent, ledger and recruiter agree to the penny."""
        self.looks_and_decides()
        self.sends_what_waits([])
        self.reads_the_submissions()
        self.sends_what_waits([])
        payments, held = self.books()
        assert {payment.state for payment in payments} <= {"confirmed", "failed"}
        assert all(self.was_paid(payment) == (payment.state == "confirmed") for payment in payments)
        paid = sum(amount for _visit, amount in self.stand_in.paid) + REWARD * self.approved()
        assert held.confirmed_minor == paid
        self.run(self.database.close())
        self.run(self.desk.recruiter.close())


@pytest.fixture
def machine(sqlite_template: Path, tmp_path: Path) -> Iterator[type[Payments]]:
    shutil.copy(sqlite_template, tmp_path / "ledger.db")
    Payments.file = tmp_path / "ledger.db"
    with asyncio.Runner() as runner:
        Payments.runner = runner
        yield Payments


def test_a_thousand_sequences_of_faults(machine: type[Payments]) -> None:
    calm = settings(
        max_examples=1_000,
        stateful_step_count=8,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(machine, settings=calm)
    assert machine.number >= 1_000
