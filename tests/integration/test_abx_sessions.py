"""Sessions of studies of thresholds over HTTP, on both databases."""

import asyncio
import io
from pathlib import Path

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from PIL import Image

from app.adaptive.procedure import Answer
from app.adaptive.registry import PROCEDURES
from app.db.session import Database
from app.db.tables import AbxTrial, Event, Participant, PlannedTrial, Response, Stimulus
from app.participants.erasure import erase_data
from tests.abx import go_through, opened_abx, planned_trials, rightly, window_of
from tests.database import rows_of
from tests.http import answer_body, enter, put_answer
from tests.levels import TARGETS, build_levels

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def levels_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("levels") / "bundle"
    build_levels(root)
    return root


async def test_a_whole_session(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, levels_bundle: Path
) -> None:
    code = await opened_abx(database, tmp_path, levels_bundle, "trials_per_dimension: 6, catch_share: 0.2")
    assert (await client.get(f"/s/{code}")).status_code == 200
    await enter(client, code)
    view = (await client.get(f"/api/{code}/session")).json()
    assert view["task"]["kind"] == "abx"
    assert view["total"] == 4 + 3 * 6 + 4
    assert await go_through(client, code, database, rightly) == view["total"]
    assert (await client.post(f"/api/{code}/finish", json={})).json() == {"outcome": "complete"}
    assert all(one.correct for one in await rows_of(database, Response))
    rows = await planned_trials(database)
    shown = {one.id: one for one in await rows_of(database, Stimulus)}
    for planned, abx in rows:
        picture = shown[abx.stimulus_id or 0]
        assert (picture.condition, picture.certified) == (abx.dimension, True)
        assert picture.natural_id == shown[planned.stimulus_id or 0].natural_id
        assert abx.level == picture.certificate["value"]
        assert abx.issued_at is not None and not abx.fell_back
        if planned.phase != "main":  # the largest level that has a certificate
            assert picture.seed >= len(TARGETS) - 2
    assert [planned.phase for planned, _ in rows].count("catch") == 4


async def test_levels_follow_from_the_answers_of_their_dimension(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, levels_bundle: Path
) -> None:
    code = await opened_abx(
        database, tmp_path, levels_bundle, "trials_per_dimension: 8, procedure: two-down-one-up"
    )
    await enter(client, code)
    random = np.random.default_rng(4)
    await go_through(
        client, code, database, lambda abx, _: rightly(abx, _) if random.random() < 0.8 else "first"
    )
    correct = {one.planned_trial_id: one.correct for one in await rows_of(database, Response)}
    procedure = PROCEDURES["two-down-one-up"]
    given: dict[str, list[Answer]] = {}
    levels = {one.condition: {} for one in await rows_of(database, Stimulus)}  # type: ignore[var-annotated]
    for one in await rows_of(database, Stimulus):
        levels[one.condition][one.seed] = one.certificate.get("target")
    for planned, abx in await planned_trials(database):
        if planned.phase == "main":
            rising = [levels[abx.dimension][n] for n in sorted(levels[abx.dimension])]
            answers = given.setdefault(abx.dimension, [])
            assert abx.asked_level == rising[procedure.choose(answers, rising)]
            answers.append(Answer(abx.level or 0.0, correct[planned.id]))


async def test_a_reload_at_every_trial_changes_nothing(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, levels_bundle: Path
) -> None:
    code = await opened_abx(database, tmp_path, levels_bundle, "trials_per_dimension: 4, catch_share: 0")
    await enter(client, code)
    for index in range(4 + 12):
        first = await window_of(client, code, index, 2)
        picture = (await client.get(first["trials"][0]["stimulus"])).content
        issued = [abx.asked_level for _, abx in await planned_trials(database)]
        assert (await client.get(f"/api/{code}/session")).json()["next_index"] == index
        again = await window_of(client, code, index, 2)
        assert again == first
        assert (await client.get(again["trials"][0]["stimulus"])).content == picture
        assert [abx.asked_level for _, abx in await planned_trials(database)] == issued
        assert (await put_answer(client, code, index, answer_body("first"))).status_code == 200


async def test_no_trial_is_given_out_before_it_is_the_next_but_one(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, levels_bundle: Path
) -> None:
    code = await opened_abx(database, tmp_path, levels_bundle, "trials_per_dimension: 4")
    await enter(client, code)
    assert [one["index"] for one in (await window_of(client, code, 0, 40))["trials"]] == [0, 1]
    early = await client.get(f"/api/{code}/trials", params={"start": 2, "count": 1})
    assert early.json()["error"]["code"] == "too_early"
    rows = await planned_trials(database)
    assert [abx.issued_at is not None for _, abx in rows] == [True, True] + [False] * (len(rows) - 2)
    hidden = await client.get(f"/stimuli/{rows[2][0].asset_token}")
    assert (hidden.status_code, hidden.json()["error"]["code"]) == (404, "not_given_out")


async def test_a_trial_that_was_not_given_out_takes_no_answer(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, levels_bundle: Path
) -> None:
    code = await opened_abx(database, tmp_path, levels_bundle, "trials_per_dimension: 4")
    await enter(client, code)
    refused = await put_answer(client, code, 0, answer_body("first"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_given_out")
    assert not await rows_of(database, Response)


async def test_two_requests_at_once_give_out_one_trial(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, levels_bundle: Path
) -> None:
    code = await opened_abx(database, tmp_path, levels_bundle, "trials_per_dimension: 4")
    await enter(client, code)
    windows = await asyncio.gather(*(window_of(client, code, 0, 2) for _ in range(8)))
    assert all(window == windows[0] for window in windows)


async def test_the_main_part_ends_when_all_thresholds_are_sure(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, levels_bundle: Path
) -> None:
    rule = "trials_per_dimension: 30, sd_octaves: 1.5, least_trials: 4"
    code = await opened_abx(database, tmp_path, levels_bundle, rule)
    await enter(client, code)
    done = await go_through(client, code, database, rightly, ahead=True)
    rows = await planned_trials(database)
    assert done < len(rows) == 4 + 90 + round(0.05 * 90)
    main = [abx.dimension for planned, abx in rows[:done] if planned.phase == "main"]
    assert all(main.count(dimension) >= 4 for dimension in set(main))
    assert [planned.dropped_at is not None for planned, _ in rows] == [False] * done + [True] * (
        len(rows) - done
    )
    assert (await window_of(client, code, done)) == {"trials": [], "dropped": True}
    refused = await client.put(f"/api/{code}/trials/{done}", json=answer_body("first"))
    assert refused.json()["error"]["code"] == "trial_dropped"
    view = (await client.get(f"/api/{code}/session")).json()
    assert (view["next_index"], view["steps"]) == (None, [])
    assert (await client.post(f"/api/{code}/finish", json={})).json() == {"outcome": "complete"}
    (enough,) = [one for one in await rows_of(database, Event) if one.kind == "enough_measured"]
    assert enough.detail == {"trials_left_out": len(rows) - done}


async def test_an_answer_that_is_set_aside_counts_for_no_level(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, levels_bundle: Path
) -> None:
    code = await opened_abx(database, tmp_path, levels_bundle, "trials_per_dimension: 4, catch_share: 0")
    await enter(client, code)
    for index in range(4):
        await window_of(client, code, index)
        await put_answer(client, code, index, answer_body("first"))
    await window_of(client, code, 4)
    refused = await put_answer(client, code, 4, answer_body("third"))
    assert refused.json()["error"]["code"] == "unknown_answer"
    body = {"uuid": answer_body()["uuid"], "status": 422, "code": "x", "message": "x", "body": "x"}
    passed = await client.post(f"/api/{code}/trials/4/set-aside", json=body)
    assert passed.json() == {"next_index": 5}
    rows = await planned_trials(database)
    following = next(n for n in range(5, len(rows)) if rows[n][1].dimension == rows[4][1].dimension)
    for index in range(5, following + 1):
        await window_of(client, code, index)
        await put_answer(client, code, index, answer_body("first"))
    rows = await planned_trials(database)
    assert rows[following][1].asked_level == rows[4][1].asked_level


async def test_the_page_cannot_tell_which_picture_is_changed(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, levels_bundle: Path
) -> None:
    code = await opened_abx(database, tmp_path, levels_bundle, "trials_per_dimension: 4")
    await enter(client, code)
    lengths, keys = set(), set()
    for index in range(8):
        view = (await window_of(client, code, index))["trials"][0]
        keys.add(tuple(view))
        file = await client.get(view["stimulus"])
        lengths.add(len(file.content))
        a, b, x = np.split(np.asarray(Image.open(io.BytesIO(file.content))), 3)
        _planned_trial, abx = (await planned_trials(database))[index]
        assert np.array_equal(x, a) == (abx.changed_first == abx.x_changed) != np.array_equal(x, b)
        told = str({name: value for name, value in view.items() if name not in ("stimulus", "sha256")})
        assert abx.dimension not in told and view["told"] == {}
        await put_answer(client, code, index, answer_body("first"))
    assert len(lengths) == len(keys) == 1


async def test_a_stranger_sees_no_picture_and_nothing_remains_of_a_deleted_session(
    app: FastAPI, client: httpx.AsyncClient, database: Database, tmp_path: Path, levels_bundle: Path
) -> None:
    code = await opened_abx(database, tmp_path, levels_bundle, "trials_per_dimension: 4")
    await enter(client, code)
    view = (await window_of(client, code, 0))["trials"][0]
    client.cookies.clear()
    assert (await client.get(view["stimulus"])).status_code == 404
    async with database.writing() as session:
        participant = await session.get_one(Participant, 1)
        await erase_data(session, participant)
    assert not await rows_of(database, AbxTrial)
    assert not await rows_of(database, PlannedTrial)
