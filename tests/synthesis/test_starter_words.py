"""The starter clips of the word experiment."""

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from synthesis.common.errors import UserError
from synthesis.process.progress import Uncounted
from synthesis.starter.words import make_words, plan_clips
from synthesis.vocabulary.words import default_vocabulary

pytest.importorskip("hibari", reason="the starter clips are spoken by hibari-tts, which is not installed")


def test_clips_are_two_seconds_of_speech_and_made_once(tmp_path: Path) -> None:
    plan = plan_clips(seed=0, words=2, null=1)
    assert [clip.path.parts[0] for clip in plan] == ["stimuli", "stimuli", "null"]
    assert make_words(tmp_path, plan, Uncounted()) == 3
    data = (tmp_path / plan[0].path).read_bytes()
    assert len(data) == 44 + 2 * 40_000
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (1, 20_000, 40_000)
        samples = np.frombuffer(file.readframes(40_000), "<i2") / 32767
    assert np.sqrt(np.mean(samples**2)) == pytest.approx(0.1, rel=0.02)
    (tmp_path / plan[0].path).unlink()
    assert make_words(tmp_path, plan, Uncounted()) == 1
    assert (tmp_path / plan[0].path).read_bytes() == data


def test_a_larger_plan_begins_with_the_words_of_a_smaller_one() -> None:
    few, many = plan_clips(0, 5, 0), plan_clips(0, 9, 20)
    assert [clip.word for clip in few] == [clip.word for clip in many[:5]]
    assert len({clip.word for clip in many}) == 29
    assert {clip.word for clip in many} <= set(default_vocabulary())
    with pytest.raises(UserError, match="the vocabulary has 587 words"):
        plan_clips(0, 500, 100)
