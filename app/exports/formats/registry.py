"""All formats. To add one, write its module beside this one and add it here."""

from app.core.errors import NotFound
from app.exports.formats.bids import BidsFormat
from app.exports.formats.format import ExportFormat
from app.exports.formats.jspsych import JsPsychFormat
from app.exports.formats.matrix import MatrixFormat
from app.exports.formats.mvh import MvhFormat
from app.exports.formats.psych_ds import PsychDsFormat
from app.exports.formats.tidy import CsvFormat, ParquetFormat

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


def format_named(name: str) -> ExportFormat:
    """Raises `NotFound`."""
    if name not in FORMATS:
        raise NotFound("unknown_format", f"there is no format {name!r}; there are {', '.join(FORMATS)}")
    return FORMATS[name]
