"""Words of a study's own that a step shows; pure."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

LONGEST_LINE = 500
LONGEST_PARAGRAPH = 5000

Line = Annotated[str, Field(min_length=1, max_length=LONGEST_LINE)]


def _paragraphs(given: Any) -> Any:
    """One text, cut at its blank lines; a list of paragraphs stays."""
    if not isinstance(given, str):
        return given
    parts = (" ".join(part.split()) for part in given.split("\n\n"))
    return tuple(part for part in parts if part)


Paragraphs = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=LONGEST_PARAGRAPH)], ...],
    BeforeValidator(_paragraphs),
    Field(max_length=50),
]
