"""The pages of synthesis runs: what they show and what their buttons do; on both databases."""

import html
import shutil
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from app.core.clock import utc_now
from app.core.config import Settings
from app.db.session import Database
from app.db.tables import SynthesisRun
from app.stimuli import service as stimuli
from app.synthesis_runs import service
from app.synthesis_runs.schemas import Claim
from synthesis.bundle.events import ProgressEvent, RunSummary
from tests.accounts import sign_in
from tests.database import rows_of
from tests.integration.test_null_alone import unlabelled
from tests.support import build_tiny_bundle
from tests.unit.test_safe_yaml import BOMB

pytestmark = pytest.mark.anyio

LIST = "/admin/synthesis"
SPEC = "model: tiny  # & small\nlayers: [relu1]\nstimuli: stimuli\n"
STALE = timedelta(seconds=60)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, spec_folder=tmp_path / "specs")


@pytest.fixture
async def admin(client: httpx.AsyncClient, database: Database) -> httpx.AsyncClient:
    """A client that is signed in."""
    return await sign_in(client, database)


async def take(database: Database) -> Claim:
    async with database.writing() as session:
        claim = await service.take(session, "<host>", 7, utc_now(), STALE)
    assert claim is not None
    return claim


async def queue(admin: httpx.AsyncClient, name: str = "mine", spec: str = SPEC) -> httpx.Response:
    return await admin.post(LIST, data={"name": name, "spec": spec})


async def test_a_run_is_queued_by_the_form_with_its_text_unchanged(
    admin: httpx.AsyncClient, database: Database, settings: Settings
) -> None:
    form = (await admin.get(f"{LIST}/new")).text
    assert 'name="spec"' in form
    assert str(settings.spec_folder) in form
    response = await queue(admin, spec=SPEC.replace("\n", "\r\n"))
    assert (response.status_code, response.headers["location"]) == (303, f"{LIST}/1")
    (run,) = await rows_of(database, SynthesisRun)
    assert (run.name, run.state, run.spec) == ("mine", "queued", SPEC)
    assert run.spec_folder == str(settings.spec_folder)
    page = (await admin.get(f"{LIST}/1")).text
    assert html.escape(SPEC.splitlines()[0]) in page
    assert "metamerlab worker" in page
    assert "data-live" in page
    assert f'href="{LIST}/1">mine</a>' in (await admin.get(LIST)).text


@pytest.mark.parametrize(
    ("name", "spec", "status", "problems"),
    [
        ("a", "model: tiny\nlayerz: [relu1]\n", 422, ["spec:2: unknown field layerz; did you mean layers?"]),
        ("a", "model: tiny\nlayers: []\nstimuli: x\nseed: -1\n", 422, ["spec:2: layers: ", "spec:4: seed: "]),
        ("a", "model: [\n", 422, ["spec:2: not valid YAML"]),
        ("a", "", 422, ["the top level must be a mapping"]),
        ("a", BOMB, 422, ["spec:3: not valid YAML: the alias *a0 is not taken"]),
        ("a", "[" * 20_000, 422, ["spec:1: not valid YAML: nests deeper than 20 levels"]),
        ("a", SPEC + "stimuli: others\n", 422, ["the key 'stimuli' of line 3 is there again"]),
        ("a", SPEC.replace("tiny", "' '"), 422, ["spec:1: not valid YAML: a blank text"]),
        ("a", SPEC.replace("stimuli: stimuli", "stimuli: /etc"), 422, ["'/etc' leads out of the folder"]),
        ("../b", SPEC, 422, ["name '../b': use at most 64 small letters"]),
        ("taken", SPEC, 409, ["there is a run 'taken' already"]),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_entered_kept(
    admin: httpx.AsyncClient, database: Database, name: str, spec: str, status: int, problems: list[str]
) -> None:
    await queue(admin, "taken")
    response = await queue(admin, name, spec)
    page = html.unescape(response.text)
    assert response.status_code == status
    assert [problem for problem in problems if problem not in page] == []
    assert f'value="{name}"' in page
    assert f"\n{spec}</textarea>" in page
    assert len(await rows_of(database, SynthesisRun)) == 1


async def test_progress_is_shown(admin: httpx.AsyncClient, database: Database) -> None:
    await queue(admin)
    claim = await take(database)
    event = ProgressEvent(stage="metamers", done=3, total=60, per_second=0.05, seconds_left=3725.0)
    async with database.writing() as session:
        await service.report(session, claim, event, utc_now())
    for address in (LIST, f"{LIST}/1"):
        page = (await admin.get(address)).text
        assert '<progress max="60" value="3"' in page
        assert "180 per hour, 1 h 2 min left" in page
    assert "&lt;host&gt;, process 7" in page


async def test_a_silent_worker_is_told_of(admin: httpx.AsyncClient, database: Database) -> None:
    await queue(admin)
    claim = await take(database)
    async with database.writing() as session:
        await service.report(session, claim, None, utc_now() - timedelta(minutes=5))
    assert "Its worker has been silent since" in (await admin.get(LIST)).text


async def test_cancelling_and_trying_again(admin: httpx.AsyncClient, database: Database) -> None:
    await queue(admin)
    claim = await take(database)
    assert "Cancel run" in (await admin.get(f"{LIST}/1")).text
    cancelled = await admin.post(f"{LIST}/1/cancel")
    assert (cancelled.status_code, cancelled.headers["location"]) == (303, f"{LIST}/1")
    page = (await admin.get(f"{LIST}/1")).text
    assert "has been asked to stop" in page
    assert "Cancel run" not in page
    async with database.writing() as session:
        await service.cancelled(session, claim, utc_now())
    assert (await admin.post(f"{LIST}/1/cancel")).status_code == 409
    page = (await admin.get(f"{LIST}/1")).text
    assert "Try again" in page
    assert "data-live" not in page, "nothing to wait for"
    assert (await admin.post(f"{LIST}/1/retry")).status_code == 303
    assert (await rows_of(database, SynthesisRun))[0].state == "queued"


async def test_a_failure_is_explained(admin: httpx.AsyncClient, database: Database) -> None:
    await queue(admin)
    claim = await take(database)
    async with database.writing() as session:
        await service.failed(session, claim, "unknown model <tiny>", utc_now())
    assert "unknown model &lt;tiny&gt;" in (await admin.get(f"{LIST}/1")).text


async def test_a_finished_run_shows_what_was_ingested(
    admin: httpx.AsyncClient, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    bundle = shutil.copytree(tiny_bundle, tmp_path / "bundle")
    await queue(admin)
    claim = await take(database)
    summary = RunSummary(items=60, passed=58, failed=2, seconds=9.5)
    async with database.writing() as session:
        manifest = stimuli.verify_bundle(bundle)
        assert await service.finished(session, claim, bundle, manifest, summary, utc_now())
    page = (await admin.get(f"{LIST}/1")).text
    assert "58 of 60 metamers have their certificate" in page
    assert f"bundle: {bundle}" in page
    for row in ("block2</th><td>20</td><td>0", "head</th><td>18</td><td>2"):
        assert row in page
    assert "contact_sheet.png" not in page
    assert "by the null alone" not in page
    assert (await admin.get(f"{LIST}/1/contact_sheet.png")).status_code == 404
    shutil.copy(next((bundle / "blobs").iterdir()), bundle / "contact_sheet.png")
    assert "contact_sheet.png" in (await admin.get(f"{LIST}/1")).text
    sheet = await admin.get(f"{LIST}/1/contact_sheet.png")
    assert (sheet.status_code, sheet.headers["content-type"]) == (200, "image/png")
    assert sheet.headers["cache-control"] == "no-store"


async def test_a_bundle_of_a_network_without_labels_says_so(
    admin: httpx.AsyncClient, database: Database, tmp_path: Path
) -> None:
    manifest = unlabelled(build_tiny_bundle(tmp_path / "bundle"))
    await queue(admin)
    claim = await take(database)
    summary = RunSummary(items=60, passed=58, failed=2, seconds=9.5)
    async with database.writing() as session:
        assert await service.finished(session, claim, tmp_path / "bundle", manifest, summary, utc_now())
    assert "Certified by the null alone: the network gave no answers" in (await admin.get(f"{LIST}/1")).text


async def test_without_runs_the_list_says_what_they_are(admin: httpx.AsyncClient) -> None:
    assert "No run yet." in (await admin.get(LIST)).text
    assert (await admin.get(f"{LIST}/1")).status_code == 404
