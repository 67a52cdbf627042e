"""What stands in addresses: whole numbers."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

LARGEST = 2**31 - 1  # of an integer column of Postgres
_DIGITS = re.compile(r"0|[1-9][0-9]{0,9}")


def _digits(given: Any) -> Any:
    """Python alone would also read `1_0`, `+5`, ` 5`, `1.0` and digits of other scripts."""
    if isinstance(given, str) and not _DIGITS.fullmatch(given):
        raise ValueError("must be a whole number in decimal digits")
    return given


# An integer in an address, which fits into a column of the database: 0 to 2147483647, one spelling for each.
WholeNumber = Annotated[int, BeforeValidator(_digits), Field(ge=0, le=LARGEST)]
