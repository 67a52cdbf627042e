"""Recordings of noise with made-up word timings, for tests of running speech."""

from pathlib import Path

import numpy as np
import soundfile

from synthesis.speech.takes import SAMPLE_RATE_HZ

WORDS = ("ability", "believe", "college", "daughter", "economic")


def write_reading(folder: Path, file: str, seed: int, seconds: float = 40) -> list[tuple[str, float, float]]:
    """Write noise; (word, start, end in s) of words of 0.4 s, one in each second but the last."""
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = 0.1 * np.random.default_rng(seed).standard_normal(round(seconds * SAMPLE_RATE_HZ))
    soundfile.write(path, noise, SAMPLE_RATE_HZ, subtype="FLOAT")
    return [(WORDS[at % 5], at + 0.5, at + 0.9) for at in range(int(seconds) - 1)]


def write_readings(folder: Path, speakers: tuple[str, ...]) -> Path:
    """A folder with a recording of each speaker, and words.csv."""
    rows = ["file,word,start_ms,end_ms,speaker"]
    for number, speaker in enumerate(speakers):
        for word, start, end in write_reading(folder, f"{speaker}.wav", number):
            rows.append(f"{speaker}.wav,{word},{1000 * start},{1000 * end},{speaker}")
    (folder / "words.csv").write_text("\n".join(rows))
    return folder
