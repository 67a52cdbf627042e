"""What the page of downloads shows."""

from dataclasses import dataclass
from typing import ClassVar

from app.admin.contexts import AUDIENCE_NAMES
from app.analysis.results import Count
from app.db.tables import Study
from app.experiments.schemas import AUDIENCES, Audience
from app.experiments.service import definition_of
from app.exports.formats.registry import formats_of
from app.web.templating import PageContext

# Of a trial in a zip: 25 simulated participants of 80 pictures (docs/measurements/exports.md).
TRIAL_BYTES = {"csv": 60, "parquet": 25, "jspsych": 75, "psych-ds": 60}


@dataclass(frozen=True)
class FormatRow:
    """`size` is in words, empty where it is not known before."""

    name: str
    title: str
    purpose: str
    holds_panel_ids: bool
    size: str


@dataclass(frozen=True)
class AudienceChoice:
    audience: Audience
    name: str
    consented: int
    chosen: bool


@dataclass(frozen=True)
class DownloadsContext(PageContext):
    """`may_download`: the role is enough for taking data away."""

    template: ClassVar[str] = "admin/exports/downloads.html"

    name: str
    title: str
    origin: str
    opened: bool
    may_download: bool
    audiences: tuple[AudienceChoice, ...]
    trials: int
    formats: tuple[FormatRow, ...]


def downloads_page(
    study: Study, audience: Audience, counts: dict[Audience, Count], trials: int, *, may_download: bool
) -> DownloadsContext:
    """`trials` are the answered main trials of the audience."""
    return DownloadsContext(
        name=study.name,
        title=definition_of(study).title,
        origin=_origin(study),
        opened=study.opened_at is not None,
        may_download=may_download,
        audiences=tuple(
            AudienceChoice(one, AUDIENCE_NAMES[one], counts.get(one, Count()).consented, one == audience)
            for one in AUDIENCES
        ),
        trials=trials,
        formats=tuple(
            FormatRow(one.name, one.title, one.purpose, one.holds_panel_ids, _size(one.name, trials))
            for one in formats_of(definition_of(study).task)
        ),
    )


def _size(form: str, trials: int) -> str:
    if form not in TRIAL_BYTES or not trials:
        return ""
    size_kb = max(1, round(TRIAL_BYTES[form] * trials / 1000))
    return f"about {size_kb} kB" if size_kb < 1000 else f"about {size_kb / 1000:.0f} MB"


def _origin(study: Study) -> str:
    told = study.imported_from
    if told is None:
        return ""
    return f"Imported from an archive of the study {told['study']}, made by metamerlab {told['code']}."


def file_name(study: str, audience: Audience, form: str) -> str:
    return f"{study}-{audience}-{form}.zip"
