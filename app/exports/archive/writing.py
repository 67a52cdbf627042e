"""Writing a study's archive: the same data make the same file, byte by byte."""

import hashlib
import json
import platform
import zipfile
from collections.abc import AsyncIterator, Sequence
from importlib.metadata import distributions
from typing import Any, BinaryIO

import yaml
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.figures.figure import FORMATS
from app.analysis.files import recognition_figure
from app.analysis.service import analyse
from app.analysis.tables.csv_tables import frame_csv
from app.analysis.thresholds.service import measured_of
from app.core.errors import Conflict
from app.core.version import code_version
from app.db.session import one_moment
from app.db.tables import Study
from app.experiments import service as experiments
from app.experiments.schemas import AUDIENCES, Audience
from app.experiments.service import NetworkBundle
from app.exports.archive import layout
from app.exports.archive.queries import StudyRows
from app.exports.files import zip_entry
from app.stimuli import service as stimuli
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError

# Of a table of thresholds: a database's own numbers, and what depends on all pictures of a bundle, those that
# were made for other studies too.
NOT_OF_THE_STUDY = ("participant_id", "threshold_rms", "rms_low", "rms_high", "rms_extrapolated")


async def write_archive(
    session: AsyncSession,
    name: str,
    out: BinaryIO,
    *,
    with_bundles: bool = False,
    with_panel_ids: bool = False,
) -> layout.Index:
    """Write a study into `out`, all of one moment; returns what is in it. `session` has read nothing before.

    Raises `NotFound`, or `Conflict`: the study was never opened, or a bundle that is wanted cannot be read.
    """
    await one_moment(session)
    study = await experiments.get_study(session, name)
    if study.opened_at is None:
        raise Conflict("not_opened", f"the study {name!r} was never opened: copy its study file instead")
    bundles = await experiments.bundles_of_study(session, study.id)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as zipped:
        writer = _Writer(zipped)
        definition = _without_places(study.definition, bundles)
        writer.add(layout.DEFINITION, _json(definition) + b"\n")
        writer.add(layout.STUDY_FILE, yaml.safe_dump(definition, allow_unicode=True).encode())
        rows = StudyRows(session, study.id, bundles)
        await _add_tables(writer, rows, with_panel_ids=with_panel_ids)
        await _add_results(writer, session, study)
        for one in bundles if with_bundles else ():
            _add_bundle(writer, one, await rows.made_live(one))
        index = layout.Index(
            format="metamerlab study archive",
            version=layout.VERSION,
            study=_record(study),
            code=code_version(),
            environment=environment(),
            with_panel_ids=with_panel_ids,
            bundles=[_bundle(one, with_bundles) for one in bundles],
            rows=writer.rows,
            files=writer.files,
        )
        writer.add(layout.INDEX, index.model_dump_json(indent=1).encode() + b"\n")
    return index


class _Writer:
    """Adds files one by one and keeps their checksums."""

    def __init__(self, zipped: zipfile.ZipFile) -> None:
        self._zipped = zipped
        self.files: dict[str, layout.FileRecord] = {}
        self.rows: dict[str, int] = {}

    def add(self, name: str, content: bytes) -> None:
        self._zipped.writestr(zip_entry(name), content)
        self.files[name] = layout.FileRecord(
            sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content)
        )

    async def add_rows(self, name: str, rows: AsyncIterator[dict[str, Any]]) -> None:
        digest, size, count = hashlib.sha256(), 0, 0
        file = layout.table_file(name)
        with self._zipped.open(zip_entry(file), "w", force_zip64=True) as out:
            async for row in rows:
                line = _json(row) + b"\n"
                out.write(line)
                digest.update(line)
                size, count = size + len(line), count + 1
        self.files[file] = layout.FileRecord(sha256=digest.hexdigest(), size_bytes=size)
        self.rows[name] = count


async def _add_tables(writer: _Writer, rows: StudyRows, *, with_panel_ids: bool) -> None:
    for name in (*layout.TABLES, *((layout.PANEL,) if with_panel_ids else ())):
        await writer.add_rows(name, getattr(rows, name)())


async def _add_results(writer: _Writer, session: AsyncSession, study: Study) -> None:
    """The table of each audience that answered, by which an import shows that it is the same."""
    adaptive = experiments.definition_of(study).task.adaptive
    for audience in AUDIENCES:
        if table := await results_csv(session, study.name, audience):
            writer.add(layout.results_file(audience, adaptive=adaptive), table)


async def results_csv(session: AsyncSession, name: str, audience: Audience) -> bytes:
    """The recognition table, or that of thresholds; empty where nobody has answered."""
    analysis = await analyse(session, name, audience)
    if not analysis.answered:
        return b""
    if analysis.task.adaptive:
        return frame_csv((await measured_of(session, analysis)).fits.drop(columns=list(NOT_OF_THE_STUDY)))
    return FORMATS["csv"].make(recognition_figure(analysis))


def _add_bundle(writer: _Writer, one: NetworkBundle, made_live: Sequence[str]) -> None:
    """`made_live` are blobs that the manifest does not name."""
    folder = f"bundles/{one.bundle.digest}"
    store = BundleStore(one.bundle.path)
    try:
        manifest = stimuli.read_any_manifest(one.bundle.path)
        writer.add(f"{folder}/manifest.json", manifest.model_dump_json(indent=1).encode())
        for sha256 in sorted({*(blob.sha256 for blob in manifest.blobs()), *made_live}):
            writer.add(f"{folder}/blobs/{sha256}", store.read_blob(sha256))
    except BundleError as error:
        raise Conflict("no_bundle", f"{error}; or leave the bundles out of the archive") from None


def _without_places(definition: dict[str, Any], bundles: Sequence[NetworkBundle]) -> dict[str, Any]:
    """The definition with each bundle's place in the archive for that on this machine."""
    places = [f"bundles/{one.bundle.digest}" for one in bundles]
    if definition.get("stimuli"):
        entries = zip(definition["stimuli"], places, strict=True)
        return {**definition, "stimuli": [{**entry, "bundle": place} for entry, place in entries]}
    return {**definition, "bundle": places[0]}


def _record(study: Study) -> layout.StudyRecord:
    return layout.StudyRecord(
        name=study.name,
        created_at=study.created_at,
        opened_at=study.opened_at,
        closed_at=study.closed_at,
        picture_px=study.picture_px,
    )


def _bundle(one: NetworkBundle, included: bool) -> layout.BundleRecord:
    return layout.BundleRecord(network=one.network, digest=one.bundle.digest, included=included)


def environment() -> dict[str, str]:
    """What the code runs with: Python, and every installed package."""
    packages = {one.name: one.version for one in distributions()}
    return {"python": platform.python_version(), **dict(sorted(packages.items()))}


def _json(value: Any) -> bytes:
    """In an order that is the same for both databases; Postgres keeps none of JSON's."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
