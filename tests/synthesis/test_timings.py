"""Word timings of recordings: a table, or a TextGrid or JSON beside each."""

import json
from pathlib import Path

import pytest

from synthesis.common.errors import UserError
from synthesis.speech.timings import read_timings
from tests.synthesis.readings import write_reading

TABLE = "file,word,start_ms,end_ms\n"


def textgrid(words: list[tuple[str, float, float]], end: float) -> str:
    """Two tiers in Praat's long format, of which the second has the words."""
    marks = "".join(
        f'intervals [{number}]:\n xmin = {start}\n xmax = {stop}\n text = "{word}"\n'
        for number, (word, start, stop) in enumerate(words, 1)
    )
    return (
        f'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0\nxmax = {end}\ntiers? <exists>\n'
        f'size = 2\nitem []:\n item [1]:\n class = "TextTier"\n name = "notes"\n xmin = 0\n xmax = {end}\n'
        f'points: size = 1\npoints [1]:\n number = 1.5\n mark = "said ""so"""\n'
        f'item [2]:\n class = "IntervalTier"\n name = "Words"\n xmin = 0\n xmax = {end}\n'
        f"intervals: size = {len(words)}\n{marks}"
    )


def test_timings_beside_the_recordings_are_read(tmp_path: Path) -> None:
    words = write_reading(tmp_path, "anna/one.wav", 0, 5)
    (tmp_path / "anna" / "one.TextGrid").write_text(textgrid([("", 0, 0.5), *words], 5))
    write_reading(tmp_path, "anna/two.wav", 0, 5)
    short = ['"ooTextFile"', '"TextGrid"', 0, 5, "<exists>", 1]
    tier = ['"IntervalTier"', '"any"', 0, 5, 1, 0.5, 1.25, '"College"']
    (tmp_path / "anna" / "two.TextGrid").write_text("\n".join(map(str, [*short, *tier])))
    write_reading(tmp_path, "three.wav", 0, 5)
    whisper = {"segments": [{"words": [{"word": " Believe", "start": 1.0, "end": 1.5}, {"word": "lost"}]}]}
    (tmp_path / "three.json").write_text(json.dumps(whisper))
    found = [(word.speaker, word.word, word.start_ms, word.end_ms) for word in read_timings(tmp_path)]
    of_table = [("anna", word, 1000 * start, 1000 * end) for word, start, end in words]
    assert found == [*of_table, ("anna", "college", 500, 1250), ("three", "believe", 1000, 1500)]


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (None, "", "one.wav: has no word timings: put one.TextGrid or one.json beside it, or words.csv"),
        ("one.TextGrid", "nothing", "one.TextGrid: is not a TextGrid in Praat's text format"),
        ("one.json", '[{"word": "a"}, 3]', "one.json: is not JSON with words"),
        ("one.json", '[{"word": "a", "start": 2, "end": 1}]', "one.json: 'a': start_ms 2000 and end_ms 1000"),
        (
            "words.csv",
            f"{TABLE}two.wav,a,0,1\n",
            r"one.wav: no word of it is in .*words.csv",
        ),
    ],
)
def test_a_recording_without_timings_is_one_line(
    tmp_path: Path, file: str | None, text: str, message: str
) -> None:
    write_reading(tmp_path, "one.wav", 0, 2)
    if file == "words.csv":
        write_reading(tmp_path, "two.wav", 0, 2)
    if file:
        (tmp_path / file).write_text(text)
    with pytest.raises(UserError, match=message):
        read_timings(tmp_path)
