"""How the main part of a study of thresholds ends, and what two requests at one moment come to."""

import asyncio
import re
import shutil
import uuid
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core.clock import utc_now
from app.core.config import Settings
from app.db.session import Database
from app.db.tables import AbxTrial, Event, Participant, PlannedTrial, Response
from app.main import create_app
from app.participants.service import require_visit
from app.sessions import service, windows
from app.sessions.schemas import AnswerIn, Sender
from tests.abx import Answering, go_through, opened_abx, planned_trials, rightly, window_of
from tests.conftest import empty_all_tables
from tests.database import rows_of
from tests.http import answer_body, enter, new_client, pass_pages, put_answer
from tests.levels import DIMENSIONS, build_levels

pytestmark = pytest.mark.anyio

PRACTICE = 4
# Any posterior is sure enough: the rule is met once each of the three dimensions has two answers.
RULE = "trials_per_dimension: 10, sd_octaves: 4, least_trials: 2, catch_share: 0"
LAST = PRACTICE + 2 * len(DIMENSIONS) - 1
MOMENT_S = 0.5  # in which a request that has to wait does not end


@pytest.fixture(scope="module")
def levels_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("levels") / "bundle"
    build_levels(root)
    return root


@pytest.fixture
async def code(client: httpx.AsyncClient, database: Database, tmp_path: Path, levels_bundle: Path) -> str:
    """A session of a study by `RULE` in which the answer that meets it comes next."""
    found = await opened_abx(database, tmp_path, levels_bundle, RULE)
    await enter(client, found)
    assert await go_through(client, found, database, rightly, until=LAST) == LAST
    await window_of(client, found, LAST)
    return found


async def _answered(client: httpx.AsyncClient, code: str) -> httpx.Response:
    response = await put_answer(client, code, LAST, answer_body("first"))
    assert response.status_code == 200, response.text
    return response


async def _waits(request: Awaitable[Any]) -> asyncio.Future[Any]:
    """The request, which was not answered for a moment."""
    task = asyncio.ensure_future(request)
    await asyncio.wait({task}, timeout=MOMENT_S)
    assert not task.done()
    return task


async def test_a_trial_that_is_being_given_out_is_not_dropped(
    client: httpx.AsyncClient, database: Database, code: str
) -> None:
    token = client.cookies[f"metamerlab-{code}"]
    async with database.writing() as session:
        visit = await require_visit(session, code, token)
        given = await windows.issued_window(session, visit, LAST + 1, 1, utc_now())
        answered = await _waits(_answered(client, code))
    await answered
    rows = await planned_trials(database)
    assert [one.index for one in given.trials] == [LAST + 1]
    assert rows[LAST + 1][1].issued_at is not None and rows[LAST + 1][0].dropped_at is None
    assert all(planned.dropped_at is not None for planned, _ in rows[LAST + 2 :])
    assert (await put_answer(client, code, LAST + 1, answer_body("first"))).status_code == 200


async def test_a_trial_that_is_being_dropped_is_not_given_out(
    client: httpx.AsyncClient, database: Database, code: str
) -> None:
    token = client.cookies[f"metamerlab-{code}"]
    async with database.writing() as session:
        body = AnswerIn.model_validate(answer_body("first"))
        await service.answer(session, code, token, Sender(None), LAST, body, utc_now())
        asked = await _waits(window_of(client, code, LAST + 1))
    assert await asked == {"trials": [], "dropped": True}
    assert (await planned_trials(database))[LAST + 1][1].issued_at is None


async def test_what_comes_after_the_trials_follows_when_they_end_early(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, levels_bundle: Path
) -> None:
    steps = "[instructions, practice, practice_done, {kind: trials, breaks: 2, trials_between: 4}, "
    steps += '{kind: debrief, text: "Thank you."}]'
    code = await opened_abx(database, tmp_path, levels_bundle, RULE, steps=steps)
    await enter(client, code)
    assert await go_through(client, code, database, rightly) == LAST + 1
    view = (await client.get(f"/api/{code}/session")).json()
    assert [step["kind"] for step in view["steps"]] == ["debrief"]
    missing = await client.post(f"/api/{code}/finish", json={})
    assert (missing.status_code, missing.json()["error"]["code"]) == (409, "steps_missing")
    await pass_pages(client, code)
    assert (await client.post(f"/api/{code}/finish", json={})).json() == {"outcome": "complete"}


async def test_a_block_that_begins_anew_is_measured_anew(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, levels_bundle: Path
) -> None:
    code = await opened_abx(database, tmp_path, levels_bundle, RULE, resume="restart_block")
    await enter(client, code)
    # The trial after the last is given out before the rule is met; it is due when the participant leaves.
    assert await go_through(client, code, database, rightly, ahead=True, until=LAST + 1) == LAST + 1
    before = await planned_trials(database)
    assert before[-1][0].dropped_at is not None
    assert (await client.get(f"/api/{code}/session")).json()["next_index"] == LAST + 1
    begun = await client.post(f"/api/{code}/session", json={"lease": str(uuid.uuid4())})
    assert begun.json()["next_index"] == PRACTICE
    assert len(await rows_of(database, Response)) == PRACTICE
    rows = await planned_trials(database)
    assert all(planned.dropped_at is None for planned, _ in rows)
    assert [abx.asked_level for _, abx in rows] == [abx.asked_level for _, abx in before]


async def test_withdrawing_deletes_the_levels_too(
    client: httpx.AsyncClient, database: Database, code: str
) -> None:
    assert "Your data were deleted" in (await client.post(f"/withdraw/{code}", data={"sure": "yes"})).text
    assert not await rows_of(database, AbxTrial)
    assert not await rows_of(database, PlannedTrial)
    (person,) = await rows_of(database, Participant)
    assert person.status == "withdrawn"
    assert {event.kind for event in await rows_of(database, Event)} == {"withdrawal"}


async def test_nothing_that_the_page_receives_names_what_is_shown(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, levels_bundle: Path
) -> None:
    code = await opened_abx(database, tmp_path, levels_bundle, RULE)
    received: list[httpx.Response] = []

    async def keep(response: httpx.Response) -> None:
        received.append(response)

    client.event_hooks["response"] = [keep]
    await enter(client, code)
    await go_through(client, code, database, rightly, ahead=True)
    await client.get(f"/api/{code}/session")
    client.event_hooks["response"] = []
    pictures = [one for one in received if one.request.url.path.startswith("/stimuli/")]
    assert len(pictures) == LAST + 2
    secret = re.compile("|".join([*(re.escape(one.id) for one in DIMENSIONS), "o0[0-2]", "changed", "catch"]))
    for response in received:
        told = str(response.url) + str(response.headers.values())
        if response not in pictures:
            told += response.text
        assert not secret.search(told), told
    headers = {tuple(sorted(set(one.headers) - {"x-request-id"})) for one in pictures}
    assert len(headers) == len({one.headers["content-length"] for one in pictures}) == 1


async def test_equal_answers_give_equal_levels_on_both_databases(
    plans_by_seed: None,
    sqlite_template: Path,
    migrated_postgres: str,
    postgres_server: str,
    tmp_path: Path,
    levels_bundle: Path,
) -> None:
    empty_all_tables(postgres_server)
    file = shutil.copy(sqlite_template, tmp_path / "test.db")
    rule = "trials_per_dimension: 12, sd_octaves: 0.9, least_trials: 6"
    courses = [
        await _course(url, tmp_path, levels_bundle, rule)
        for url in (f"sqlite+aiosqlite:///{file}", migrated_postgres)
    ]
    assert courses[0] == courses[1]
    asked = [asked for asked, _, _ in courses[0] if asked is not None]
    assert len(set(asked)) > len(DIMENSIONS)


async def _course(
    url: str, folder: Path, bundle: Path, rule: str
) -> list[tuple[float | None, float | None, bool]]:
    """Of each trial the level that was chosen and that which was shown, and whether it was dropped."""
    app = create_app(Settings(database_url=url, rate_limits=False))
    async with app.router.lifespan_context(app), new_client(app) as client:
        database: Database = app.state.database
        code = await opened_abx(database, folder, bundle, rule)
        await enter(client, code)
        await go_through(client, code, database, _often_right, ahead=True)
        rows = await planned_trials(database)
    return [(abx.asked_level, abx.level, planned.dropped_at is not None) for planned, abx in rows]


_often_right: Answering = lambda abx, planned: (  # noqa: E731
    "second" if planned.trial_index % 5 == 0 else rightly(abx, planned)
)
