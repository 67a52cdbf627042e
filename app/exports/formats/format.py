"""What a format is."""

from typing import Protocol

from app.exports.files import Files
from app.exports.source import Source


class ExportFormat(Protocol):
    """`title` and `purpose` (one sentence, what it is for) are shown to people.

    `holds_panel_ids` says that the ids by which recruiters know participants may be put beside its files,
    `holds_levels` that it can hold trials whose level was chosen from the answers before.
    """

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def purpose(self) -> str: ...
    @property
    def holds_panel_ids(self) -> bool: ...

    @property
    def holds_levels(self) -> bool: ...

    async def write(self, source: Source, files: Files) -> int:
        """Write all files; returns the number of trials. Raises `Conflict` where it cannot hold them."""
