"""What the experimenter's page shows of a study's results, and the files it offers; on both databases."""

import httpx
import pytest
from fastapi import FastAPI

from app.db.session import Database
from tests.accounts import sign_in
from tests.integration.test_analysis import simulate

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("plans_by_seed")]


@pytest.fixture
async def admin(client: httpx.AsyncClient, database: Database) -> httpx.AsyncClient:
    """A client that is signed in."""
    await sign_in(client, database)
    return client


async def test_a_study_page_shows_the_curve_of_one_audience(
    app: FastAPI, admin: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    await simulate(app, open_links["simulated"], 2)
    page = (await admin.get("/admin/studies/tiny", params={"audience": "simulated"})).text
    assert "2 simulated participants, " in page
    assert 'src="/admin/studies/tiny/simulated/recognition.svg"' in page
    assert "100.0%" in page  # of pictures shown on time
    live = (await admin.get("/admin/studies/tiny")).text
    assert "0 participants, 0 trials" in live
    assert live.count("nobody saw this condition") == 4
    assert "<strong>Effect of stage</strong> (repeated-measures ANOVA): F(3, 3) = " in page
    assert "(repeated-measures ANOVA): not defined: 0 stage with data" in live
    assert "Stopping rule" not in page  # this study declares none


async def test_the_files_hold_the_answers(
    app: FastAPI, admin: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    await simulate(app, open_links["simulated"], 2)
    folder = "/admin/studies/tiny/simulated"
    svg = await admin.get(f"{folder}/recognition.svg")
    assert svg.headers["content-type"].startswith("image/svg+xml")
    assert "2 simulated participants" in svg.text and "block 10" in svg.text
    png = await admin.get(f"{folder}/recognition.png")
    assert png.content.startswith(b"\x89PNG")
    table = (await admin.get(f"{folder}/recognition.csv")).text.splitlines()
    assert [line.split(",")[0] for line in table] == ["condition", "natural", "block2", "block10", "head"]
    trials = await admin.get(f"{folder}/trials.csv")
    assert trials.headers["cache-control"] == "no-store"
    assert 'filename="tiny-simulated-trials.csv"' in trials.headers["content-disposition"]
    assert len(trials.text.splitlines()) > 20
    assert (await admin.get(f"{folder}/codebook.csv")).text.startswith("table,name,type,unit,description\n")


async def test_the_page_shows_exclusions_confusions_and_timing(
    app: FastAPI, admin: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    await simulate(app, open_links["simulated"], 2)
    page = (await admin.get("/admin/studies/tiny", params={"audience": "simulated"})).text
    for figure in ("exclusions", "confusion", "timing"):
        assert f'src="/admin/studies/tiny/simulated/{figure}.svg"' in page
        drawing = await admin.get(f"/admin/studies/tiny/simulated/{figure}.svg")
        assert drawing.text.startswith("<svg")
    assert "Nobody and nothing is left out." in page
    live = (await admin.get("/admin/studies/tiny")).text
    assert "confusion.svg" not in live.split("Downloads")[0]  # nobody answered, so there is nothing to draw


async def test_the_report_is_a_file_to_keep(
    app: FastAPI, admin: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    await simulate(app, open_links["simulated"], 2)
    html = await admin.get("/admin/studies/tiny/simulated/report.html")
    assert html.headers["content-disposition"] == 'attachment; filename="tiny-simulated-report.html"'
    assert "2 simulated participants consented" in html.text
    pdf = await admin.get("/admin/studies/tiny/simulated/report.pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert (await admin.get("/admin/studies/tiny/live/report.html")).status_code == 409
