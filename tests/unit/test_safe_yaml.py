"""YAML from anybody: what grows, nests, repeats or shows nothing is refused in one line with its number."""

from pathlib import Path

import pytest

from app.experiments.schemas import StudyDefinition
from synthesis.common.errors import SpecError
from synthesis.common.safe_yaml import DEPTH_LIMIT, SIZE_LIMIT, parse
from synthesis.common.yaml_file import PROBLEMS_SHOWN, load_yaml
from tests.support import study_yaml

# Less than a kilobyte that a plain loader would turn into 9^12 merges.
BOMB = "a0: &a0 {x: 1}\n" + "".join(
    f"a{level}: &a{level}\n  <<: [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 13)
)


def refusal(text: str) -> str:
    with pytest.raises(SpecError) as error:
        parse(text, "f.yaml")
    (line,) = str(error.value).splitlines()
    return line


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (BOMB, "f.yaml:3: not valid YAML: the alias *a0 is not taken; write the value out"),
        ("a: &x [1]\nb: *x\n", "f.yaml:2: not valid YAML: the alias *x is not taken"),
        ("a: 1\n<<: {b: 2}\n", "f.yaml:2: not valid YAML: the merge key << is not taken"),
        ("[" * 20_000, "f.yaml:1: not valid YAML: nests deeper than 20 levels"),
        ("{a: " * 20_000, "f.yaml:1: not valid YAML: nests deeper than 20 levels"),
        ("- " * 20_000, "f.yaml:1: not valid YAML: nests deeper than 20 levels"),
        ("".join(" " * depth + "a:\n" for depth in range(190)), "f.yaml:20: not valid YAML: nests deeper"),
        ("a: " + "x" * SIZE_LIMIT, "f.yaml: has 200,003 characters; at most 200,000 are read"),
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3: not valid YAML: the key 'a' of line 1 is there again"),
        ('a:\n  b: 1\n  "b": 1\n', "f.yaml:3: not valid YAML: the key 'b' of line 2 is there again"),
        ("? [a]\n: 1\n", "f.yaml:1: not valid YAML: a key must be a text"),
        ("yes: 1\n", "f.yaml:1: not valid YAML: the key yes is no text; put it in quotes"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2: not valid YAML: but found another document"),
        ("a: \0", "f.yaml: not valid YAML: unacceptable character #x0000"),
        ("a: 2020-99-99", "f.yaml:1: not valid YAML: '2020-99-99' is no timestamp"),
        ("a: " + "9" * 5_000, "is no int"),
        ("a: !!int ''", "f.yaml:1: not valid YAML"),
        ("a: !!python/object:os.system x", "could not determine a constructor for the tag"),
        ("a: ' \t'", "f.yaml:1: not valid YAML: a blank text; write one"),
        ('a: [b, "\\u200b\\u00a0"]', "f.yaml:1: not valid YAML: a blank text; write one"),
    ],
)
def test_what_is_refused_is_named_in_one_line(text: str, problem: str) -> None:
    assert problem in refusal(text)


def test_what_is_within_the_bounds_is_read() -> None:
    depth = DEPTH_LIMIT - 1
    assert parse("a: &x 1\nb: [yes, 2020-01-01, ~]\n", "f").content["a"] == 1
    assert parse("[" * depth + "1" + "]" * depth, "f").content
    assert parse("", "f").content is None


def study_refusal(folder: Path, text: str) -> str:
    (folder / "study.yaml").write_text(text)
    with pytest.raises(SpecError) as error:
        load_yaml(folder / "study.yaml", StudyDefinition)
    (line,) = str(error.value).splitlines()
    return line


@pytest.mark.parametrize(
    ("extra", "problem"),
    [
        ("completion_code: 12345678\n", ':14: completion_code: Input should be a valid string; YAML reads '
         '12345678 as a number: put it in quotes, "12345678"'),
        ("vocabulary: [cat, dog, yes, no]\n", ':14: vocabulary.2: Input should be a valid string; YAML reads '
         'yes as true or false: put it in quotes, "yes"'),
        ("completion_message: 2026-01-31\n", 'reads 2026-01-31 as a date: put it in quotes, "2026-01-31"'),
        ("instructions: null\ncompletion_code: null\n", 'YAML reads null as nothing: put it in quotes'),
        ("completion_code: A1\ncompletion_code: B2\n", ":15: not valid YAML: the key 'completion_code' of "
         "line 14 is there again"),
        ("title: Again\n", ":14: not valid YAML: the key 'title' of line 2 is there again"),
        ("completion_message: '  '\n", ":14: not valid YAML: a blank text"),
        ("instructions: |\n\n   \n", ":14: not valid YAML: a blank text"),
    ],
)  # fmt: skip
def test_a_study_file_says_what_to_do(tmp_path: Path, extra: str, problem: str) -> None:
    assert problem in study_refusal(tmp_path, study_yaml("b", extra=extra))


@pytest.mark.parametrize("title", ['"   "', "'\t'", '"\\u2003\\u200b"', '""'])
def test_a_blank_title_is_refused(tmp_path: Path, title: str) -> None:
    assert "study.yaml:2: not valid YAML: a blank text" in study_refusal(
        tmp_path, study_yaml("b", title=title)
    )


def test_a_blank_consent_is_refused(tmp_path: Path) -> None:
    text = study_yaml("b").split("consent:")[0] + 'consent: "\\n \\n"\n'
    assert "study.yaml:10: not valid YAML: a blank text" in study_refusal(tmp_path, text)


def test_an_endless_list_of_problems_is_cut(tmp_path: Path) -> None:
    text = "".join(f"unknown{number}: 1\n" for number in range(500))
    (tmp_path / "study.yaml").write_text(text)
    with pytest.raises(SpecError) as error:
        load_yaml(tmp_path / "study.yaml", StudyDefinition)
    assert len(error.value.problems) == PROBLEMS_SHOWN + 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_says_how_a_file_is_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "study.yaml").write_text(study_yaml("b", title="Bögen"), encoding=encoding)
    assert load_yaml(tmp_path / "study.yaml", StudyDefinition).title == "Bögen"


def test_another_encoding_and_a_huge_file_are_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(study_yaml("b", title="Bögen"), encoding="cp1252")
    with pytest.raises(SpecError, match=r"study.yaml:2: .*not UTF-8.*Windows-1252 \(cp1252\).*iconv"):
        load_yaml(tmp_path / "study.yaml", StudyDefinition)
    (tmp_path / "study.yaml").write_bytes(b"#" * (SIZE_LIMIT + 1))
    with pytest.raises(SpecError, match="is larger than 200,000 bytes"):
        load_yaml(tmp_path / "study.yaml", StudyDefinition)
