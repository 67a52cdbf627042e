"""Catalogues of languages: what is said of numbers, and which language a browser gets."""

import pytest

from app.core.languages import Catalogue, catalogue, preferred


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("fr, DE;q=0.8, en;q=0.9", "en"),
        ("fr-CH, fr;q=0.9", "en"),
        ("*", "en"),
        ("de;q=0, en;q=0.1", "en"),
        ("de;q=0", "en"),
        ("en, de", "en"),
        ("de, en", "de"),
        ("de;q=0.50 , en;q=0.6", "en"),
        ("de;q=high", "en"),
        ("de;q=2", "en"),
        (",;,de;;q=1,\0", "en"),
        ("../../en", "en"),
    ],
)
def test_the_browsers_header_decides_between_the_languages_that_there_are(header: str, language: str) -> None:
    assert preferred(header) == language


@pytest.mark.parametrize(
    ("language", "key", "texts"),
    [
        ("en", "landing-minutes", {1: "about 1 minute", 2: "about 2 minutes"}),
        ("de", "landing-minutes", {1: "etwa 1 Minute", 2: "etwa 2 Minuten", 1000: "etwa 1.000 Minuten"}),
    ],
)
def test_numbers_have_the_right_plural(language: str, key: str, texts: dict[int, str]) -> None:
    assert {minutes: catalogue(language)(key, minutes=minutes) for minutes in texts} == texts


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("en", ("Nothing was lost.", "1 answer is saved", "2 answers are saved")),
        (
            "de",
            ("Es ist nichts verloren gegangen.", "1 Antwort ist gespeichert", "2 Antworten sind gespeichert"),
        ),
    ],
)
def test_no_one_and_several_answers(language: str, lines: tuple[str, ...]) -> None:
    said = [catalogue(language)("welcome-back-saved", answered=number) for number in range(3)]
    assert all(text.startswith(line) for text, line in zip(said, lines, strict=True))


def test_blank_lines_part_paragraphs_and_other_breaks_are_spaces() -> None:
    say = Catalogue("en", "told =\n    One line\n    and more.\n\n    Then { $what }.\n")
    assert say.paragraphs("told", what="<b>") == ("One line and more.", "Then <b>.")
    assert say("told", what="x") == "One line and more. Then x."


def test_an_unknown_key_and_a_missing_value_are_errors() -> None:
    say = Catalogue("en", "told = { $what }\n")
    assert "told" in say and "other" not in say
    with pytest.raises(LookupError, match="no text 'other'"):
        say("other")
    with pytest.raises(LookupError, match="what"):
        say("told")
