"""What participants read: a catalogue for each language, in the syntax of Project Fluent.

A language is one file in static/participant/languages, which the participant's page reads too. The syntax is
explained in https://projectfluent.org/fluent/guide.
"""

import re
from functools import cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource

from app.core.resources import resource_folder

FALLBACK = "en"
BROWSER = "browser"  # a study's word for the language that the browser prefers


def folder() -> Path:
    return resource_folder("static") / "participant" / "languages"


@cache
def languages() -> tuple[str, ...]:
    """The languages that there are, by their codes ("en", "de")."""
    return tuple(sorted(path.stem for path in folder().glob("*.ftl")))


class Catalogue:
    """The messages of one language. Called with a key and its values, it gives the text."""

    def __init__(self, language: str, text: str) -> None:
        self.language = language
        self._bundle = FluentBundle([language], use_isolating=False)
        self._bundle.add_resource(FluentResource(text))

    def __call__(self, key: str, **values: str | int) -> str:
        """The text of a message, on one line. Raises `LookupError` for an unknown key or a missing value."""
        return " ".join(self.paragraphs(key, **values))

    def paragraphs(self, key: str, **values: str | int) -> tuple[str, ...]:
        """The paragraphs of a message: blank lines part them. Raises as calling does."""
        pattern = self._bundle.get_message(key).value if key in self else None
        if pattern is None:
            raise LookupError(f"no text {key!r} in the catalogue {self.language!r}")
        text, errors = self._bundle.format_pattern(pattern, values)
        if errors:
            raise LookupError(f"text {key!r} in the catalogue {self.language!r}: {errors[0]}")
        return tuple(" ".join(part.split()) for part in re.split(r"\n{2,}", str(text)))

    def __contains__(self, key: str) -> bool:
        return self._bundle.has_message(key)


@cache
def catalogue(language: str) -> Catalogue:
    """Raises `OSError` for a language that there is not."""
    return Catalogue(language, (folder() / f"{language}.ftl").read_text(encoding="utf-8"))


def preferred(accept_language: str) -> str:
    """The language that fits a browser's header `Accept-Language` best; English if none does.

    Of the same weight, the first counts; a weight of 0 means "not this one" (RFC 9110, 12.5.4). Whatever is
    not well formed is passed over.
    """
    best, most = FALLBACK, 0.0
    for part in accept_language.split(","):
        tag, _, weight = part.partition(";")
        language, share = tag.strip().lower().split("-")[0], _weight(weight)
        if language in languages() and share > most:
            best, most = language, share
    return best


def _weight(text: str) -> float:
    found = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", text)
    if found is None:
        return 0.0 if text.strip() else 1.0
    return float(found[1])
