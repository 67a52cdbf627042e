"""Uploads that are too large, too many, broken off, hostile, or meet a full disk: nothing of them is kept."""

import hashlib
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from markupsafe import escape

from app.core.config import Settings
from app.db.session import Database
from app.db.tables import StimulusFile, StimulusSet
from app.stimulus_sets import storage
from app.web.body_limit import BODY_LIMIT_BYTES
from tests.accounts import sign_in
from tests.database import rows_of
from tests.integration.test_bodies import answer_to, send_until_cut
from tests.serving import Served
from tests.uploads import API, PAGES, archive, begin, files_below, picture, send, send_archive

pytestmark = pytest.mark.anyio
MB = 1_000_000


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        database_url=database_url,
        spec_folder=tmp_path / "specs",
        rate_limits=False,
        upload_file_mb=1,
        upload_archive_mb=2,
        upload_set_mb=3,
        upload_files=5,
        body_timeout_seconds=2,
    )


@pytest.fixture
def folder(settings: Settings) -> Path:
    return settings.spec_folder / "sets"


@pytest.fixture
async def admin(client: httpx.AsyncClient, database: Database) -> httpx.AsyncClient:
    return await sign_in(client, database)


def error_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


async def test_a_file_of_50_mb_is_cut_at_the_limit(
    admin: httpx.AsyncClient, database: Database, folder: Path
) -> None:
    set_id = await begin(admin)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(50):
            sent += MB
            yield bytes(MB)

    address = f"{API}/{set_id}/files?path=a/bear/1.png"
    response = await admin.put(address, content=endless())
    assert error_of(response) == (413, "too_large")
    assert "has more than 1 MB" in response.json()["error"]["message"]
    assert response.headers["connection"] == "close"
    assert sent <= 3 * MB, "the rest is not read"
    assert await rows_of(database, StimulusFile) == []
    assert files_below(folder) == []


async def test_no_other_address_takes_large_bodies(admin: httpx.AsyncClient) -> None:
    set_id = await begin(admin)
    large = b" " * (BODY_LIMIT_BYTES + 1)
    for method, path in (
        ("POST", f"{API}/{set_id}/files"),
        ("PUT", f"{API}/{set_id}/ready"),
        ("PUT", f"{API}/{set_id}/files/more"),
        ("PUT", f"/x{API}/{set_id}/files"),
        ("POST", f"{API}/{set_id}/archive/next"),
    ):
        assert (await admin.request(method, path, content=large)).status_code == 413, path


async def test_an_upload_that_breaks_off_leaves_nothing(
    admin: httpx.AsyncClient, database: Database, folder: Path
) -> None:
    set_id = await begin(admin)

    async def breaking() -> AsyncIterator[bytes]:
        yield picture(1)[:1000]
        raise ConnectionError("the line broke")

    response = await admin.put(f"{API}/{set_id}/files?path=a/bear/1.png", content=breaking())
    assert response.status_code == 500
    assert await rows_of(database, StimulusFile) == []
    assert files_below(folder) == []


async def test_other_bytes_than_were_sent_are_not_taken(admin: httpx.AsyncClient, folder: Path) -> None:
    set_id = await begin(admin)
    digest = hashlib.sha256(picture(1)).hexdigest()
    assert error_of(await send(admin, set_id, "a/bear/1.png", picture(2), digest)) == (422, "digest_differs")
    assert files_below(folder) == []
    bad = await admin.put(f"{API}/{set_id}/files?path=a/b/1.png", headers={"X-SHA256": "zz"}, content=b"")
    assert bad.status_code == 422


@pytest.mark.parametrize(
    "path", ["../../../etc/passwd.png", "/etc/x.png", "a/../../x.png", "a\\x.png", "a/\x00.png"]
)
async def test_paths_that_lead_out_are_refused_and_nothing_is_written(
    admin: httpx.AsyncClient, database: Database, tmp_path: Path, path: str
) -> None:
    set_id = await begin(admin)
    before = files_below(tmp_path)
    response = await send(admin, set_id, path, picture(1))
    assert response.status_code in (404, 422) or response.json()["verdict"] == "refused"
    assert [row.sha256 for row in await rows_of(database, StimulusFile) if row.sha256] == []
    assert [name for name in files_below(tmp_path) if ".db" not in name] == [
        name for name in before if ".db" not in name
    ]


async def test_html_in_names_is_text(admin: httpx.AsyncClient, folder: Path) -> None:
    set_id = await begin(admin)
    path = '<img src=x onerror="alert(1)">/"><script>alert(2)<b>.png'.replace("</", "<")
    assert (await send(admin, set_id, f"top/{path}", picture(1))).json()["verdict"] == "accepted"
    page = (await admin.get(f"{PAGES}/{set_id}")).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert str(escape(path)) in page
    assert (await admin.post(f"{PAGES}/{set_id}/ready")).status_code == 303
    assert files_below(folder / "mine") == [path]
    named = await admin.post(PAGES, data={"name": "<b>x</b>", "medium": "picture", "grouping": "folder"})
    assert named.status_code == 422
    assert "<b>x</b>" not in named.text


async def test_the_set_takes_only_so_many_files(admin: httpx.AsyncClient, database: Database) -> None:
    set_id = await begin(admin)
    for number in range(5):
        await send(admin, set_id, f"a/bear/{number}.png", picture(number, side_px=24))
    response = await send(admin, set_id, "a/bear/5.png", picture(5, side_px=24))
    assert error_of(response) == (409, "set_full")
    assert len(await rows_of(database, StimulusFile)) == 5
    many = archive({f"a/bear/{n}.png": b"" for n in range(10_000)})
    refused = await send_archive(admin, await begin(admin, "many"), many)
    assert refused.json()["error"]["message"].startswith("the archive has more than 5 files")


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ({"a/bear/x.png": bytes(100 * MB)}, 422),
        ({"../x.png": b"x"}, 422),
        ({"a/inner.zip": archive({"a": b"x"})}, 422),
        ({f"a/b/{n}.png": bytes(MB) for n in range(3)}, 413),
    ],
    ids=["bomb", "path", "nested", "large"],
)
async def test_bad_archives_leave_nothing(
    admin: httpx.AsyncClient, database: Database, folder: Path, files: dict[str, bytes], status: int
) -> None:
    set_id = await begin(admin)
    how = zipfile.ZIP_STORED if status == 413 else zipfile.ZIP_DEFLATED
    assert (await send_archive(admin, set_id, archive(files, how))).status_code == status
    assert await rows_of(database, StimulusFile) == []
    assert files_below(folder) == []


async def test_of_two_sets_with_one_name_begun_at_once_there_is_one(
    admin: httpx.AsyncClient, database: Database
) -> None:
    statuses = []

    async def create() -> None:
        statuses.append((await admin.post(API, json={"name": "mine", "medium": "picture"})).status_code)

    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(create)
    assert sorted(statuses) == [200, 409, 409, 409]
    assert len(await rows_of(database, StimulusSet)) == 1


async def test_of_two_files_with_one_path_sent_at_once_there_is_one(
    admin: httpx.AsyncClient, database: Database
) -> None:
    set_id = await begin(admin)
    statuses = []

    async def put(seed: int) -> None:
        statuses.append((await send(admin, set_id, "a/bear/1.png", picture(seed))).status_code)

    async with anyio.create_task_group() as group:
        for seed in range(3):
            group.start_soon(put, seed)
    assert sorted(statuses) == [200, 409, 409]
    assert len(await rows_of(database, StimulusFile)) == 1


async def test_a_full_disk_is_told_and_what_was_finished_stays(
    admin: httpx.AsyncClient, database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_id = await begin(admin)
    await send(admin, set_id, "a/bear/1.png", picture(1))

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "flush", full)
        response = await send(admin, set_id, "a/bear/2.png", picture(2))
    assert error_of(response) == (409, "disk_full")
    assert "No space left on device" in response.json()["error"]["message"]
    assert len(await rows_of(database, StimulusFile)) == 1
    with monkeypatch.context() as patch:
        patch.setattr(storage.os, "link", full)
        patch.setattr(storage.shutil, "copyfile", full)
        assert error_of(await admin.post(f"{API}/{set_id}/ready", json={})) == (409, "disk_full")
    assert not (folder / "mine").exists()
    assert (await rows_of(database, StimulusSet))[0].state == "open"
    assert (await send(admin, set_id, "a/bear/2.png", picture(2))).status_code == 200
    assert (await admin.post(f"{API}/{set_id}/ready", json={})).status_code == 200
    assert files_below(folder / "mine") == ["bear/1.png", "bear/2.png"]


async def test_strangers_send_nothing(client: httpx.AsyncClient, folder: Path) -> None:
    assert error_of(await client.put(f"{API}/1/files?path=a/b.png", content=b"x" * MB)) == (401, "no_session")
    assert not folder.exists()


async def test_other_sites_send_nothing(admin: httpx.AsyncClient) -> None:
    set_id = await begin(admin)
    headers = {"Sec-Fetch-Site": "cross-site"}
    response = await admin.put(f"{API}/{set_id}/files?path=a/b/1.png", content=b"x", headers=headers)
    assert error_of(response) == (403, "cross_site")


async def test_an_upload_that_does_not_go_on_is_given_up(
    admin: httpx.AsyncClient, database: Database, folder: Path
) -> None:
    set_id = await begin(admin)

    async def stuck() -> AsyncIterator[bytes]:
        yield picture(1)[:1000]
        await anyio.sleep(30)

    response = await admin.put(f"{API}/{set_id}/files?path=a/bear/1.png", content=stuck())
    assert error_of(response) == (408, "too_slow")
    assert await rows_of(database, StimulusFile) == []
    assert files_below(folder) == []


def test_a_large_upload_of_a_stranger_is_cut_and_never_held_in_memory(served: Served) -> None:
    before_kib = served.peak_memory_kib()
    head = b"PUT /admin/api/stimuli/1/files?path=a/b.png HTTP/1.1\r\nHost: localhost\r\n"
    with served.connect() as connection:
        connection.sendall(head + b"Content-Length: 125829120\r\n\r\n")
        sent = send_until_cut(connection, bytes(0x10000), 120 * 2**20)
        answer = answer_to(connection)
    assert not answer or answer.startswith(b"HTTP/1.1 401")
    assert sent < 120 * 2**20
    assert served.peak_memory_kib() - before_kib < 16 * 1024
