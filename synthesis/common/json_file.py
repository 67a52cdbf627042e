"""JSON from files that others may have written: whatever is wrong with it is a `ValueError`."""

import json
from typing import Any

from pydantic import ValidationError


def loads(data: str | bytes) -> Any:
    """As `json.loads`; what nests too deeply to be read raises `ValueError` too, not `RecursionError`."""
    try:
        return json.loads(data)
    except RecursionError:
        raise ValueError("nests too deeply") from None


def first_problem(error: ValidationError) -> str:
    """`field: what is wrong with it`, or what keeps the whole from being JSON, in one bounded line."""
    first = error.errors()[0]
    field = ".".join(str(part)[:60] for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    return " ".join(f"{field}: {message}".split())[:500] if field else " ".join(message.split())[:500]
