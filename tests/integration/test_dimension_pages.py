"""Bundles of dimensions in the browser: dimensions, levels, certificates, failures; on both databases."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.db.session import Database
from app.db.tables import Stimulus
from app.stimuli import levels
from tests.accounts import sign_in
from tests.database import rows_of
from tests.http import new_client
from tests.levels import build_levels, store_levels
from tests.statements import sent_statements

pytestmark = pytest.mark.anyio

LIST = "/admin/bundles"


@pytest.fixture
async def admin(client: httpx.AsyncClient, database: Database) -> httpx.AsyncClient:
    return await sign_in(client, database)


@pytest.fixture
async def bundle_id(database: Database, tmp_path: Path) -> int:
    manifest = build_levels(tmp_path / "levels")
    async with database.writing() as session:
        return await store_levels(session, tmp_path / "levels", manifest)


async def test_the_list_says_of_which_kind_a_bundle_is(
    admin: httpx.AsyncClient, database: Database, bundle_id: int
) -> None:
    page = (await admin.get(LIST)).text
    assert "<strong>3 dimensions</strong>" in page
    assert "3 natural pictures" in page
    # Levels of the dimensions of each layer; the control belongs to none.
    assert page.count("<td>11 of 12</td>") == 2


async def test_each_dimension_is_shown_with_what_it_is_and_its_levels_drawn(
    admin: httpx.AsyncClient, bundle_id: int
) -> None:
    page = (await admin.get(f"{LIST}/{bundle_id}")).text
    assert "Dimensions of efficientnet_lite0" in page
    assert "stem, component 2, direction −; 3.1 % of the variance; levels in standard deviations" in page
    assert "11 of 12 levels certified (1 level missed)" in page
    assert "white noise, to read the others beside; levels in RMS difference" in page
    assert "12 of 12 levels certified" in page
    # Values against targets of three dimensions, RMS against targets of those two that are no noise.
    assert page.count("Measured value by target level") == 3
    assert page.count("RMS difference by target level") == 2
    assert "Measured value by target level: 0.495 to 4 for levels of 0.5 to 4 sd; 11 certified, 1 not" in page


async def test_a_dimension_has_a_row_for_each_original_with_what_was_measured(
    admin: httpx.AsyncClient, bundle_id: int
) -> None:
    page = (await admin.get(f"{LIST}/{bundle_id}/dimensions/1")).text
    assert "<h1>stem/2-</h1>" in page
    assert page.count('<article class="card stimulus">') == 3
    assert page.count("/drawings/") == 3 * (1 + 4)
    for words in ("level 0.5", "value 0.495", "drift 0.02", "RMS 0.005", "SSIM 0.9", "label 203 (another)"):
        assert words in page, words
    assert page.count('<figure class="failed">') == 1
    assert "<strong>level missed</strong>" in page
    assert "With pictures made live" not in page


async def test_failures_are_found(admin: httpx.AsyncClient, bundle_id: int) -> None:
    page = (await admin.get(f"{LIST}/{bundle_id}/dimensions/2?which=failures")).text
    assert page.count('<article class="card stimulus">') == 1
    assert "others drift" in page and ">o02 <" in page
    page = (await admin.get(f"{LIST}/{bundle_id}/dimensions/3?which=failures")).text
    assert "Every level of this dimension has its certificate." in page


async def test_pictures_made_while_a_study_ran_are_apart(
    admin: httpx.AsyncClient, database: Database, bundle_id: int
) -> None:
    kept = next(row for row in await rows_of(database, Stimulus) if row.condition == "stem/2-")
    async with database.writing() as session:
        session.add(
            Stimulus(
                bundle_id=bundle_id, natural_id="o00", category="bear", condition="stem/2-",
                seed=levels.MADE_LIVE + 3, blob_sha256=kept.blob_sha256, media_type="image/png",
                certified=True, certificate={"target": 0.71, "value": 0.7, "rms": 0.007, "fault": ""},
            )
        )  # fmt: skip
    assert page_says(await admin.get(LIST), "11 of 12")
    assert page_says(await admin.get(f"{LIST}/{bundle_id}"), "<dt>Made while a study ran</dt><dd>1</dd>")
    page = (await admin.get(f"{LIST}/{bundle_id}/dimensions/1")).text
    assert "11 of 12 levels certified" in page and "level 0.71" not in page
    page = (await admin.get(f"{LIST}/{bundle_id}/dimensions/1?which=live")).text
    assert page.count('<article class="card stimulus">') == 1
    assert "level 0.71" in page and "level 0.5" not in page


def page_says(response: httpx.Response, words: str) -> bool:
    return words in response.text


async def test_pictures_are_sent_and_drawn_and_unknown_ones_are_not_found(
    app: FastAPI, admin: httpx.AsyncClient, database: Database, bundle_id: int
) -> None:
    sha256 = (await rows_of(database, Stimulus))[-1].blob_sha256
    for part, media_type in (("blobs", "image/png"), ("drawings", "image/webp")):
        response = await admin.get(f"{LIST}/{bundle_id}/{part}/{sha256}")
        assert (response.status_code, response.headers["content-type"]) == (200, media_type)
    for number in (0, 4):
        assert (await admin.get(f"{LIST}/{bundle_id}/dimensions/{number}")).status_code == 404
    async with new_client(app) as stranger:
        response = await stranger.get(f"{LIST}/{bundle_id}/dimensions/1")
        assert (response.status_code, response.headers["location"]) == (303, "/admin/sign-in")


async def test_a_bundle_that_is_gone_says_so(
    admin: httpx.AsyncClient, bundle_id: int, tmp_path: Path
) -> None:
    (tmp_path / "levels" / "manifest.json").unlink()
    levels.contents.cache_clear()
    page = await admin.get(f"{LIST}/{bundle_id}")
    assert page.status_code == 200
    assert "no longer where it was" in page.text
    page = await admin.get(f"{LIST}/{bundle_id}/dimensions/1")
    assert page.status_code == 200 and "label 200" in page.text


async def test_large_grids_come_in_pages_of_few_statements(
    admin: httpx.AsyncClient, database: Database, bundle_id: int
) -> None:
    certificate = {"target": 1.0, "value": 1.0, "rms": 0.01, "fault": ""}
    async with database.writing() as session:
        session.add_all(
            Stimulus(
                bundle_id=bundle_id, natural_id=f"x{n:05}", category="bear", condition=condition, seed=0,
                blob_sha256=f"{n}", media_type="image/png", certified=True, certificate=certificate,
            )
            for n in range(2_000) for condition in ("natural", "stem/2-")
        )  # fmt: skip
    with sent_statements() as asked:
        page = (await admin.get(f"{LIST}/{bundle_id}/dimensions/1?start=1000")).text
    assert "Originals 1,001 to 1,010 of 2,003" in page
    assert page.count('<article class="card stimulus">') == 10
    assert len(asked) <= 14, asked
    assert len(page) < 100_000
