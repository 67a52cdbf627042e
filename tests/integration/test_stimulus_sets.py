"""Stimulus sets from their first file to their use and their end; on both databases."""

import hashlib
import html
from pathlib import Path

import httpx
import pytest

from app.core.clock import utc_now
from app.core.config import Settings
from app.db.session import Database
from app.db.tables import AuditRow, RunSet, StimulusFile, StimulusSet
from app.synthesis_runs import service as runs
from tests.accounts import sign_in
from tests.database import rows_of
from tests.http import new_client
from tests.uploads import API, PAGES, archive, begin, files_below, noise, picture, send, send_archive, sound

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, spec_folder=tmp_path / "specs", rate_limits=False)


@pytest.fixture
def folder(settings: Settings) -> Path:
    return settings.spec_folder / "sets"


@pytest.fixture
async def admin(client: httpx.AsyncClient, database: Database) -> httpx.AsyncClient:
    return await sign_in(client, database)


async def ready_set(admin: httpx.AsyncClient, name: str = "mine") -> int:
    """A ready set of two pictures."""
    set_id = await begin(admin, name)
    for number, category in enumerate(("bear", "dog")):
        assert (await send(admin, set_id, f"top/{category}/1.png", picture(number))).status_code == 200
    assert (await admin.post(f"{PAGES}/{set_id}/ready")).status_code == 303
    return set_id


async def test_a_folder_becomes_a_set_that_synthesis_reads(
    admin: httpx.AsyncClient, database: Database, folder: Path
) -> None:
    made = await admin.post(PAGES, data={"name": "mine", "medium": "picture", "grouping": "folder"})
    assert (made.status_code, made.headers["location"]) == (303, f"{PAGES}/1")
    for path, kind in (("top/bear/1.jpg", "jpeg"), ("top/dog/2.png", "png")):
        answer = (await send(admin, 1, path, picture(len(path), kind))).json()
        assert answer["verdict"] == "accepted", answer
    refused = (await send(admin, 1, "top/bear/3.png", b"<html>")).json()
    assert (refused["verdict"], refused["category"]) == ("refused", "bear")
    page = (await admin.get(f"{PAGES}/1")).text
    assert "2 pictures in 2 categories" in page
    assert "Is no picture that is read: its bytes are those of HTML or XML" in page
    assert files_below(folder) == files_below(folder / ".files") == [] or not (folder / "mine").exists()
    assert (await admin.post(f"{PAGES}/1/ready")).status_code == 303
    assert files_below(folder / "mine") == ["bear/1.png", "dog/2.png"]
    assert files_below(folder / ".coming") == []
    (found,) = await rows_of(database, StimulusSet)
    assert (found.state, len(found.digest or "")) == ("ready", 64)
    assert "stimuli: sets/mine" in (await admin.get(f"{PAGES}/1")).text
    assert (await send(admin, 1, "top/dog/9.png", picture(9))).json()["error"]["code"] == "set_ready"
    actions = [row.action for row in await rows_of(database, AuditRow)]
    assert actions[-2:] == ["stimulus_set.created", "stimulus_set.ready"]


async def test_what_was_sent_before_is_not_taken_again(admin: httpx.AsyncClient, database: Database) -> None:
    set_id, data = await begin(admin), picture(1)
    digest = hashlib.sha256(data).hexdigest()
    first = await send(admin, set_id, "a/bear/1.png", data, digest)
    assert (await send(admin, set_id, "a/bear/1.png", data, digest)).json() == first.json()
    (row,) = await rows_of(database, StimulusFile)
    listed = (await admin.get(f"{API}/{set_id}/files")).json()
    assert listed["files"] == [{"path": "a/bear/1.png", "sha256": digest}]
    assert (row.source_sha256, row.source_bytes) == (digest, len(data))
    taken = await send(admin, set_id, "a/bear/1.png", picture(2))
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "path_taken")


async def test_a_refused_file_can_be_replaced(admin: httpx.AsyncClient, database: Database) -> None:
    set_id = await begin(admin)
    assert (await send(admin, set_id, "a/bear/1.png", b"no")).json()["verdict"] == "refused"
    assert (await send(admin, set_id, "a/bear/1.png", picture(1))).json()["verdict"] == "accepted"
    assert len(await rows_of(database, StimulusFile)) == 1


async def test_doubles_are_refused_by_what_they_show(admin: httpx.AsyncClient) -> None:
    set_id = await begin(admin)
    await send(admin, set_id, "a/bear/1.png", picture(1))
    same = (await send(admin, set_id, "a/dog/2.bmp", picture(1, "bmp"))).json()
    assert (same["verdict"], same["notes"]) == ("refused", ["has the same content as a/bear/1.png"])
    named = (await send(admin, set_id, "a/Bear/1.jpg", picture(2, "jpeg"))).json()
    assert named["notes"] == ["has the name of a/bear/1.png in the set; rename one of them"]
    assert (await admin.post(f"{API}/{set_id}/ready", json={})).json()["state"] == "ready"


async def test_sounds_are_shown_with_their_levels_and_drawn(admin: httpx.AsyncClient) -> None:
    set_id = await begin(admin, medium="sound", grouping="name")
    answer = (await send(admin, set_id, "about_1.flac", sound(noise(1), kind="FLAC"))).json()
    assert (answer["category"], answer["verdict"]) == ("about", "accepted")
    page = (await admin.get(f"{PAGES}/{set_id}")).text
    assert "FLAC, 0.5 s, 20 kHz, 16 bits, -26.0 dBFS RMS" in page
    address = page.partition('<audio controls preload="none" src="')[2].partition('"')[0]
    played = await admin.get(address)
    assert (played.status_code, played.headers["content-type"]) == (200, "audio/wav")
    drawn = await admin.get(address.replace("/files/", "/drawings/"))
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/svg+xml")
    assert b">kHz</text>" in drawn.content


async def test_an_archive_is_taken_up_and_gone_on_with(
    admin: httpx.AsyncClient, database: Database, folder: Path
) -> None:
    set_id = await begin(admin)
    files = {f"top/bear/{n}.png": picture(n) for n in range(3)}
    done = await send_archive(admin, set_id, archive({**files, "top/bear/x.txt": b"hello", "a/.x": b""}))
    assert done.json() == {"done": 4, "total": 4}
    verdicts = {row.path: row.verdict for row in await rows_of(database, StimulusFile)}
    assert verdicts == {**dict.fromkeys(files, "accepted"), "top/bear/x.txt": "refused"}
    assert files_below(folder / ".coming") == [], "the archive is not kept"
    assert (await admin.post(f"{API}/{set_id}/archive/next", json={})).status_code == 409


async def test_a_set_in_need_cannot_be_deleted_and_goes_with_all_its_files(
    admin: httpx.AsyncClient, database: Database, settings: Settings, folder: Path
) -> None:
    set_id = await ready_set(admin)
    spec = "model: tiny\nlayers: [a]\nstimuli: sets/mine\n"
    queued = await admin.post("/admin/synthesis", data={"name": "r", "spec": spec})
    assert queued.status_code == 303
    assert len(await rows_of(database, RunSet)) == 1
    refused = await admin.post(f"{PAGES}/{set_id}/delete")
    assert refused.status_code == 409
    assert "the run r needs this set" in html.unescape(refused.text)
    async with database.writing() as session:
        (await runs.get_run(session, 1)).state = "finished"
    assert (await admin.post(f"{PAGES}/{set_id}/delete")).status_code == 303
    assert files_below(folder) == []
    assert await rows_of(database, StimulusSet) == await rows_of(database, StimulusFile) == []
    assert utc_now() > (await rows_of(database, AuditRow))[-1].happened_at


async def test_only_who_made_a_set_and_owners_change_it(admin: httpx.AsyncClient, database: Database) -> None:
    set_id = await begin(admin)
    for email, role, code in (
        ("viewer@example.org", "viewer", "role_too_low"),
        ("other@example.org", "experimenter", "not_your_set"),
    ):
        async with new_client(admin._transport.app) as other:  # type: ignore[attr-defined]
            await sign_in(other, database, email, role)  # type: ignore[arg-type]
            refused = await send(other, set_id, "a/b/1.png", picture(1))
            assert (refused.status_code, refused.json()["error"]["code"]) == (403, code)
            for action in ("ready", "delete"):
                assert (await other.post(f"{PAGES}/{set_id}/{action}")).status_code == 403
            page = (await other.get(f"{PAGES}/{set_id}")).text
            assert 'id="drop"' not in page
            assert "Delete the set" not in page
            made = await other.post(API, json={"name": "x", "medium": "picture"})
            assert made.status_code == (403 if role == "viewer" else 200)
    assert (await rows_of(database, StimulusFile)) == []


async def test_an_empty_set_is_not_made_ready(admin: httpx.AsyncClient) -> None:
    set_id = await begin(admin)
    await send(admin, set_id, "a/bear/1.png", b"no")
    response = await admin.post(f"{API}/{set_id}/ready", json={})
    assert (response.status_code, response.json()["error"]["code"]) == (409, "set_empty")


async def test_long_lists_come_in_pages(admin: httpx.AsyncClient, database: Database) -> None:
    set_id = await begin(admin)
    async with database.writing() as session:
        session.add_all(
            StimulusFile(
                set_id=set_id, path=f"a/bear/{n}.png", category="bear", name=f"{n:03}", source_sha256=f"{n}",
                source_bytes=9, verdict="accepted" if n else "refused", sha256=f"{n}" if n else None,
                content_sha256=f"{n}", size_bytes=1_000_000 if n else 0, notes=[], facts={},
            )
            for n in range(120)
        )  # fmt: skip
    page = (await admin.get(f"{PAGES}/{set_id}?verdict=accepted")).text
    assert "Files 1 to 50 of 119" in page
    assert "verdict=accepted&amp;start=50" in page
    assert "Files 101 to 119 of 119" in (await admin.get(f"{PAGES}/{set_id}?verdict=accepted&start=100")).text
    assert "119 pictures in 1 category, 119.0 MB; 1 refused" in page
