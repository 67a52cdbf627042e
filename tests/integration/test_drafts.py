"""Drafts of studies by form and by text, from the first page to the open study; on both databases."""

import html
import re
from pathlib import Path

import httpx
import pytest
import yaml

from app.accounts import audit
from app.core.config import Settings
from app.db.session import Database
from app.db.tables import Participant, Study, StudyDraft
from tests.accounts import sign_in
from tests.database import rows_of
from tests.drafts import LIST, imported, new_draft, send, stored_text, text, version
from tests.http import consent_form, new_client
from tests.support import build_tiny_bundle
from tests.unit.test_safe_yaml import BOMB

pytestmark = pytest.mark.anyio

INPUT = re.compile(r"<(?:input|select|textarea|button)\b[^>]*>", re.S)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    build_tiny_bundle(tmp_path / "bundles" / "tiny")
    (tmp_path / "specs").mkdir()
    return Settings(
        database_url=database_url,
        spec_folder=tmp_path / "specs",
        bundle_folder=tmp_path / "bundles",
        rate_limits=False,
    )


@pytest.fixture
async def admin(client: httpx.AsyncClient, database: Database) -> httpx.AsyncClient:
    return await sign_in(client, database)


async def test_a_study_by_form_alone_from_nothing_to_a_participant(
    admin: httpx.AsyncClient, app: object, database: Database, settings: Settings
) -> None:
    address = await new_draft(admin)
    page = (await admin.get(address)).text
    assert "20 natural pictures of 16 categories" in page and "58 of 60 metamers certified" in page
    samples = re.findall(r'src="(/admin/drafts/bundles/[^"]+)"', page)
    assert len(samples) == 4 * 4  # natural and three layers
    picture = await admin.get(samples[0])
    assert picture.headers["content-type"] == "image/png" and picture.content[:4] == b"\x89PNG"
    sent = {
        "bundle__0__place": str(settings.bundle_folder.resolve() / "tiny"),
        "bundle__0__use": "yes",
        "bundle__0__every": "3",
        "bundle__0__layers": ["block2", "head"],
        "bundle__0__network": "",
        "title": "Naming pictures",
        "practice_trials": "4",
        "steps__3__trials": "2",
        "steps__3__pass_mark": "0",
        "steps__5__catch": "2",
    }
    response = await send(admin, address, **sent)
    assert response.headers["location"] == f"{address}?saved=1"
    content = yaml.safe_load(await stored_text(admin, address))
    assert content["layers"] == ["block2", "head"] and content["practice_trials"] == 4
    assert {"kind": "gate", "trials": 2, "pass_mark": 0} in content["steps"]
    check = (await admin.get(f"{address}/check")).text
    assert "Nothing is wrong" in check and "natural, block2, head" in check
    assert (await admin.post(f"{address}/try")).status_code == 303
    pilot = re.search(
        r'href="[^"]*/s/([^"]+)"[^>]*id="pilot-link"', (await admin.get(f"{address}/check")).text
    )
    assert pilot
    async with new_client(app) as person:  # type: ignore[arg-type]
        await person.get(f"/s/{pilot[1]}")
        response = await person.post(f"/s/{pilot[1]}/consent", data=consent_form())
        assert response.headers["location"] == f"/run/{pilot[1]}"
    response = await admin.post(f"{address}/open")
    name = content["name"]
    assert response.headers["location"] == f"/admin/studies/{name}"
    (study,) = await rows_of(database, Study)
    assert (study.status, study.name) == ("open", name)
    assert len(await rows_of(database, Participant)) == 1  # what was piloted is what was opened
    async with database.reading() as session:
        actions = [row.action for row in await audit.newest(session)]
        assert {"draft.created", "draft.saved", "study.saved", "study.opened"} <= set(actions)
        assert (await audit.verify(session)).problem == ""
    # Frozen: no form and no text changes it.
    response = await admin.post(address, data={"version": "2", "title": "Other"})
    assert response.status_code == 409 and "frozen" in response.text


async def test_the_form_drops_nothing_that_it_does_not_know(
    admin: httpx.AsyncClient, settings: Settings
) -> None:
    extra = (
        "# mine\ntiming: {image_ms: 250}  # shorter\ncompletion_codes: {full: NO}\nnot_a_field: [1, {a: b}]\n"
    )
    address = await imported(admin, text(settings) + extra)
    await send(admin, address, title="Changed", participants="30")
    after = await stored_text(admin, address)
    assert "# mine" in after and "# shorter" in after
    before = yaml.safe_load(text(settings) + extra)
    assert yaml.safe_load(after) == before | {"title": "Changed", "participants": 30}
    # The page says what is wrong with it, by line.
    page = html.unescape((await admin.get(f"{address}?saved=1")).text)
    line = after[: after.index("not_a_field")].count("\n") + 1
    assert f"Line {line}: <code>not_a_field</code>: unknown field" in page


async def test_steps_are_added_moved_and_removed_by_plain_buttons(
    admin: httpx.AsyncClient, settings: Settings
) -> None:
    address = await imported(admin, text(settings))
    for action, expected in (
        ("add:debrief", ["instructions", "practice", "practice_done", "trials", "debrief"]),
        ("up:4", ["instructions", "practice", "practice_done", "debrief", "trials"]),
        ("down:0", ["practice", "instructions", "practice_done", "debrief", "trials"]),
        ("remove:3", ["practice", "instructions", "practice_done", "trials"]),
        ("remove:9", ["practice", "instructions", "practice_done", "trials"]),
        ("add:nonsense", ["practice", "instructions", "practice_done", "trials"]),
    ):
        assert (await send(admin, address, do=action)).status_code == 303
        steps = yaml.safe_load(await stored_text(admin, address))["steps"]
        assert [one if isinstance(one, str) else one["kind"] for one in steps] == expected
    await send(admin, address, do="preset")
    assert "steps" not in yaml.safe_load(await stored_text(admin, address))


async def test_two_tabs_lose_nothing(admin: httpx.AsyncClient, settings: Settings) -> None:
    address = await imported(admin, text(settings))
    assert (await admin.post(address, data={"version": "1", "title": "First tab"})).status_code == 303
    response = await admin.post(address, data={"version": "1", "participants": "99"})
    assert response.status_code == 409
    shown = html.unescape(response.text)
    assert "saved version 2 of this draft while you changed version 1" in shown
    assert "participants: 99" in shown and "First tab" in shown
    assert "First tab" in await stored_text(admin, address)
    mine = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", shown, re.S)
    assert mine
    saved = await admin.post(f"{address}/text", data={"version": "2", "text": mine[1]})
    assert saved.status_code == 303
    assert yaml.safe_load(await stored_text(admin, address))["participants"] == 99


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (BOMB, "alias"),
        ("title: [", "not valid YAML"),
        ("just words", "holds no fields"),
        ("", "choose a file, or paste its text"),
        ("a: !!python/object/apply:os.system [ls]", "not valid YAML"),
        ("x: " + "y" * 250_000, "at most 200,000 are read"),
    ],
)
async def test_what_is_no_study_is_not_imported(
    admin: httpx.AsyncClient, database: Database, given: str, problem: str
) -> None:
    for files in (None, {"file": ("study.yaml", given.encode())}):
        data = {} if files else {"text": given}
        response = await admin.post(f"{LIST}/import", data=data, files=files)
        assert response.status_code == 422
        alert = re.search(r'role="alert">([^<]*)<', response.text)
        assert alert and problem in html.unescape(alert[1]) and "\n" not in alert[1]
    assert await rows_of(database, StudyDraft) == []


async def test_an_upload_of_more_than_a_megabyte_is_one_clear_line(admin: httpx.AsyncClient) -> None:
    response = await admin.post(f"{LIST}/import", files={"file": ("big.yaml", b"x" * 1_100_000)})
    assert response.status_code == 413
    assert "A body may have at most 1048576 bytes." in response.text
    response = await admin.post(f"{LIST}/import", files={"file": ("bad.yaml", b"\xff\xfe\x00")})
    assert response.status_code == 422 and "no text in UTF-8" in response.text


async def test_html_is_escaped_wherever_a_text_is_shown(admin: httpx.AsyncClient, settings: Settings) -> None:
    evil = "<script>alert(1)</script>"
    address = await imported(admin, text(settings))
    page = (await admin.get(address)).text
    names = {
        name
        for tag in INPUT.findall(page)
        if (found := re.search(r' name="([^"]+)"', tag)) and (name := found[1]) not in ("version", "do")
    }
    assert {"title", "consent", "exclusions.trials.rt_below_ms", "recruitment.description"} <= names
    for name in sorted(names):
        if name.endswith((".every", ".use", ".layers", ".place")):
            continue
        await admin.post(address, data={"version": await version(admin, address), name: f"{evil} {name}"})
        for view in ("", "/text", "/check"):
            shown = (await admin.get(f"{address}{view}", follow_redirects=True)).text
            assert evil not in shown, (name, view)
    listed = (await admin.get(LIST)).text
    assert evil not in listed and "&lt;script&gt;" in listed


async def test_html_in_a_good_study_is_escaped_for_participants_too(
    admin: httpx.AsyncClient, settings: Settings
) -> None:
    evil = "<img src=x onerror=alert(1)>"
    address = await imported(admin, text(settings))
    await send(admin, address, title=evil, consent=f"{evil}\n\nx", completion_message=evil)
    for what in ("consent", "complete", "full", "nothing"):
        shown = (await admin.get(f"{address}/preview/{what}")).text
        assert evil not in shown and "&lt;img" in shown
