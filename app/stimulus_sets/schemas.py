"""What is asked of stimulus sets and told of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.stimulus_sets.examining.findings import Findings
from app.stimulus_sets.naming import Place

NAME_PATTERN = "[a-z0-9][a-z0-9-]{0,63}"
MB = 1_000_000


@dataclass(frozen=True)
class Limits:
    """Of one set: the bytes of a file and of an archive, and the number and bytes of all files."""

    file_bytes: int
    archive_bytes: int
    set_bytes: int
    files: int


@dataclass(frozen=True)
class Sent:
    """A file that was sent whole: its path as given, and the digest and number of its bytes."""

    path: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class Examined:
    """A file that was sent and examined. `sha256` and `size_bytes` are of what is kept, if anything is."""

    sent: Sent
    place: Place | None
    findings: Findings
    sha256: str | None = None
    size_bytes: int = 0


@dataclass(frozen=True)
class Totals:
    """Of one set: how many files have which verdict, how large what is kept is, and its categories."""

    verdicts: Mapping[str, int]
    size_bytes: int
    categories: int

    @property
    def kept(self) -> int:
        return self.verdicts.get("accepted", 0) + self.verdicts.get("warned", 0)

    @property
    def files(self) -> int:
        return sum(self.verdicts.values())
