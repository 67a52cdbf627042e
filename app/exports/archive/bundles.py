"""The bundles of an archived study: where they lie, and their rows."""

import os
import shutil
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict
from app.db.tables import Bundle
from app.exports.archive.checking import Archive, refuse
from app.exports.archive.layout import BundleRow
from app.stimuli import service as stimuli
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError


def placed_bundle(archive: Archive, digest: str, bundle_folder: Path) -> Path | None:
    """Unpack a bundle beside its place, verify it as any other, and put it there.

    None if one is there already. Raises `Invalid`.
    """
    place = bundle_folder / digest
    if place.exists():
        return None
    aside = bundle_folder / f".{digest}.{os.getpid()}.tmp"
    try:
        for name in archive.bundle_files(digest):
            path = aside / Path(name).relative_to(f"bundles/{digest}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(archive.content(name))
        try:
            found = stimuli.verify_any(aside).digest
        except BundleError as error:
            refuse(archive.path, f"its bundle {digest[:12]} cannot be used: {error}")
        if found != digest:
            refuse(archive.path, f"its bundle {digest[:12]} has the digest {found[:12]}")
        aside.rename(place)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return place


def add_pictures(archive: Archive, bundle: Bundle) -> None:
    """Put the pictures that were made while the study ran beside those of a bundle that is here already.

    Raises `Invalid`: one of them is not the bytes that its name says, or they cannot be stored.
    """
    folder = f"bundles/{bundle.digest}/blobs/"
    names = [name for name in archive.bundle_files(bundle.digest) if name.startswith(folder)]
    if bundle.dimensions is None or not names:
        return
    store = BundleStore(bundle.path)
    try:
        known = {blob.sha256 for blob in stimuli.read_any_manifest(bundle.path).blobs()}
        for name in names:
            sha256 = name.removeprefix(folder)
            if sha256 not in known and store.put_blob(archive.content(name), "image/png").sha256 != sha256:
                refuse(archive.path, f"{name} is not what its name says")
    except BundleError as error:
        refuse(archive.path, f"its bundle {bundle.digest[:12]} cannot be completed: {error}")


async def stored_bundle(session: AsyncSession, row: BundleRow, bundle_folder: Path) -> tuple[Bundle, bool]:
    """The row of a bundle, and whether it is new here.

    A new one gets the place where its folder lies, or would be looked for. Raises `Conflict`.
    """
    bundle = await stimuli.bundle_by_digest(session, row.digest)
    if bundle is not None:
        here = (bundle.model, bundle.layers, bundle.categories, bundle.dimensions)
        if here != (row.model, row.layers, row.categories, row.dimensions):
            raise Conflict("other_bundle", f"the bundle {row.digest[:12]} is known here with other content")
        return bundle, False
    bundle = Bundle(
        digest=row.digest,
        path=str((bundle_folder / row.digest).resolve()),
        model=row.model,
        medium=row.medium,
        layers=row.layers,
        dimensions=row.dimensions,
        categories=row.categories,
        ingested_at=row.ingested_at,
    )
    session.add(bundle)
    await session.flush()
    return bundle, True
