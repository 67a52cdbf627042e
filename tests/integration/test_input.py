"""What no database can hold, and numbers that are none: refused, or cleaned; never an error of ours."""

import httpx
import pytest

from app.db.session import Database
from app.db.tables import Event
from app.web.parameters import LARGEST
from tests.accounts import sign_in
from tests.database import row_counts, rows_of
from tests.http import answer_body, enter, step_body

pytestmark = pytest.mark.anyio

# Python alone reads most of them as a number; the last two are too large for a column.
NO_INDEX = ("1.0", "1_0", "+5", "%205", "5%20", "-1", "05", "%D9%A3", "1e1", "true", str(2**31), str(2**63))
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize("index", NO_INDEX)
async def test_indexes_are_decimal_digits_in_range(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database, index: str
) -> None:
    code = open_links["live"]
    await enter(client, code)
    await sign_in(client, database)
    before = await row_counts(database)
    calls = (
        ("PUT", f"/api/{code}/trials/{index}", {"json": answer_body()}),
        ("POST", f"/api/{code}/trials/{index}/set-aside", {"json": {}}),
        ("PUT", f"/api/{code}/steps/{index}", {"json": step_body("instructions")}),
        ("GET", f"/api/{code}/trials?start={index}&count=1", {}),
        ("GET", f"/api/{code}/trials?start=0&count={index}", {}),
        ("GET", f"/masks/{code}/{index}", {}),
        ("GET", f"/admin/synthesis/{index}", {}),
        ("GET", f"/admin/synthesis/{index}/contact_sheet.png", {}),
        ("POST", f"/admin/synthesis/{index}/cancel", {}),
        ("POST", f"/admin/synthesis/{index}/retry", {}),
    )
    for method, path, content in calls:
        response = await client.request(method, path, **content)  # type: ignore[arg-type]
        assert 400 <= response.status_code < 500, f"{method} {path}: {response.status_code}"
    assert await row_counts(database) == before


async def test_the_largest_index_is_no_trial(client: httpx.AsyncClient, open_links: dict[str, str]) -> None:
    code = open_links["live"]
    await enter(client, code)
    refused = await client.put(f"/api/{code}/trials/{LARGEST}", json=answer_body())
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "no_such_trial")


@pytest.mark.parametrize(
    "path",
    [
        "/s/%00",
        "/s/{code}%00",
        "/s/{code}?PROLIFIC_PID=a%00b",
        "/run/%00",
        "/end/%00",
        "/api/%00/session",
        "/api/{code}/trials?start=%00&count=1",
        "/stimuli/%00",
        "/masks/%00/1",
        "/static/%00",
        "/admin/studies/%00",
        "/admin/studies/tiny/live/%00",
        "/admin/synthesis/%00",
        "/%00",
    ],
)
async def test_no_address_holds_a_nul(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database, path: str
) -> None:
    code = open_links["live"]
    await enter(client, code)
    await sign_in(client, database)
    response = await client.get(path.format(code=code))
    assert response.status_code == 404, response.text
    assert "content-security-policy" in response.headers


@pytest.mark.parametrize("strange", ["\\u0000", "\\ud800", "a\\udfffb"])
async def test_text_that_cannot_be_stored_is_cleaned_or_refused(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database, strange: str
) -> None:
    code = open_links["live"]
    await enter(client, code)
    bodies = (
        ("PUT", "trials/0", f'{{"uuid": "{strange}", "answer": "bear"}}'),
        ("PUT", "trials/0", f'{{"uuid": "00000000-0000-4000-8000-000000000000", "answer": "{strange}"}}'),
        ("PUT", "trials/0", f'{{"{strange}": 1}}'),
        ("PUT", "steps/0", f'{{"uuid": "{strange}", "kind": "{strange}"}}'),
        ("PUT", "steps/0", f'{{"{strange}": 1}}'),
        ("POST", "trials/0/set-aside", f'{{"uuid": "{strange}", "{strange}": "{strange}"}}'),
        ("POST", "events", f'{{"kind": "{strange}"}}'),
        ("POST", "events", f'{{"kind": "error", "{strange}": 1}}'),
        ("POST", "finish", f'{{"{strange}": 1}}'),
    )
    for method, path, body in bodies:
        response = await client.request(method, f"/api/{code}/{path}", content=body, headers=JSON)
        assert 400 <= response.status_code < 500, f"{path}: {response.status_code} {response.text}"
    event = f'{{"kind": "error", "detail": {{"message": "{strange}", "{strange}": 1}}}}'
    sent = await client.post(f"/api/{code}/events", content=event, headers=JSON)
    assert sent.status_code == 204, sent.text
    stored = (await rows_of(database, Event))[-1].detail
    assert "�" in stored["message"]


async def test_forms_of_the_experimenter_take_no_nul(
    client: httpx.AsyncClient, database: Database, open_links: dict[str, str]
) -> None:
    refused = await client.post("/admin/sign-in", data={"email": "a\0b", "password": "c\0d"})
    assert refused.status_code == 401
    await sign_in(client, database)
    for form in ({"name": "a\0b", "spec": "model: x"}, {"name": "a", "spec": "model: \0"}):
        response = await client.post("/admin/synthesis", data=form)
        assert 400 <= response.status_code < 500, response.text
    consent = await client.post(f"/s/{open_links['live']}/consent", data={"consent": "yes\0"})
    assert 400 <= consent.status_code < 500


@pytest.mark.parametrize("depth", [500, 900, 32_000])
@pytest.mark.parametrize("opening", ["[", '{"a":'])
async def test_deep_bodies_are_read_or_refused(
    client: httpx.AsyncClient, open_links: dict[str, str], depth: int, opening: str
) -> None:
    code = open_links["live"]
    await enter(client, code)
    depth = min(depth, 60_000 // (len(opening) + 1))
    nested = opening * depth + "1" + {"[": "]"}.get(opening, "}") * depth
    answer = '{"uuid": "00000000-0000-4000-8000-000000000000", "answer": "bear", "timing": NESTED}'
    for body in (answer.replace("NESTED", nested), nested):
        response = await client.put(f"/api/{code}/trials/0", content=body, headers=JSON)
        assert response.status_code in {200, 400, 409, 422}, response.text
    step = '{"uuid": "00000000-0000-4000-8000-000000000001", "kind": "instructions", "result": NESTED}'
    response = await client.put(f"/api/{code}/steps/0", content=step.replace("NESTED", nested), headers=JSON)
    assert response.status_code in {400, 409, 422}, response.text
    event = f'{{"kind": "error", "detail": {nested}}}'
    response = await client.post(f"/api/{code}/events", content=event, headers=JSON)
    assert response.status_code in {400, 422}, response.text
