"""A whole session over HTTP, on both databases."""

import uuid

import httpx
import pytest

pytestmark = pytest.mark.anyio

TIMING = {
    "requested_image_ms": 300,
    "image_frames": 18,
    "frame_ms": 16.7,
    "flips_ms": {"fixation": 500.0, "image": 800.0, "mask": 1100.0, "response": 1400.0},
    "achieved_image_ms": 300.1,
    "dropped_frames": 0,
    "focus_losses": 0,
    "hidden": False,
}


def answer(name: str) -> dict[str, object]:
    return {"uuid": str(uuid.uuid4()), "answer": name, "rt_ms": 812.5, "timing": TIMING}


async def enter(client: httpx.AsyncClient, code: str) -> None:
    response = await client.post(f"/s/{code}/consent", data={"consent": "yes"})
    assert response.status_code == 303, response.text
    assert response.headers["location"] == f"/run/{code}"


async def test_a_whole_session(client: httpx.AsyncClient, open_links: dict[str, str]) -> None:
    code = open_links["live"]
    assert (await client.get(f"/s/{code}")).status_code == 200
    await enter(client, code)
    assert (await client.get(f"/run/{code}")).status_code == 200

    view = (await client.get(f"/api/{code}/session")).json()
    assert view["next_index"] == 0
    assert view["practice"] == 4
    assert not view["completed"]
    window = await client.get(f"/api/{code}/trials", params={"start": 0, "count": 40})
    trials = window.json()["trials"]
    assert [trial["index"] for trial in trials] == list(range(view["total"]))
    assert [trial["phase"] for trial in trials[:5]] == ["practice"] * 4 + ["main"]

    for trial in trials:
        picture = await client.get(trial["image"])
        assert picture.headers["content-type"] == "image/png"
        stored = await client.put(f"/api/{code}/trials/{trial['index']}", json=answer("bear"))
        assert stored.status_code == 200, stored.text
        assert (stored.json()["feedback"] is not None) == (trial["phase"] == "practice")
    assert stored.json()["next_index"] is None

    finished = await client.post(f"/api/{code}/finish", json={})
    assert finished.status_code == 200
    again = await client.post(f"/api/{code}/finish", json={})
    assert again.json() == finished.json()
    assert finished.json()["completion_code"] in (await client.get(f"/end/{code}")).text
    assert (await client.get(f"/run/{code}")).headers["location"] == f"/end/{code}"
