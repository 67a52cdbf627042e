"""Catch trials of words: clear single words of the study's own, over HTTP."""

from pathlib import Path

import httpx
import numpy as np
import pytest

from app.core.errors import Invalid
from app.db.session import Database
from app.db.tables import Response
from app.experiments.service import check_study
from tests.database import rows_of
from tests.http import all_trials, enter, put_answer, word_body
from tests.integration.test_courses import opened, truth
from tests.support import wav, word_study_yaml

pytestmark = pytest.mark.anyio


async def test_catch_trials_of_words_are_clear_single_words(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, sound_bundle: Path
) -> None:
    words = tmp_path / "clear"
    (words / "cat").mkdir(parents=True)
    tone = np.sin(np.arange(4_000) / 7).astype(np.float64)
    (words / "cat" / "first.wav").write_bytes(wav((tone * 9_000).astype(np.int16), rate_hz=16_000))
    (words / "don't.wav").write_bytes(wav((tone * 300).astype(np.int16)))
    steps = "steps:\n  trials: {catch: 2, catch_sounds: clear}\n"
    code = await opened(database, tmp_path, word_study_yaml(sound_bundle) + steps)
    await enter(client, code)
    plan, trials = await truth(database), await all_trials(client, code)
    assert sorted(category for phase, category in plan if phase == "catch") == ["cat", "don't"]
    sounds = [await client.get(trial["stimulus"]) for trial in trials]
    assert len({(len(sound.content), sound.content[:44]) for sound in sounds}) == 1
    for index, (_phase, word) in enumerate(plan):
        stored = await put_answer(client, code, index, word_body(word))
        assert stored.status_code == 200
    assert all(row.correct for row in await rows_of(database, Response))


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        (
            "{trials: {catch: 4}}",
            "catch: give catch_sounds: DIR with WAV files of clear words",
        ),
        ("{trials: {catch: 4, catch_sounds: empty}}", "holds no WAV file; give one of each word"),
        ("{trials: {catch: 4, catch_sounds: other}}", "'giraffe' is no word of the study's vocabulary"),
        ("{trials: {catch: 4, catch_sounds: long}}", "it is longer than a clip of 0.4 s; cut it"),
        ("{trials: {catch: 4, catch_sounds: silent}}", "it is silent; record the word again"),
        ("{trials: {catch: 4, catch_sounds: text}}", "it is no WAV file that can be read"),
    ],
)
def test_catch_sounds_that_cannot_be_are_one_line(
    tmp_path: Path, sound_bundle: Path, steps: str, problem: str
) -> None:
    sound = np.full(100, 500, dtype=np.int16)
    files = {
        "other/giraffe.wav": wav(sound),
        "long/cat.wav": wav(np.full(9_000, 5, dtype=np.int16)),
        "silent/cat.wav": wav(np.zeros(100, dtype=np.int16)),
        "text/cat.wav": b"cat",
    }
    (tmp_path / "empty").mkdir()
    for name, data in files.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(data)
    file = tmp_path / "study.yaml"
    file.write_text(word_study_yaml(sound_bundle) + f"steps: {steps}\n")
    with pytest.raises(Invalid) as refused:
        check_study(file)
    assert problem in str(refused.value) and len(str(refused.value).splitlines()) == 1
