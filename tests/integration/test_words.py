"""A study of words on the server: its vocabulary, its sounds, its answers."""

import re
from pathlib import Path

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from app.core.errors import Invalid
from app.db.session import Database
from app.db.tables import Bundle, PlannedTrial, Response, Stimulus, Study
from app.experiments import service
from app.stimuli import service as stimuli
from app.stimuli.wav import fault
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError
from tests.database import row_counts, rows_of
from tests.http import SOUND_TIMING, TIMING, all_trials, answer_body, enter, new_client, put_answer, word_body
from tests.integration.test_secrecy import PICTURE_HEADERS, revealing_words
from tests.support import SOUND, WORDS, build_tiny_bundle, study_yaml, wav, word_study_yaml

pytestmark = pytest.mark.anyio


@pytest.fixture
async def code(client: httpx.AsyncClient, word_links: dict[str, str]) -> str:
    """The link of a session that has begun."""
    await enter(client, word_links["live"])
    return word_links["live"]


async def word_of(database: Database, trial_index: int) -> str:
    planned = (await rows_of(database, PlannedTrial))[trial_index]
    return {row.id: row.category for row in await rows_of(database, Stimulus)}[planned.stimulus_id]


async def test_the_study_keeps_the_words_that_its_model_can_answer_with(
    word_links: dict[str, str], database: Database
) -> None:
    (study,) = await rows_of(database, Study)
    assert study.definition["vocabulary"] == list(WORDS)
    (bundle,) = await rows_of(database, Bundle)
    assert bundle.medium == "sound"
    assert {row.media_type for row in await rows_of(database, Stimulus)} == {"audio/wav"}


async def test_the_session_tells_the_whole_vocabulary_and_of_no_trial_what_it_is(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    response = await client.get(f"/api/{code}/session")
    view = response.json()
    assert view["task"] == {"kind": "words", "lead_ms": 50, "vocabulary": sorted(WORDS)}
    trials = await all_trials(client, code)
    assert {tuple(trial) for trial in trials} == {
        ("index", "phase", "stimulus", "sha256", "told", "answered")
    }
    assert all(trial["told"] == {} for trial in trials)
    hidden = await revealing_words(database) - {row.category for row in await rows_of(database, Stimulus)}
    page = await client.get(f"/run/{code}")
    shown = re.sub("</?head>|headphone_check", "", page.text)  # "head" is a layer
    for text in (response.text, shown):
        assert not [word for word in hidden if word in text]


async def test_sounds_are_wav_for_their_owner_only(
    app: FastAPI, client: httpx.AsyncClient, code: str, database: Database
) -> None:
    words = await revealing_words(database)
    for trial in await all_trials(client, code):
        sound = await client.get(trial["stimulus"])
        assert sound.headers["content-type"] == "audio/wav"
        assert sound.headers["cache-control"] == "private, max-age=86400, immutable, no-transform"
        assert set(sound.headers) == PICTURE_HEADERS
        headers = {name: value for name, value in sound.headers.items() if "policy" not in name}
        assert not [word for word in words for value in headers.values() if word in value]
        assert fault(sound.content, SOUND) is None
    async with new_client(app) as other:
        assert (await other.get(trial["stimulus"])).status_code == 404
        await enter(other, code)
        assert (await other.get(trial["stimulus"])).status_code == 404


async def test_a_word_is_judged_and_its_record_kept(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    right = await word_of(database, 0)
    wrong = "bat" if right != "bat" else "cat"
    told = (await put_answer(client, code, 0, word_body(wrong))).json()
    assert told["feedback"] == {"correct": False, "answer": right}
    for index in range(1, 4):
        assert (await put_answer(client, code, index, word_body())).status_code == 200
    body = word_body(await word_of(database, 4))
    for _again in range(2):
        assert (await put_answer(client, code, 4, body)).json()["feedback"] is None
    practice, *_others, main = await rows_of(database, Response)
    assert (practice.correct, main.correct) == (False, True)
    assert main.timing == {**SOUND_TIMING, "further": {}}
    assert (main.on_time, main.attended) == (True, True)


@pytest.mark.parametrize(
    ("change", "on_time"),
    [
        ({"late_ms": 3.0}, False),
        ({"interruptions": 1}, False),
        ({"context_state": "suspended"}, False),
        ({"late_ms": None}, None),
        ({"played_ms": None}, True),
    ],
)
async def test_a_sound_is_on_time_if_the_context_ran_and_it_was_not_late(
    client: httpx.AsyncClient, code: str, database: Database, change: dict[str, object], on_time: bool | None
) -> None:
    body = word_body(timing={**SOUND_TIMING, **change, "hidden": True})
    assert (await client.put(f"/api/{code}/trials/0", json=body)).status_code == 200
    (stored,) = await rows_of(database, Response)
    assert (stored.on_time, stored.attended) == (on_time, False)


@pytest.mark.parametrize(
    "change",
    [
        {"answer": "unicorn"},
        {"answer": "Bat"},
        {"answer": ""},
    ],
)
async def test_what_is_no_answer_to_a_sound_is_refused(
    client: httpx.AsyncClient, code: str, database: Database, change: dict[str, object]
) -> None:
    refused = await client.put(f"/api/{code}/trials/0", json=word_body(**change))  # type: ignore[arg-type]
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] in {"malformed", "unknown_answer"}
    assert await rows_of(database, Response) == []


@pytest.mark.parametrize(
    ("timing", "flags"),
    [
        (TIMING, ["record", "further"]),
        ({**SOUND_TIMING, "context_state": "loud"}, ["context_state"]),
        ({**SOUND_TIMING, "entry": {"text": "bat"}}, ["further"]),
        ({**SOUND_TIMING, "entry": {"how": "guessed"}}, ["entry.how"]),
        ({**SOUND_TIMING, "entry": "boom"}, ["entry"]),
        ({**SOUND_TIMING, "late_ms": -1}, ["late_ms"]),
        ({**SOUND_TIMING, "base_latency_ms": -0.001}, ["base_latency_ms"]),
        ({**SOUND_TIMING, "sample_rate_hz": 1}, ["sample_rate_hz"]),
    ],
)
async def test_an_odd_record_of_a_sound_is_no_reason_to_refuse_an_answer(
    client: httpx.AsyncClient, code: str, database: Database, timing: object, flags: list[str]
) -> None:
    taken = await client.put(f"/api/{code}/trials/0", json=word_body(timing=timing))
    assert taken.status_code == 200, taken.text
    (stored,) = await rows_of(database, Response)
    assert stored.flags == flags


async def test_the_record_of_a_sound_is_none_of_a_picture(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    await enter(client, open_links["live"])
    body = answer_body(timing=SOUND_TIMING)
    assert (await client.put(f"/api/{open_links['live']}/trials/0", json=body)).status_code == 200
    (stored,) = await rows_of(database, Response)
    assert (stored.on_time, stored.flags) == (None, ["record", "further"])


async def test_bad_studies_of_words_are_named_in_one_line(
    database: Database, sound_bundle: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    (tmp_path / "few.txt").write_text("\n".join(WORDS[1:]))
    cases = [
        (word_study_yaml(tiny_bundle), "preset: words-online is for sounds; the bundle holds pictures"),
        (study_yaml(sound_bundle), "preset: image16-online is for pictures; the bundle holds sounds"),
        (word_study_yaml(sound_bundle, vocabulary="few.txt"), "the bundle's word 'about' is not in the voc"),
    ]
    file = tmp_path / "study.yaml"
    for text, message in cases:
        file.write_text(text)
        with pytest.raises(Invalid, match=message) as error:
            service.check_study(file)
        assert "\n" not in str(error.value)
    assert set((await row_counts(database)).values()) == {0}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: wav(np.zeros(SOUND.samples - 1)), "the sound has 7999 samples, not the model's 8000"),
        (lambda: wav(np.zeros(2 * SOUND.samples), channels=2), "the sound has 2 channels"),
        (lambda: b"RIFF....OGGS", "the sound is not a WAV file"),
    ],
)
def test_sounds_that_must_not_be_served_are_refused(tmp_path: Path, make, message: str) -> None:  # type: ignore[no-untyped-def]
    bundle = build_tiny_bundle(tmp_path / "b", naturals=6, kind="sound")
    store = BundleStore(bundle)
    manifest = store.read_manifest()
    items = [manifest.items[0].model_copy(update={"blob": store.put_blob(make(), "audio/wav")})]
    store.write_manifest(manifest.model_copy(update={"items": [*items, *manifest.items[1:]]}))
    with pytest.raises(BundleError, match=message) as error:
        stimuli.verify_bundle(bundle)
    assert "\n" not in str(error.value)


def test_a_picture_among_sounds_is_refused(tmp_path: Path) -> None:
    bundle = build_tiny_bundle(tmp_path / "b", naturals=6, kind="sound")
    store = BundleStore(bundle)
    manifest = store.read_manifest()
    blob = store.put_blob(b"\x89PNG", "image/png")
    natural = manifest.naturals[0].model_copy(update={"blob": blob})
    store.write_manifest(manifest.model_copy(update={"naturals": [natural, *manifest.naturals[1:]]}))
    with pytest.raises(BundleError, match="is stored as image/png, not audio/wav"):
        stimuli.verify_bundle(bundle)
