"""The pre-registration of a frozen study, as Markdown and PDF, by the command line and by a button."""

from asyncio import to_thread
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from app.accounts.actor import COMMAND_LINE
from app.analysis.preregistration import load, preregistration
from app.analysis.report.markdown import to_markdown
from app.cli.commands import app as program
from app.core.clock import utc_now
from app.core.errors import Conflict
from app.db.session import Database
from app.experiments import service as experiments
from synthesis.bundle.store import BundleStore
from tests.accounts import sign_in
from tests.conftest import create_study
from tests.http import enter, new_client
from tests.support import build_tiny_bundle, networks_study_yaml, study_yaml

pytestmark = pytest.mark.anyio

EXTRA = """\
stop_when_sem: 0.03
close_at: sem
exclusions: {catch_right_below: 2, trials: {rt_below_ms: 200, bad_timing: true}}
steps: [consent, instructions, practice, {kind: gate, trials: 2, pass_mark: 1}, {kind: trials, catch: 3}]
"""


async def text_of(database: Database, name: str) -> str:
    async with database.reading() as session:
        content = preregistration(await load(session, await experiments.get_study(session, name)))
    return to_markdown(content.title, content.subtitle, content.sections).decode()


async def test_it_says_what_the_study_does_and_what_the_analysis_computes(
    database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(study_yaml(tiny_bundle, title="Names & <shapes>", extra=EXTRA))
    await create_study(database, file, opened=True)
    text = await text_of(database, "tiny")
    headings = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert headings == [
        "Data collection so far",
        "Question and hypotheses",
        "Dependent variable",
        "Conditions",
        "Design and procedure",
        "Stimuli",
        "Sample size and stopping rule",
        "Exclusions",
        "Analyses",
        "Anything else",
    ]
    for part in (
        "Names & \\<shapes\\>",
        "No participant had begun",
        "There are 4 conditions within participants: natural pictures, and model metamers of tiny at",
        "right one of 16 answers",
        "4 practice trials",
        "fewer than 1 right answers",
        "3 catch trials",
        "when the rule below was met, or when 8 participants had completed the study",
        "at most 0.03 in every condition, looked at from 10 participants on",
        "fewer than 2 catch trials right",
        "response time below 200 ms",
        "more than a frame off",
        "Greenhouse and Geisser",
        "Laplace approximation",
        BundleStore(tiny_bundle).read_manifest().digest,
        "metamerlab",
    ):
        assert part in text, part
    assert "Networks are compared" not in text


async def test_of_several_networks_it_names_each_with_its_digest(database: Database, tmp_path: Path) -> None:
    bundles = [build_tiny_bundle(tmp_path / name, model=name) for name in ("one", "two")]
    file = tmp_path / "study.yaml"
    entries = [f"bundle: {bundle}, network: net-{bundle.name}" for bundle in bundles]
    file.write_text(networks_study_yaml(entries, trials_per_condition=1))
    await create_study(database, file, opened=True)
    text = await text_of(database, "tiny")
    assert "net-one at" in text and "net-two at" in text and "Holm (1979)" in text
    for bundle in bundles:
        assert BundleStore(bundle).read_manifest().digest in text


async def test_a_draft_has_none_and_participants_are_counted(
    client: httpx.AsyncClient, app: object, database: Database, draft_links: dict[str, str]
) -> None:
    await sign_in(client, database)
    response = await client.get("/admin/studies/tiny/preregistration.md")
    assert response.status_code == 409 and "can still change" in response.text
    with pytest.raises(Conflict, match="open it first"):
        await text_of(database, "tiny")
    async with database.writing() as session:
        await experiments.open_study(session, COMMAND_LINE, "tiny", utc_now())
    async with new_client(app) as person:  # type: ignore[arg-type]
        await enter(person, draft_links["live"])
    markdown = await client.get("/admin/studies/tiny/preregistration.md")
    assert markdown.headers["content-type"].startswith("text/markdown")
    assert "1 participant had consented already" in markdown.text
    pdf = await client.get("/admin/studies/tiny/preregistration.pdf")
    assert pdf.content[:5] == b"%PDF-" and len(pdf.content) > 10_000
    page = (await client.get("/admin/studies/tiny")).text
    assert "/admin/studies/tiny/preregistration.pdf" in page


async def test_the_command_writes_both_files(
    database_url: str, open_links: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METAMERLAB_DATABASE_URL", database_url)
    done = await to_thread(
        CliRunner().invoke, program, ["preregister", "tiny", "--out", str(tmp_path / "plan")]
    )
    assert done.exit_code == 0, done.output
    assert (tmp_path / "plan.md").read_text().startswith("# Pre-registration: Naming pictures")
    assert (tmp_path / "plan.pdf").read_bytes()[:5] == b"%PDF-"
