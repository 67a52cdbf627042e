"""The formats that a study's trials leave the program in. To add one, add it here."""

from typing import Protocol

from app.analysis.results import Trials
from app.exports.mvh_files import MvhFormat
from app.exports.tidy import CsvFormat, ParquetFormat


class ExportFormat(Protocol):
    """A format: `everything` says that it holds all trials, not only those that count."""

    @property
    def name(self) -> str: ...
    @property
    def everything(self) -> bool: ...

    def files(self, trials: Trials) -> dict[str, bytes]:
        """The files by name. Raises `Conflict` where the format cannot hold these trials."""


ALL: tuple[ExportFormat, ...] = (CsvFormat(), ParquetFormat(), MvhFormat())
FORMATS = {form.name: form for form in ALL}
