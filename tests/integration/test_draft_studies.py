"""What becomes of a draft: its check, trials of it, the study, a copy; on both databases."""

import asyncio
import html
import re
from pathlib import Path

import httpx
import pytest
import yaml

from app.core.config import Settings
from app.db.session import Database
from app.db.tables import DraftJob, Participant, Study
from tests.accounts import sign_in
from tests.database import rows_of
from tests.drafts import LIST, imported, send, stored_text, text
from tests.http import new_client
from tests.support import build_tiny_bundle

pytestmark = pytest.mark.anyio


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


async def test_a_name_that_is_taken_is_said_before_anything_is_stored(
    admin: httpx.AsyncClient, settings: Settings, database: Database, open_links: dict[str, str]
) -> None:
    address = await imported(admin, text(settings))  # its name is tiny, too
    for action in ("try", "open", "dry-run"):
        response = await admin.post(f"{address}/{action}")
        assert response.status_code == 409
        assert "there is a study &#39;tiny&#39; already; give this one another name" in response.text
    assert len(await rows_of(database, Study)) == 1


async def test_a_bundle_that_vanished_stays_in_the_text_and_is_named(
    admin: httpx.AsyncClient, settings: Settings
) -> None:
    address = await imported(admin, text(settings))
    (settings.bundle_folder / "tiny").rename(settings.bundle_folder.parent / "elsewhere")
    page = (await admin.get(address)).text
    assert "A bundle that this server has not" in page
    check = html.unescape((await admin.get(f"{address}/check")).text)
    assert "no such folder" in check and "Nothing is wrong" not in check
    for action in ("try", "open"):
        response = await admin.post(f"{address}/{action}")
        assert response.status_code == 422 and "no such folder" in response.text
    assert yaml.safe_load(await stored_text(admin, address))["bundle"]


@pytest.mark.parametrize("place", ["/etc", "../../..", "~", "s3://bucket/other"])
async def test_no_path_leads_out_of_the_servers_folders(
    admin: httpx.AsyncClient, settings: Settings, place: str
) -> None:
    for field in ("bundle", "vocabulary"):
        if (field, place) == ("bundle", "~") or (field, place) == ("vocabulary", "~"):
            place = "/home"
        content = yaml.safe_load(text(settings)) | {field: f"{place}/passwd.txt"}
        address = await imported(admin, yaml.safe_dump(content))
        shown = html.unescape((await admin.get(f"{address}/check")).text)
        assert "leads out of this server's folders" in shown


async def test_a_copy_of_a_frozen_study_is_a_new_draft_and_shows_what_differs(
    admin: httpx.AsyncClient, settings: Settings, database: Database, open_links: dict[str, str]
) -> None:
    response = await admin.post(f"{LIST}/copy/tiny")
    address = response.headers["location"]
    content = yaml.safe_load(await stored_text(admin, address))
    assert content["name"] == "tiny-2" and "completion_code" not in content
    await send(admin, address, participants="77")
    shown = html.unescape((await admin.get(f"{address}/check")).text)
    assert "What differs from tiny" in shown
    assert "<ins>+participants: 77</ins>" in shown and "<del>-participants: 8</del>" in shown
    response = await admin.post(f"{address}/open")
    assert response.status_code == 303, response.text
    assert [one.name for one in await rows_of(database, Study)] == ["tiny", "tiny-2"]


async def test_a_budget_of_nothing_is_said_at_the_check(admin: httpx.AsyncClient, settings: Settings) -> None:
    paid = "recruitment: {reward: 1.5, budget: 0}\n"
    address = await imported(admin, text(settings) + paid)
    shown = html.unescape((await admin.get(f"{address}/check")).text)
    assert "The rewards of 8 places are 12.00 GBP more than the budget" in shown


async def test_power_and_a_dry_run_end_with_numbers_and_a_figure(
    admin: httpx.AsyncClient, settings: Settings, database: Database
) -> None:
    address = await imported(admin, text(settings))
    assert (await admin.post(f"{address}/power", data={"sem": "0.1", "sd": "0.05"})).status_code == 303
    assert (await admin.post(f"{address}/dry-run", data={"participants": "3"})).status_code == 303
    response = await admin.post(f"{address}/dry-run", data={"participants": "3"})
    assert response.status_code == 409 and "this runs already" in response.text
    for _ in range(600):
        jobs = {one.kind: one for one in await rows_of(database, DraftJob)}
        if all(one.state != "running" for one in jobs.values()):
            break
        await asyncio.sleep(0.1)
    assert {kind: (one.state, one.message) for kind, one in jobs.items()} == {
        "power": ("finished", ""),
        "dry_run": ("finished", ""),
    }
    results = {kind: one.result or {} for kind, one in jobs.items()}
    assert results["dry_run"]["outcomes"] == {"layers": {"complete": 3}}
    assert 2 <= results["power"]["participants"] <= 40
    shown = (await admin.get(f"{address}/check")).text
    figure = re.search(r'src="(/admin/studies/tiny/simulated/recognition.svg)"', shown)
    assert figure and (await admin.get(figure[1])).text.startswith("<svg")
    # Another version of the draft begins anew: what was simulated was of the last one.
    await send(admin, address, title="Changed")
    assert (await admin.post(f"{address}/try")).status_code == 303
    assert await rows_of(database, Participant) == []


async def test_a_dry_run_is_cancelled_at_its_next_step(
    admin: httpx.AsyncClient, settings: Settings, database: Database
) -> None:
    address = await imported(admin, text(settings))
    await admin.post(f"{address}/dry-run", data={"participants": "40"})
    assert (await admin.post(f"{address}/dry-run/cancel")).status_code == 303
    for _ in range(600):
        (job,) = await rows_of(database, DraftJob)
        if job.state != "running":
            break
        await asyncio.sleep(0.1)
    assert job.state == "cancelled" and job.done < 40


@pytest.mark.parametrize("fields", [{"participants": "0"}, {"participants": "101"}, {"mix": "nobody"}])
async def test_a_dry_run_of_nonsense_is_refused(
    admin: httpx.AsyncClient, settings: Settings, database: Database, fields: dict[str, str]
) -> None:
    address = await imported(admin, text(settings))
    assert (await admin.post(f"{address}/dry-run", data=fields)).status_code in (400, 422)
    assert await rows_of(database, DraftJob) == []


async def test_drafts_of_others_are_not_seen(
    admin: httpx.AsyncClient, app: object, database: Database, settings: Settings
) -> None:
    address = await imported(admin, text(settings))
    async with new_client(app) as other:  # type: ignore[arg-type]
        await sign_in(other, database, "other@example.org", "experimenter")
        for path in ("", "/text", "/study.yaml", "/check", "/preview/consent"):
            assert (await other.get(f"{address}{path}")).status_code == 404, path
        for path in ("", "/text", "/open", "/try", "/power", "/dry-run", "/dry-run/cancel", "/delete"):
            response = await other.post(f"{address}{path}", data={"version": "1", "sure": "yes"})
            assert response.status_code == 404, path
        assert "tiny" not in (await other.get(LIST)).text
    async with new_client(app) as viewer:  # type: ignore[arg-type]
        await sign_in(viewer, database, "viewer@example.org", "viewer")
        assert (await viewer.post(LIST)).status_code == 403
