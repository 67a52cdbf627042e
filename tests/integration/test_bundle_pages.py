"""Bundles in the browser: what is shown of pictures, sounds, certificates and failures; on both databases."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.accounts.actor import COMMAND_LINE
from app.core.clock import utc_now
from app.db.session import Database
from app.db.tables import Stimulus
from app.stimuli import browsing
from app.stimuli import service as stimuli
from tests.accounts import sign_in
from tests.database import rows_of
from tests.http import new_client
from tests.statements import sent_statements
from tests.support import build_tiny_bundle

pytestmark = pytest.mark.anyio

LIST = "/admin/bundles"


async def ingest(database: Database, folder: Path) -> int:
    async with database.writing() as session:
        manifest = stimuli.verify_bundle(folder)
        return (await stimuli.ingest(session, COMMAND_LINE, folder, manifest, utc_now())).id


@pytest.fixture
async def admin(client: httpx.AsyncClient, database: Database) -> httpx.AsyncClient:
    return await sign_in(client, database)


async def test_a_bundle_shows_its_layers_against_their_nulls_and_its_stimuli(
    admin: httpx.AsyncClient, database: Database, tiny_bundle: Path
) -> None:
    assert "No bundle yet." in (await admin.get(LIST)).text
    bundle_id = await ingest(database, tiny_bundle)
    assert "18 of 20" in (await admin.get(LIST)).text
    page = (await admin.get(f"{LIST}/{bundle_id}")).text
    assert "18 of 20 certified" in page
    assert "inside the null" in page
    assert "null of 1,000,405 pairs" in page
    assert 'aria-label="Pearson’s R²: null up to 0.5, metamers from 0.1 to 1"' in page
    assert page.count('<article class="card stimulus">') == 20
    assert page.count("/drawings/") == 80, "each natural stimulus beside its metamers of three layers"


async def test_failures_are_found(admin: httpx.AsyncClient, database: Database, tiny_bundle: Path) -> None:
    bundle_id = await ingest(database, tiny_bundle)
    page = (await admin.get(f"{LIST}/{bundle_id}?which=failures")).text
    assert page.count('<article class="card stimulus">') == page.count('<figure class="failed">') == 2
    whole = build_tiny_bundle(tiny_bundle.parent / "whole", failed=frozenset(), model="whole")
    page = (await admin.get(f"{LIST}/{await ingest(database, whole)}?which=failures")).text
    assert "Every metamer has its certificate." in page


async def test_one_stimulus_is_shown_beside_its_metamers_with_their_numbers(
    admin: httpx.AsyncClient, database: Database, tiny_bundle: Path
) -> None:
    bundle_id = await ingest(database, tiny_bundle)
    rows = await rows_of(database, Stimulus)
    natural = next(row for row in rows if row.natural_id == "n003" and row.condition == "natural")
    page = (await admin.get(f"{LIST}/{bundle_id}/stimuli/{natural.id}")).text
    assert page.count('<span class="status ready">certified</span>') == 2
    assert page.count('<span class="status refused">inside the null</span>') == 1
    assert "SNR, dB</th><td>4</td><td>0.5</td>" in page
    assert "Answer: bird; for the natural one bird" in page
    metamer = next(row for row in rows if row.condition == "head")
    assert (await admin.get(f"{LIST}/{bundle_id}/stimuli/{metamer.id}")).status_code == 404
    assert (await admin.get(f"{LIST}/{bundle_id + 1}/stimuli/{natural.id}")).status_code == 404


@pytest.mark.parametrize(
    ("kind", "media_type", "drawn"),
    [("picture", "image/png", "image/webp"), ("sound", "audio/wav", "image/svg+xml")],
)
async def test_stimuli_are_sent_and_drawn(
    admin: httpx.AsyncClient, database: Database, tmp_path: Path, kind: str, media_type: str, drawn: str
) -> None:
    bundle_id = await ingest(database, build_tiny_bundle(tmp_path / "b", naturals=2, kind=kind))
    sha256 = (await rows_of(database, Stimulus))[0].blob_sha256
    for part, expected in (("blobs", media_type), ("drawings", drawn)):
        response = await admin.get(f"{LIST}/{bundle_id}/{part}/{sha256}")
        assert (response.status_code, response.headers["content-type"]) == (200, expected)
        assert "immutable" in response.headers["cache-control"]
        assert (await admin.get(f"{LIST}/{bundle_id}/{part}/{'0' * 64}")).status_code == 404
        assert (await admin.get(f"{LIST}/{bundle_id + 1}/{part}/{sha256}")).status_code == 404


async def test_participants_see_nothing_of_it(
    app: FastAPI, admin: httpx.AsyncClient, database: Database, tiny_bundle: Path
) -> None:
    bundle_id = await ingest(database, tiny_bundle)
    sha256 = (await rows_of(database, Stimulus))[0].blob_sha256
    async with new_client(app) as stranger:
        for path in ("", f"/{bundle_id}", f"/{bundle_id}/blobs/{sha256}", f"/{bundle_id}/drawings/{sha256}"):
            response = await stranger.get(f"{LIST}{path}")
            assert (response.status_code, response.headers["location"]) == (303, "/admin/sign-in")


async def test_a_bundle_that_is_gone_says_so(
    admin: httpx.AsyncClient, database: Database, tmp_path: Path
) -> None:
    bundle_id = await ingest(database, build_tiny_bundle(tmp_path / "b"))
    (tmp_path / "b" / "manifest.json").unlink()
    browsing.contents.cache_clear()
    page = await admin.get(f"{LIST}/{bundle_id}")
    assert page.status_code == 200
    assert "no longer where it was" in page.text
    assert "18 of 20 certified" in page.text


async def test_large_bundles_come_in_pages_of_few_statements(
    admin: httpx.AsyncClient, database: Database, tiny_bundle: Path
) -> None:
    bundle_id = await ingest(database, tiny_bundle)
    async with database.writing() as session:
        session.add_all(
            Stimulus(
                bundle_id=bundle_id, natural_id=f"x{n:05}", category="bear", condition=condition, seed=0,
                blob_sha256=f"{n}", media_type="image/png", certified=True, certificate={},
            )
            for n in range(3_000) for condition in ("natural", "block2")
        )  # fmt: skip
    with sent_statements() as asked:
        page = (await admin.get(f"{LIST}/{bundle_id}?start=1000")).text
    assert "Stimuli 1,001 to 1,020 of 3,020" in page
    assert page.count('<article class="card stimulus">') == 20
    assert len(asked) <= 14, asked
