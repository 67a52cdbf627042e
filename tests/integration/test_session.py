"""A whole session over HTTP, on both databases."""

import httpx
import pytest

from app.db.session import Database
from app.db.tables import Event, Participant, Study
from tests.database import rows_of
from tests.http import all_trials, answer_body, enter, put_answer

pytestmark = pytest.mark.anyio


async def test_from_consent_to_the_completion_code(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["live"]
    landing = await client.get(f"/s/{code}")
    assert landing.status_code == 200
    assert "You may stop at any time." in landing.text
    await enter(client, code)
    assert (await client.get(f"/run/{code}")).status_code == 200

    trials = await all_trials(client, code)
    # 20 pictures, of which 4 are for practice; four conditions of 16, 16, 16 and 14 to 16 cells.
    assert [trial["phase"] for trial in trials[:5]] == ["practice"] * 4 + ["main"]
    assert len(trials) in {19, 20}
    for trial in trials:
        picture = await client.get(trial["stimulus"])
        assert picture.headers["content-type"] == "image/png"
        stored = await put_answer(client, code, trial["index"], answer_body())
        assert (stored.json()["feedback"] is not None) == (trial["phase"] == "practice")
    assert stored.json()["next_index"] is None

    assert (await client.get(f"/end/{code}")).headers["location"] == f"/run/{code}"
    finished = await client.post(f"/api/{code}/finish", json={})
    assert finished.status_code == 200
    assert (await client.post(f"/api/{code}/finish", json={})).json() == finished.json()
    assert finished.json() == {"outcome": "complete"}
    study = (await rows_of(database, Study))[0]
    assert study.definition["completion_code"] in (await client.get(f"/end/{code}")).text
    assert (await client.get(f"/run/{code}")).headers["location"] == f"/end/{code}"
    (participant,) = await rows_of(database, Participant)
    assert (participant.status, participant.outcome) == ("completed", "complete")
    assert participant.completed_at is not None
    assert [event.kind for event in await rows_of(database, Event)] == ["consent", "finish"]


async def test_the_session_view(client: httpx.AsyncClient, open_links: dict[str, str]) -> None:
    code = open_links["live"]
    await enter(client, code)
    trials = await all_trials(client, code)
    await client.put(f"/api/{code}/trials/0", json=answer_body())
    await client.put(f"/api/{code}/trials/1", json=answer_body())
    view = (await client.get(f"/api/{code}/session")).json()
    assert view["study"] == {"name": "Naming pictures"}
    assert view["total"] == len(trials)
    assert view["practice"] == 4
    assert view["next_index"] == 2
    assert view["over"] is False
    task = view["task"]
    assert (task["kind"], task["image_px"]) == ("image16", 224)
    assert task["timing"] == {
        "blank_ms": 500,
        "fixation_ms": 300,
        "image_ms": 300,
        "mask_ms": 300,
        "practice_image_ms": 500,
        "practice_mask_ms": 400,
        "response_ms": None,
    }
    # The instructions before the trials that are answered are passed, and so few trials have no breaks.
    last = len(trials) - 1
    assert view["steps"] == [
        {"position": 1, "kind": "practice", "trials": {"first": 0, "last": 3}, "told": {}},
        {"position": 2, "kind": "practice_done", "trials": None, "told": {"left": last - 3}},
        {"position": 3, "kind": "trials", "trials": {"first": 4, "last": last}, "told": {}},
    ]
    assert len(view["session"]) == 16
    assert task["masks"] == [f"/masks/{code}/{number}" for number in range(8)]
    assert len(task["choices"]) == 16
    assert task["choices"][:2] == [
        {"name": "airplane", "label": "airplane", "icon": "vendor/icons/airplane.webp"},
        {"name": "bear", "label": "bear", "icon": "vendor/icons/bear.webp"},
    ]
    answered = [trial["index"] for trial in await all_trials(client, code) if trial["answered"]]
    assert answered == [0, 1]


async def test_finishing_early_is_refused(client: httpx.AsyncClient, open_links: dict[str, str]) -> None:
    code = open_links["live"]
    await enter(client, code)
    trials = await all_trials(client, code)
    await client.put(f"/api/{code}/trials/0", json=answer_body())
    refused = await client.post(f"/api/{code}/finish", json={})
    assert refused.status_code == 409
    error = refused.json()["error"]
    assert error["code"] == "answers_missing"
    assert error["detail"] == {"missing_index": 1, "missing": len(trials) - 1}
    assert (await client.get(f"/run/{code}")).status_code == 200


async def test_events_are_kept(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["live"]
    await enter(client, code)
    detail = {"screen_width_px": 1920, "touch": False, "language": "de", "hidden_ms": 1.5}
    detail["utc_offset_minutes"] = -14 * 60
    sent = await client.post(f"/api/{code}/events", json={"kind": "environment", "detail": detail})
    assert sent.status_code == 204
    events = await rows_of(database, Event)
    assert (events[1].kind, events[1].detail) == ("environment", detail)


@pytest.mark.parametrize(
    "event",
    [
        {"kind": "consent", "detail": {}},
        {"kind": "focus", "detail": {"nested": {"a": 1}}},
        {"kind": "focus", "detail": {"long": "x" * 501}},
        {"kind": "focus", "detail": {str(number): 1 for number in range(41)}},
        {"kind": "environment", "detail": {"utc_offset_minutes": 14 * 60 + 1}},
        {"kind": "environment", "detail": {"utc_offset_minutes": -1e9}},
        {"kind": "environment", "detail": {"utc_offset_minutes": 330.5}},
        {"kind": "environment", "detail": {"utc_offset_minutes": "330"}},
        {"kind": "environment", "detail": {"utc_offset_minutes": True}},
        {"kind": "environment", "detail": {"utc_offset_minutes": None}},
    ],
)
async def test_other_events_are_refused(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database, event: dict[str, object]
) -> None:
    code = open_links["live"]
    await enter(client, code)
    assert (await client.post(f"/api/{code}/events", json=event)).status_code == 422
    assert [stored.kind for stored in await rows_of(database, Event)] == ["consent"]


async def test_masks(client: httpx.AsyncClient, open_links: dict[str, str]) -> None:
    code = open_links["live"]
    mask = await client.get(f"/masks/{code}/7")
    assert mask.headers["content-type"] == "image/png"
    assert "immutable" in mask.headers["cache-control"]
    assert (await client.get(f"/masks/{code}/8")).status_code == 422
    assert (await client.get("/masks/UNKNOWN/0")).json()["error"]["code"] == "unknown_link"
