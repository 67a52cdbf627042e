"""Corpora cut from recordings with word timings."""

from pathlib import Path

import numpy as np
import pytest

from synthesis.common.errors import UserError
from synthesis.process.progress import Uncounted
from synthesis.speech.corpus import read_manifest
from synthesis.speech.recordings import cut_corpus
from synthesis.speech.takes import SAMPLE_RATE_HZ, Takes
from synthesis.training.voices import read_spoken_words

soundfile = pytest.importorskip("soundfile", reason="recordings are read by soundfile (extra `corpus`)")
RATE_HZ = 16_000
WORDS = ("ability", "believe", "college", "daughter")
HEADER = "file,word,start_ms,end_ms,speaker\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A stereo recording of two tones of 0.3 s, 0.4 s apart, and silence."""
    time_s = np.arange(2 * RATE_HZ) / RATE_HZ
    tones = np.sin(2 * np.pi * np.where(time_s < 0.8, 400, 900) * time_s)
    loud = ((time_s > 0.3) & (time_s < 0.6)) | ((time_s > 1.0) & (time_s < 1.3))
    sound = 0.3 * tones * loud
    soundfile.write(tmp_path / "reading.flac", np.stack([sound, sound], 1), RATE_HZ)
    return tmp_path


def test_words_are_cut_where_the_table_says(folder: Path) -> None:
    table = "reading.flac,Believe,250,650,anna\nreading.flac,unheard,250,650,anna\n"
    (folder / "words.csv").write_text(f"{HEADER}{table}reading.flac,ability,950,1350,anna\n")
    out = folder / "corpus"
    manifest = cut_corpus(folder, WORDS, out, True, "CC BY 4.0", Uncounted())
    assert manifest == read_manifest(out)
    assert [(shard.voice, shard.words, shard.held_out) for shard in manifest.shards] == [("anna", 2, True)]
    takes = Takes.from_bytes((out / manifest.shards[0].file).read_bytes())
    assert takes.words.tolist() == [1, 0]
    for index, tone_hz in enumerate((400, 900)):
        take = takes.take(index)
        assert len(take) / SAMPLE_RATE_HZ == pytest.approx(0.3, abs=0.03)
        frequencies = np.fft.rfftfreq(len(take), 1 / SAMPLE_RATE_HZ)
        assert frequencies[np.abs(np.fft.rfft(take)).argmax()] == pytest.approx(tone_hz, abs=5)
    assert len(read_spoken_words([out], "test")) == 2
    with pytest.raises(UserError, match="holds a corpus already"):
        cut_corpus(folder, WORDS, out, True, "CC BY 4.0", Uncounted())


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("file,word\n", "words.csv:1: no column 'start_ms', 'end_ms'; there are file, word"),
        (HEADER, "has a header and no rows"),
        (f"{HEADER}reading.flac,believe,one,2,a\n", "words.csv:2: start_ms and end_ms must be numbers"),
        (f"{HEADER}reading.flac,believe,500,200,a\n", "words.csv:2: start_ms 500 and end_ms 200 must be in"),
        (f"{HEADER}absent.wav,believe,0,200,a\n", "words.csv:2: file: there is no 'absent.wav'"),
        (f"{HEADER}reading.flac,believe,9000,9200,a\n", "ends before 'believe' at 9000 ms"),
        (f"{HEADER}reading.flac,unheard,0,200,a\n", "none of the words that have times is in the vocabulary"),
        (f"{HEADER}nan.wav,believe,0,200,a\n", "has samples that are NaN or infinite"),
        (f"{HEADER}text.wav,believe,0,200,a\n", "cannot be read as sound"),
    ],
)
def test_a_bad_table_or_recording_is_one_line_and_writes_nothing(
    folder: Path, table: str, message: str
) -> None:
    if "nan.wav" in table:
        soundfile.write(folder / "nan.wav", np.full(8000, np.nan, np.float32), RATE_HZ, subtype="FLOAT")
        table += "reading.flac,ability,0,200,a\n"
    if "text.wav" in table:
        (folder / "text.wav").write_text("no sound")
        table += "reading.flac,ability,0,200,a\n"
    (folder / "words.csv").write_text(table)
    with pytest.raises(UserError, match=message):
        cut_corpus(folder, WORDS, folder / "corpus", False, "CC0", Uncounted())
    assert not (folder / "corpus" / "manifest.json").exists()
