"""Who is let in from Prolific and MTurk: secured addresses, missing ids, studies that exclude each other."""

import re
import time
from collections.abc import AsyncIterator, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI

from app.core.config import Settings
from app.db.session import Database
from app.db.tables import Participant, Recruitment
from tests.conftest import create_study
from tests.database import row_counts, rows_of
from tests.http import answer_all, enter
from tests.prolific_lab import BASE_URL, RECRUITMENT, Lab, browser, open_lab
from tests.standins.prolific import TOKEN, StandIn
from tests.standins.serving import serving
from tests.support import study_yaml

pytestmark = pytest.mark.anyio

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
IDS = {"PROLIFIC_PID": "person-1", "STUDY_ID": "study1", "SESSION_ID": "visit-1"}
TURK = {"workerId": "W1", "assignmentId": "A1", "hitId": "H1", "turkSubmitTo": "https://www.mturk.com"}


@pytest.fixture
def stand_in() -> StandIn:
    made = StandIn()
    public = jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
    made.jwks = {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]}
    return made


@pytest.fixture
def settings(database_url: str, stand_in: StandIn) -> Iterator[Settings]:
    with serving(stand_in.app) as address:
        yield Settings(
            database_url=database_url,
            rate_limits=False,
            base_url=BASE_URL,
            prolific_api_url=f"{address}/api/v1",
            prolific_api_token=TOKEN,
        )


@pytest.fixture
async def lab(
    app: FastAPI, database: Database, stand_in: StandIn, tiny_bundle: Path, tmp_path: Path
) -> AsyncIterator[Lab]:
    extra = f"{RECRUITMENT}  secured: true\n"
    opened = await open_lab(app, database, stand_in, tiny_bundle, tmp_path, extra)
    await opened.publish()
    yield opened
    await opened.admin.aclose()


def token(lab: Lab, key: Any = KEY, kid: str = "one", algorithm: str = "RS256", **changes: Any) -> str:
    claims = {
        "sub": "visit-1",
        "aud": f"{BASE_URL}/p/{lab.code}",
        "exp": int(time.time()) + 120,
        "prolific": {"participant_id": "person-1"},
        **changes,
    }
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid})


async def knock(lab: Lab, **query: str) -> httpx.Response:
    async with browser(lab.app) as client:
        return await client.get(f"/p/{lab.code}", params={**IDS, **query})


async def test_whom_prolific_vouches_for_comes_in_with_the_form(lab: Lab) -> None:
    client = await lab.come("person-1", "visit-1", prolific_token=token(lab))
    await client.aclose()
    (kept,) = await rows_of(lab.database, Recruitment)
    assert (kept.source, kept.person, kept.visit) == ("prolific", "person-1", "visit-1")


async def test_the_keys_are_asked_for_once(lab: Lab) -> None:
    for _ in range(3):
        assert "consent" in (await knock(lab, prolific_token=token(lab))).text
    assert lab.stand_in.jwks_asked == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": "visit-2"},
        {"aud": "https://elsewhere.example"},
        {"exp": int(time.time()) - 60},
        {"prolific": {"participant_id": "person-2"}},
        {"key": rsa.generate_private_key(public_exponent=65537, key_size=2048)},
        {"kid": "two"},
        {"key": "a-secret-that-is-long-enough-for-hs256", "algorithm": "HS256"},
    ],
    ids=["visit", "audience", "expired", "person", "key", "kid", "algorithm"],
)
async def test_a_forged_or_old_token_opens_nothing(lab: Lab, changes: dict[str, Any]) -> None:
    before = await row_counts(lab.database)
    response = await knock(lab, prolific_token=token(lab, **changes))
    assert "open the study again from where you found it" in response.text
    assert 'name="uuid"' not in response.text
    assert await row_counts(lab.database) == before


async def test_without_a_token_prolific_is_asked(lab: Lab) -> None:
    assert "open the study again" in (await knock(lab)).text
    lab.stand_in.add("visit-1", "study1", "person-1", "ACTIVE")
    assert 'name="uuid"' in (await knock(lab)).text
    assert "open the study again" in (await knock(lab, PROLIFIC_PID="person-2")).text
    lab.stand_in.visits["visit-1"]["status"] = "RETURNED"
    assert "open the study again" in (await knock(lab)).text


async def test_nobody_is_let_in_by_the_other_address_or_a_made_up_proof(lab: Lab) -> None:
    async with browser(lab.app) as client:
        for path in (f"/s/{lab.code}", f"/p/{lab.code}"):
            response = await client.get(path, params={**IDS, "arrival_proof": "0" * 64})
            assert "open the study again" in response.text
        form = {"consent": "yes", "uuid": "00000000-0000-4000-8000-000000000001", **IDS}
        assert (await client.post(f"/s/{lab.code}/consent", data=form)).status_code == 200
    assert await rows_of(lab.database, Participant) == []


async def test_a_proof_is_of_one_person(lab: Lab) -> None:
    landing = await knock(lab, prolific_token=token(lab))
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', landing.text))
    async with browser(lab.app) as client:
        await client.get(f"/p/{lab.code}", params=IDS)
        form = {**fields, "PROLIFIC_PID": "person-2"}
        response = await client.post(f"/s/{lab.code}/consent", data=form)
    assert "open the study again" in response.text
    assert await rows_of(lab.database, Participant) == []


async def test_when_prolific_is_down_people_come_again_in_a_moment(lab: Lab) -> None:
    lab.stand_in.faults.down = True
    response = await knock(lab, prolific_token=token(lab))
    assert response.status_code == 503
    assert response.headers["retry-after"]
    lab.stand_in.faults.down = False
    assert 'name="uuid"' in (await knock(lab, prolific_token=token(lab))).text


async def test_a_link_without_ids_says_what_to_do(lab: Lab) -> None:
    async with browser(lab.app) as client:
        missing = await client.get(f"/p/{lab.code}")
        assert "does not say who you are" in missing.text
        unfilled = await client.get(f"/p/{lab.code}", params={"PROLIFIC_PID": "{{%PROLIFIC_PID%}}"})
        assert "does not say who you are" in unfilled.text
        broken = await client.get(f"/p/{lab.code}", params={**IDS, "PROLIFIC_PID": "per son"})
        assert broken.status_code == 400
        assert "have blanks in them" in broken.text
        other = await client.get(f"/p/{lab.code}", params={"participant": "x"})
        assert "does not say who you are" in other.text


async def test_a_closed_study_gives_its_code_to_who_comes_from_a_panel(lab: Lab) -> None:
    await lab.admin.post("/admin/studies/tiny/close")
    response = await knock(lab, prolific_token=token(lab))
    code = next(one["code"] for one in _codes(lab) if one["outcome"] == "full")
    assert code in response.text
    assert "has all the people it needs" in response.text
    assert await rows_of(lab.database, Participant) == []


def _codes(lab: Lab) -> list[dict[str, str]]:
    """The codes of the draft, in the order in which it names the outcomes."""
    names = ["complete", "no_consent", "expired", "withdrawn", "full"]
    sent = lab.stand_in.studies["study1"]["completion_codes"]
    return [{"outcome": name, "code": one["code"]} for name, one in zip(names, sent, strict=False)]


async def test_studies_that_exclude_each_other_take_a_person_once(
    lab: Lab, tiny_bundle: Path, tmp_path: Path
) -> None:
    """Whichever study names the other."""
    file = tmp_path / "second.yaml"
    extra = f"{RECRUITMENT}  excludes: [tiny]\n"
    file.write_text(study_yaml(tiny_bundle, name="second", extra=extra))
    second = (await create_study(lab.database, file, opened=True))["live"]
    await (await lab.come("person-1", "visit-1", prolific_token=token(lab))).aclose()
    async with browser(lab.app) as client:
        ids = {**IDS, "SESSION_ID": "visit-9"}
        page = await client.get(f"/p/{second}", params=ids)
        assert "You took part in a study that this one belongs to" in page.text
        fresh = await client.get(f"/p/{second}", params={**ids, "PROLIFIC_PID": "person-2"})
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', fresh.text))
        assert (await client.post(f"/s/{second}/consent", data=fields)).status_code == 303
    lab.stand_in.add("visit-8", "study1", "person-2", "ACTIVE")
    other_way = await knock(lab, PROLIFIC_PID="person-2", SESSION_ID="visit-8")
    assert "You took part in a study that this one belongs to" in other_way.text


async def test_mturk_frames_one_page_and_takes_the_work_from_another(
    lab: Lab, tiny_bundle: Path, tmp_path: Path
) -> None:
    file = tmp_path / "turk.yaml"
    section = RECRUITMENT.replace("prolific", "mturk").replace("GBP", "USD")
    file.write_text(study_yaml(tiny_bundle, name="turk", extra=section))
    code = (await create_study(lab.database, file, opened=True))["live"]
    async with browser(lab.app) as client:
        preview = await client.get(f"/m/{code}", params={"assignmentId": "ASSIGNMENT_ID_NOT_AVAILABLE"})
        assert "This is a preview" in preview.text
        before = await row_counts(lab.database)
        frame = await client.get(f"/m/{code}", params=TURK)
        assert "frame-ancestors https://*.mturk.com" in frame.headers["content-security-policy"]
        assert await row_counts(lab.database) == before
        assert "set-cookie" not in frame.headers
        found = re.search(r'href="(/s/[^"]+)"', frame.text)
        assert found is not None
        landing = await client.get(unescape(found[1]))
        assert "frame-ancestors 'none'" in landing.headers["content-security-policy"]
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', landing.text))
        assert (await client.post(f"/s/{code}/consent", data=fields)).status_code == 303
        await answer_all(client, code)
        await client.post(f"/api/{code}/finish", json={})
        last = await client.get(f"/end/{code}")
    assert 'action="https://www.mturk.com/mturk/externalSubmit"' in last.text
    assert '<input type="hidden" name="assignmentId" value="A1">' in last.text
    assert "form-action 'self' https://www.mturk.com;" in last.headers["content-security-policy"]


async def test_a_code_of_ones_own_tells_whose_session_it_is(
    lab: Lab, tiny_bundle: Path, tmp_path: Path
) -> None:
    file = tmp_path / "class.yaml"
    section = "recruitment: {one_code_per_participant: true}\n"
    file.write_text(study_yaml(tiny_bundle, name="class", extra=section))
    code = (await create_study(lab.database, file, opened=True))["live"]
    own = []
    for _ in range(2):
        async with browser(lab.app) as client:
            await enter(client, code)
            await answer_all(client, code)
            await client.post(f"/api/{code}/finish", json={})
            last = await client.get(f"/end/{code}")
            found = re.search(r'<output id="completion-code"[^>]*>([^<]+)</output>', last.text)
            assert found is not None
            own.append(found[1])
            assert found[1] in (await client.get(f"/end/{code}")).text
    assert own[0] != own[1]
    page = "/admin/studies/class/recruitment/code"
    first = await lab.admin.post(page, data={"code": f" {own[0].lower()} "})
    number = own[0].partition("-")[0]
    assert f"is participant {number}’s own code" in first.text
    assert "stands as “complete”" in first.text
    made_up = await lab.admin.post(page, data={"code": f"{number}-AAAAAAAA"})
    assert "is no code of this study" in made_up.text
    elsewhere = await lab.admin.post("/admin/studies/tiny/recruitment/code", data={"code": own[0]})
    assert "is no code of this study" in elsewhere.text


async def test_nobody_hands_in_elsewhere(lab: Lab) -> None:
    async with browser(lab.app) as client:
        query = {**TURK, "turkSubmitTo": "https://evil.example"}
        for path in (f"/m/{lab.code}", f"/s/{lab.code}"):
            response = await client.get(path, params=query)
            assert response.status_code == 400
            assert "evil.example" not in response.text
