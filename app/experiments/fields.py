"""The types of a study file's fields, with what can be wrong in them; pure."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from app.core.languages import BROWSER, languages
from app.tasks.registry import preset_names
from app.tasks.words.vocabulary import checked, read_words


def _known_preset(name: str) -> str:
    if name not in preset_names():
        raise ValueError(f"no preset {name!r}; known presets: {', '.join(preset_names())}")
    return name


def _known_language(language: str) -> str:
    if language not in (*languages(), BROWSER):
        raise ValueError(f"no language {language!r}; there are: {', '.join(languages())}, {BROWSER}")
    return language


def _https_address(address: str) -> str:
    """An address on the web, with {code} where the completion code goes, that a button may lead to."""
    filled = address.replace("{code}", "CODE")
    parts = urlsplit(filled)
    if parts.scheme != "https" or not parts.hostname or parts.username is not None:
        raise ValueError("give an address that begins with https:// and a host, without a user's name")
    if any(letter.isspace() or not letter.isprintable() or letter in '{}"<>\\' for letter in filled):
        raise ValueError("an address holds no blanks, quotes or braces but those of {code}")
    return address


def _one_word_is_a_list(layers: Any) -> Any:
    return [layers] if isinstance(layers, str) else layers


def _each_once(layers: list[str]) -> list[str]:
    if len(set(layers)) != len(layers):
        raise ValueError("a layer is named twice")
    return layers


def _read_words(given: Any, info: ValidationInfo) -> Any:
    """A file's words instead of its name, which is meant from the folder of the study file."""
    if not isinstance(given, str):
        return given
    return read_words(Path((info.context or {}).get("folder", "."), given), given)


def _each_a_word(words: list[str]) -> list[str]:
    return checked((f"word {number}", word) for number, word in enumerate(words, start=1))


# In degrees of visual angle; true is no number.
Angle = Annotated[float, Field(strict=True, allow_inf_nan=False)]
PresetName = Annotated[str, AfterValidator(_known_preset)]
LanguageName = Annotated[str, AfterValidator(_known_language)]
HttpsAddress = Annotated[
    str, Field(max_length=2_000, json_schema_extra={"format": "uri"}), AfterValidator(_https_address)
]
Vocabulary = Annotated[list[str], BeforeValidator(_read_words), AfterValidator(_each_a_word)]
Layers = Annotated[
    list[str],
    BeforeValidator(_one_word_is_a_list),
    AfterValidator(_each_once),
    Field(min_length=1),
]
NetworkName = Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$")]


def paragraphs(text: str) -> tuple[str, ...]:
    """Text cut at blank lines; line breaks within a paragraph become spaces."""
    parts = (" ".join(part.split()) for part in text.split("\n\n"))
    return tuple(part for part in parts if part)
