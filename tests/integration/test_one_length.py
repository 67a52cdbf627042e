"""No header and no length tells one stimulus from another, whatever its condition."""

import io
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select

from app.db.session import Database
from app.db.tables import PlannedTrial, Stimulus
from app.experiments.service import check_study
from synthesis.bundle.manifest import NATURAL
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError
from tests import support
from tests.conftest import create_study
from tests.database import rows_of
from tests.http import all_trials, enter
from tests.support import build_tiny_bundle, study_yaml

pytestmark = pytest.mark.anyio


def best_threshold(natural: Iterable[float], metamer: Iterable[float]) -> float:
    """The largest proportion correct of any cut on a number, with both conditions weighing the same."""
    first, second = np.array(list(natural)), np.array(list(metamer))
    cuts = [*np.unique(np.concatenate([first, second])), np.inf]
    right = [((first < cut).mean() + (second >= cut).mean()) / 2 for cut in cuts]
    return float(max(max(share, 1 - share) for share in right))


async def conditions_by_address(database: Database) -> dict[str, Stimulus]:
    query = select(PlannedTrial.asset_token, Stimulus).join(Stimulus)
    async with database.reading() as session:
        return {f"/stimuli/{token}": stimulus for token, stimulus in await session.execute(query)}


async def fetched(client: httpx.AsyncClient, code: str) -> dict[str, httpx.Response]:
    await enter(client, code)
    addresses = [trial["stimulus"] for trial in await all_trials(client, code)]
    return {address: await client.get(address) for address in addresses}


def headers_of(response: httpx.Response) -> list[tuple[str, str]]:
    """All but the page's nonce, which is drawn anew for each response."""
    policy = "content-security-policy"
    return [(name, value) for name, value in response.headers.multi_items() if name not in {"date", policy}]


async def test_pictures_whose_sizes_tell_their_condition_are_served_as_one(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database, tiny_bundle: Path
) -> None:
    responses = await fetched(client, open_links["live"])
    stimuli = await conditions_by_address(database)
    store = BundleStore(tiny_bundle)
    natural = [address for address in responses if stimuli[address].condition == NATURAL]
    metamer = [address for address in responses if stimuli[address].condition != NATURAL]
    assert natural and metamer

    def stored(addresses: list[str]) -> list[float]:
        return [len(store.read_blob(stimuli[address].blob_sha256)) for address in addresses]

    def served(addresses: list[str]) -> list[float]:
        return [len(responses[address].content) for address in addresses]

    assert best_threshold(stored(natural), stored(metamer)) == 1
    assert best_threshold(served(natural), served(metamer)) == 0.5
    first, *others = responses.values()
    assert first.headers["content-length"] == str(len(first.content))
    assert not {"etag", "last-modified", "content-encoding", "accept-ranges"} & set(first.headers)
    for other in others:
        assert headers_of(other) == headers_of(first)
        # Up to the pixels: signature, header, length of the pixels' chunk, first block.
        assert other.content[:48] == first.content[:48]


async def test_the_pixels_are_those_that_were_certified(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database, tiny_bundle: Path
) -> None:
    stimuli_responses = await fetched(client, open_links["live"])
    stimuli = await conditions_by_address(database)
    for address, response in stimuli_responses.items():
        blob = BundleStore(tiny_bundle).read_blob(stimuli[address].blob_sha256)
        with Image.open(io.BytesIO(blob)) as certified, Image.open(io.BytesIO(response.content)) as shown:
            assert np.array_equal(np.asarray(certified), np.asarray(shown))


async def test_sounds_have_one_length_and_one_header(
    client: httpx.AsyncClient, word_links: dict[str, str]
) -> None:
    first, *others = (await fetched(client, word_links["live"])).values()
    for other in others:
        assert headers_of(other) == headers_of(first)
        assert len(other.content) == len(first.content)
        assert other.content[:44] == first.content[:44]


async def check_digests(client: httpx.AsyncClient, code: str, database: Database) -> None:
    """The plan tells the digest of the bytes that are sent, and no file's name."""
    await enter(client, code)
    window = await client.get(f"/api/{code}/trials?start=0&count=40")
    for trial in window.json()["trials"]:
        sent = (await client.get(trial["stimulus"])).content
        assert trial["sha256"] == b64encode(sha256(sent).digest()).decode()
    # A blob is named by its bytes' digest in hexadecimal, and sounds are sent as they are stored.
    for stimulus in (await conditions_by_address(database)).values():
        assert stimulus.blob_sha256 not in window.text


async def test_the_plan_tells_the_digest_of_each_picture_as_it_is_sent(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    await check_digests(client, open_links["live"], database)


async def test_catch_trials_have_digests_as_all_others_have(
    client: httpx.AsyncClient, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    file = tmp_path / "catch.yaml"
    steps = "steps: [instructions, practice, {kind: trials, catch: 4}]\n"
    file.write_text(study_yaml(tiny_bundle, name="catch", extra=steps))
    code = (await create_study(database, file, opened=True))["live"]
    await check_digests(client, code, database)
    assert sum(planned.phase == "catch" for planned in await rows_of(database, PlannedTrial)) == 4


async def test_the_plan_tells_the_digest_of_each_sound_as_it_is_sent(
    client: httpx.AsyncClient, word_links: dict[str, str], database: Database
) -> None:
    await check_digests(client, word_links["live"], database)


async def test_masks_have_one_length_and_one_header(
    client: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    masks = [await client.get(f"/masks/{open_links['live']}/{number}") for number in range(8)]
    assert len({(str(headers_of(mask)), len(mask.content), mask.content[:48]) for mask in masks}) == 1
    assert len({mask.content for mask in masks}) == 8


@pytest.mark.parametrize(
    ("mode", "size", "problem"),
    [
        ("RGB", (224, 200), "is 224 x 200 px, not the model's 224 x 224 px"),
        ("L", (224, 224), "is of 8 bits, grey, not of 8 bits, RGB"),
        ("I;16", (224, 224), "is of 16 bits, grey, not of 8 bits, RGB"),
    ],
)
async def test_a_bundle_whose_pictures_differ_in_kind_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, size: tuple[int, int], problem: str
) -> None:
    one = io.BytesIO()
    Image.new(mode, size).save(one, "png")
    tiny = support.KINDS["picture"]
    odd = support.TinyKind(
        tiny.media_type,
        tiny.input,
        tiny.rule,
        tiny.categories,
        lambda seed: one.getvalue() if seed == 7 else tiny.make(seed),
    )
    monkeypatch.setitem(support.KINDS, "picture", odd)
    file = tmp_path / "study.yaml"
    file.write_text(study_yaml(build_tiny_bundle(tmp_path / "bundle")))
    with pytest.raises(BundleError) as caught:
        check_study(file)
    assert f"the picture {problem}; write it again without that fault" in str(caught.value)
    assert "\n" not in str(caught.value)
