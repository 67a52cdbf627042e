"""Storing an archive as a closed study, all of it or nothing."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit, sharing
from app.accounts.actor import Actor
from app.core.errors import Conflict
from app.core.tokens import new_code
from app.db.tables import Study, StudyBundle, StudyLink
from app.experiments import service as experiments
from app.experiments.schemas import AUDIENCES, StudyDefinition
from app.exports.archive import layout
from app.exports.archive.bundles import add_pictures, placed_bundle, stored_bundle
from app.exports.archive.checking import Archive, refuse
from app.exports.archive.storing import Storing
from app.exports.archive.writing import results_csv


@dataclass(frozen=True)
class Imported:
    """`same_figures`: this release counts each recognition table byte by byte as the archive has it."""

    study: str
    origin: str
    participants: int
    trials: int
    bundles_to_fetch: tuple[str, ...]
    same_figures: bool


async def import_archive(
    session: AsyncSession,
    actor: Actor,
    archive: Archive,
    name: str,
    bundle_folder: Path,
    now: datetime,
) -> Imported:
    """Store an archive's study under `name`, closed for good, in the session's transaction.

    Bundles that the archive holds come into `bundle_folder`. Raises `Forbidden`, `Conflict` (the name is
    taken, or a bundle is known with other content) or `Invalid`.
    """
    actor.require_create()
    if await experiments.study_by_name(session, name) is not None:
        raise Conflict("name_taken", f"there is a study {name!r} already; import it under another name")
    study = await _study(session, archive, name, now)
    await sharing.own(session, actor, study.id)
    with _unpacked(archive, bundle_folder):
        storing = Storing(session, archive, study.id)
        rows = list(archive.rows("bundles", layout.BundleRow))
        if [row.digest for row in rows] != [one.digest for one in archive.index.bundles]:
            refuse(archive.path, "its bundles are not those of its index")
        bundles = [await stored_bundle(session, row, bundle_folder) for row in rows]
        for bundle, _ in bundles:
            await asyncio.to_thread(add_pictures, archive, bundle)
        session.add_all(
            StudyBundle(study_id=study.id, position=place, bundle_id=bundle.id, network=row.network)
            for place, (row, (bundle, _)) in enumerate(zip(rows, bundles, strict=True))
        )
        try:
            await storing.store(bundles)
        except (DataError, IntegrityError):
            refuse(archive.path, "its rows contradict each other")
        same = await _same_figures(session, archive, name)
        origin = study.imported_from or {}
        await audit.record(session, actor, "study.imported", f"study {name}", {"from": origin["study"]}, now)
    return Imported(
        study=name,
        origin=f"{origin['study']}, archived by metamerlab {origin['code']}",
        participants=archive.index.rows["people"],
        trials=archive.index.rows["trials"],
        bundles_to_fetch=tuple(
            row.digest
            for row, (bundle, _) in zip(rows, bundles, strict=True)
            if not Path(bundle.path).exists() and "://" not in bundle.path
        ),
        same_figures=same,
    )


async def _study(session: AsyncSession, archive: Archive, name: str, now: datetime) -> Study:
    told = archive.index.study
    definition = archive.definition.model_dump(mode="json") | {"name": name}
    study = Study(
        name=name,
        status="closed",
        definition=StudyDefinition.model_validate(definition).model_dump(mode="json"),
        created_at=told.created_at,
        opened_at=told.opened_at,
        closed_at=told.closed_at or now,
        picture_px=told.picture_px,
        imported_from={"study": told.name, "code": archive.index.code, "imported_at": now.isoformat()},
    )
    session.add(study)
    await session.flush()
    session.add_all(StudyLink(study_id=study.id, code=new_code(), audience=one) for one in AUDIENCES)
    return study


async def _same_figures(session: AsyncSession, archive: Archive, name: str) -> bool:
    adaptive = archive.definition.task.adaptive
    for audience in AUDIENCES:
        file = layout.results_file(audience, adaptive=adaptive)
        told = archive.content(file) if file in archive.index.files else b""
        if await results_csv(session, name, audience) != told:
            return False
    return True


@contextmanager
def _unpacked(archive: Archive, bundle_folder: Path) -> Iterator[None]:
    """The archive's bundles in their folder; those that were not there go again if the import fails."""
    made: list[Path] = []
    try:
        for one in archive.index.bundles:
            if one.included and (folder := placed_bundle(archive, one.digest, bundle_folder)):
                made.append(folder)
        yield
    except BaseException:
        for folder in made:
            shutil.rmtree(folder, ignore_errors=True)
        raise
