"""What a participant's browser receives tells nothing of labels, conditions or files."""

import re
import shutil
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.core.bytes_cache import BytesCache
from app.db.session import Database
from app.db.tables import Bundle, PlannedTrial, Stimulus
from app.stimuli import service as stimuli
from app.stimuli.png import PIXEL_CHUNKS, chunk_names
from tests.database import rows_of
from tests.http import all_trials, answer_body, enter, new_client, put_answer

pytestmark = pytest.mark.anyio

PICTURE_HEADERS = {
    "content-type",
    "content-length",
    "cache-control",
    "content-security-policy",
    "referrer-policy",
    "x-content-type-options",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
}


async def revealing_words(database: Database) -> set[str]:
    """Names that stand for a picture, its condition or its file."""
    words = {"metamer", "spearman"}
    for stimulus in await rows_of(database, Stimulus):
        words |= {stimulus.natural_id, stimulus.blob_sha256, stimulus.condition, stimulus.category}
    for bundle in await rows_of(database, Bundle):
        words |= {bundle.path, bundle.digest, bundle.model}
    return words


async def test_trials_have_one_shape_that_tells_nothing(
    client: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    code = open_links["live"]
    await enter(client, code)
    digests: set[str] = set()
    for trial in await all_trials(client, code):
        index = trial.pop("index")
        assert trial.pop("phase") == ("practice" if index < 4 else "main")
        assert trial.pop("answered") is False
        digest = trial.pop("sha256")
        assert digest not in digests
        digests.add(digest)
        # An address of 128 random bits, and one of the eight masks by the trial's place.
        assert re.fullmatch(r"/stimuli/[\w-]{22}", trial.pop("stimulus"))
        assert trial.pop("told") == {"mask": f"/masks/{code}/{index % 8}"}
        assert trial == {}


async def test_pictures_carry_pixels_only(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["live"]
    await enter(client, code)
    words = await revealing_words(database)
    for trial in await all_trials(client, code):
        picture = await client.get(trial["stimulus"])
        assert set(picture.headers) == PICTURE_HEADERS
        assert picture.headers["cache-control"] == "private, max-age=86400, immutable, no-transform"
        headers = {name: value for name, value in picture.headers.items() if "policy" not in name}
        assert not [word for word in words for value in headers.values() if word in value]
        assert set(chunk_names(picture.content)) <= PIXEL_CHUNKS


async def test_pages_and_views_name_no_picture(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["live"]
    received = [await client.get(f"/s/{code}")]
    await enter(client, code)
    received += [await client.get(path) for path in (f"/run/{code}", f"/api/{code}/session", f"/end/{code}")]
    for index in range(6):  # those of practice tell their category, as feedback
        answered = await put_answer(client, code, index, answer_body())
        assert answered.status_code == 200
        received.append(answered)
    # The choices name all categories to everyone, and HTML has a <head>.
    categories = {stimulus.category for stimulus in await rows_of(database, Stimulus)}
    words = await revealing_words(database) - categories - {"head"}
    tokens = {planned.asset_token for planned in await rows_of(database, PlannedTrial)}
    for response in received:
        assert not [word for word in words | tokens if word in response.text], response.url


async def test_pictures_are_for_their_owner_only(app: FastAPI, open_links: dict[str, str]) -> None:
    code = open_links["live"]
    async with new_client(app) as owner, new_client(app) as other, new_client(app) as stranger:
        await enter(owner, code)
        await enter(other, code)
        image = (await all_trials(owner, code))[0]["stimulus"]
        assert (await owner.get(image)).status_code == 200
        for refused in (await other.get(image), await stranger.get(image)):
            assert refused.status_code == 404
            assert refused.json()["error"]["code"] == "no_such_stimulus"


async def test_a_picture_that_changed_on_disk_is_not_shown(
    client: httpx.AsyncClient,
    open_links: dict[str, str],
    database: Database,
    tiny_bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stimuli, "_presented", BytesCache(0))  # else a whole copy is shown, which is as good
    stimuli._digest.cache_clear()
    code = open_links["live"]
    moved = tmp_path / "moved"
    shutil.copytree(tiny_bundle, moved)
    async with database.writing() as session:
        bundle = await session.get_one(Bundle, 1)
        bundle.path = str(moved)
    await enter(client, code)
    image = (await all_trials(client, code))[0]["stimulus"]
    assert (await client.get(image)).status_code == 200
    for blob in (moved / "blobs").iterdir():
        blob.write_bytes(b"changed")
    stimuli._digest.cache_clear()
    assert {trial["sha256"] for trial in await all_trials(client, code)} == {None}
    broken = await client.get(image)
    assert broken.status_code == 500
    assert broken.json()["error"]["code"] == "stimulus_damaged"
    assert str(moved) not in broken.text
