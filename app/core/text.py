"""Text that every database can hold: Postgres refuses NUL, and no UTF-8 holds half of a surrogate pair."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator

_CANNOT_BE_STORED = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> bool:
    """Whether both databases take the text as it is."""
    return _CANNOT_BE_STORED.search(text) is None


def cleaned(text: str) -> str:
    """The text with U+FFFD, the sign for what cannot be shown, in place of what cannot be stored."""
    return _CANNOT_BE_STORED.sub("�", text)


def _cleaned(given: Any) -> Any:
    return cleaned(given) if isinstance(given, str) else given


# Text from a browser; what no database holds is replaced.
CleanText = Annotated[str, BeforeValidator(_cleaned)]
