"""Long lists in pages: where a page begins, and links to its neighbours; pure."""

from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True)
class Pager:
    """One page of a list. `first` and `last` count from 1; `earlier` and `later` are addresses, or empty."""

    first: int
    last: int
    total: int
    earlier: str
    later: str


def pager(address: str, query: dict[str, str], start: int, size: int, total: int) -> Pager:
    """`query` are the further parameters of the list's address; empty ones are left out."""
    kept = {name: value for name, value in query.items() if value}

    def at(place: int) -> str:
        return f"{address}?{urlencode({**kept, 'start': str(place)})}"

    return Pager(
        first=min(start + 1, total),
        last=min(start + size, total),
        total=total,
        earlier=at(max(0, start - size)) if start > 0 else "",
        later=at(start + size) if start + size < total else "",
    )
