"""All formats. To add one, write its module beside this one and add it here."""

from app.core.errors import NotFound
from app.exports.formats.bids import BidsFormat
from app.exports.formats.format import ExportFormat
from app.exports.formats.jspsych import JsPsychFormat
from app.exports.formats.matrix import MatrixFormat
from app.exports.formats.mvh import MvhFormat
from app.exports.formats.psych_ds import PsychDsFormat
from app.exports.formats.tidy import CsvFormat, ParquetFormat
from app.tasks.task import Task

ALL: tuple[ExportFormat, ...] = (
    CsvFormat(),
    ParquetFormat(),
    MatrixFormat(),
    MvhFormat(),
    PsychDsFormat(),
    BidsFormat(),
    JsPsychFormat(),
)
FORMATS = {form.name: form for form in ALL}


def formats_of(task: Task) -> tuple[ExportFormat, ...]:
    """Those that can hold the trials of a task."""
    return tuple(form for form in ALL if form.holds_levels or not task.adaptive)


def format_named(name: str) -> ExportFormat:
    """Raises `NotFound`."""
    if name not in FORMATS:
        raise NotFound("unknown_format", f"there is no format {name!r}; there are {', '.join(FORMATS)}")
    return FORMATS[name]
