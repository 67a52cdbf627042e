"""The study's words: read from a file, checked, written as the bundle writes them."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.experiments.schemas import StudyDefinition
from app.tasks.words.vocabulary import fitted, read_words, word_key
from synthesis.common.errors import SpecError, UserError
from synthesis.common.yaml_file import load_yaml
from tests.support import study_yaml, word_study_yaml

# tests/js/words.test.js reads the same table.
CASES = json.loads(Path(__file__).with_name("word_keys.json").read_text(encoding="utf-8"))
FILE = "bat\n\n  cat \r\ndon\u2019t\nact\n"


def load(folder: Path, text: str, words: str = FILE) -> StudyDefinition:
    (folder / "words.txt").write_text(words, encoding="utf-8")
    (folder / "study.yaml").write_text(text)
    return load_yaml(folder / "study.yaml", StudyDefinition)


def words_of(folder: Path, text: str) -> list[str]:
    path = folder / "words.txt"
    path.write_bytes(text.encode())
    return read_words(path, path.name)


def test_a_file_has_one_word_per_line(tmp_path: Path) -> None:
    assert words_of(tmp_path, FILE) == ["bat", "cat", "don\u2019t", "act"]
    assert words_of(tmp_path, "\ufeff" + FILE)[0] == "bat"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_words_have_the_keys_of_the_table_that_the_page_is_tested_with_too(case: dict[str, Any]) -> None:
    assert {word_key(spelling) for spelling in case["spellings"]} == {case["key"]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bat\ncat\nact\nBat\n", r"words.txt:4: 'Bat' is there already \(words.txt:1\); keep one"),
        ("don't\ncat\n\ndon\u2019t\n", r"words.txt:4: 'don\u2019t' is there already \(words.txt:1\)"),
        ("bat\ncat\nact\n", "3 words are too few to choose among; give 4 or more"),
        ("", "0 words are too few"),
        ("bat\nNA\nact", "words.txt:2: 'NA' stands for no answer in all data; leave it out"),
        ("bat,1\ncat,2\nact,3\n", "words.txt:1: 'bat,1' is no word; give one word per line"),
        ("bat\n" + "x" * 65 + "\nact", "words.txt:2: 'x+' is no word"),
        ("bat\nc\x07t\nact", "words.txt:2: .* is no word"),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        words_of(tmp_path, text)


def test_the_words_are_written_as_the_bundle_writes_them() -> None:
    assert fitted(["Bat", "cat", "don\u2019t"], ["bat", "don't"]) == ["bat", "cat", "don't"]
    with pytest.raises(ValueError, match="the bundle's word 'dog' and 1 more is not in the vocabulary"):
        fitted(["bat", "cat", "act"], ["bat", "dog", "elk"])


def test_a_study_holds_the_words_of_its_file(tmp_path: Path) -> None:
    study = load(tmp_path, word_study_yaml("b", vocabulary="words.txt"))
    assert study.vocabulary == ["bat", "cat", "don\u2019t", "act"]
    assert StudyDefinition.model_validate(study.model_dump(mode="json")) == study
    assert load(tmp_path, word_study_yaml("b", vocabulary="[bat, cat, act, elk]")).vocabulary == [
        "bat",
        "cat",
        "act",
        "elk",
    ]
    assert load(tmp_path, word_study_yaml("b")).vocabulary is None


@pytest.mark.parametrize(
    ("text", "words", "message"),
    [
        (
            word_study_yaml("b", vocabulary="no.txt"),
            FILE,
            r"study.yaml:10: vocabulary: no.txt: cannot be read",
        ),
        (
            word_study_yaml("b", vocabulary="words.txt"),
            "a\nb\na\n",
            r"study.yaml:10: vocabulary: words.txt:3: 'a'",
        ),
        (
            word_study_yaml("b", vocabulary="[a, b, a]"),
            "",
            r"study.yaml:10: vocabulary: word 3: 'a' is there",
        ),
        (
            study_yaml("b", vocabulary="words.txt"),
            FILE,
            "vocabulary: the preset image16-online asks for no words",
        ),
    ],
)
def test_mistakes_in_a_study_are_one_line(tmp_path: Path, text: str, words: str, message: str) -> None:
    with pytest.raises(SpecError, match=message) as error:
        load(tmp_path, text, words)
    assert "\n" not in str(error.value)
