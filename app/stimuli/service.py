"""Taking verified bundles into the database, and reading the pictures and sounds that are presented."""

import logging
from base64 import b64encode
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.actor import Actor
from app.core.bytes_cache import BytesCache
from app.core.errors import DomainError
from app.db.tables import Bundle, Stimulus
from app.stimuli import dimensions, png, queries, wav
from app.stimuli.medium import MEDIA, PICTURES, SOUNDS, Medium
from app.stimuli.queries import answers_nothing as answers_nothing
from app.stimuli.queries import bundle_by_digest as bundle_by_digest
from app.stimuli.queries import certified_counts as certified_counts
from app.stimuli.queries import get_bundle as get_bundle
from app.stimuli.queries import level_pictures as level_pictures
from app.stimuli.queries import sources_of_naturals as sources_of_naturals
from app.stimuli.queries import stimuli_of_bundle as stimuli_of_bundle
from app.stimuli.schemas import Candidate, LevelPicture
from synthesis.bundle.dimensions import DIMENSIONS_FORMAT, DimensionManifest
from synthesis.bundle.manifest import NATURAL, Blob, Manifest
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError
from synthesis.common.names import composed

# Written into the bundle's folder by `python -m synthesis report`.
CONTACT_SHEET = "contact_sheet.png"
# Some 440 pictures of 224 px. Who asks again for the same one learns nothing from how long it takes.
CACHE_BYTES = 64 * 1024 * 1024
# No proxy may compress a stimulus: its length would tell again what it is.
PRESENTED_HEADERS = {"Cache-Control": "private, max-age=86400, immutable, no-transform"}

_presented = BytesCache(CACHE_BYTES)
log = logging.getLogger(__name__)
AnyManifest = Manifest | DimensionManifest


class DamagedStimulusError(DomainError):
    """A stimulus that was whole when its bundle was ingested is missing or changed."""


def verify_bundle(bundle_place: Path | str) -> Manifest:
    """Read a bundle, in a folder or at an address, and all its blobs.

    Raises `synthesis.common.errors.BundleError`: it is unfinished, a blob is missing or changed, or a picture
    or sound is not what the model is shown, or carries text that would be sent to participants.
    """
    store = BundleStore(bundle_place)
    manifest = store.read_manifest()
    for blob in manifest.blobs():
        data = store.read_blob(blob.sha256)
        if blob != manifest.decision.readout and (found := _fault(blob, data, manifest)):
            medium = medium_of(manifest).kind
            raise BundleError(
                f"{store.blob_path(blob.sha256)}: the {medium} {found}; write it again without that fault"
            )
    return manifest


def verify_any(bundle_place: Path | str) -> AnyManifest:
    """As `verify_bundle`, for a bundle of metamers or of dimensions."""
    store = BundleStore(bundle_place)
    if store.format_of_manifest() == DIMENSIONS_FORMAT:
        return dimensions.verify(store)
    return verify_bundle(bundle_place)


def read_manifest(bundle_place: Path | str) -> Manifest:
    """What a bundle says of itself, without a look at its blobs. Raises `BundleError` as `verify_bundle`."""
    return BundleStore(bundle_place).read_manifest()


def read_any_manifest(bundle_place: Path | str) -> AnyManifest:
    """As `read_manifest`, for a bundle of metamers or of dimensions."""
    store = BundleStore(bundle_place)
    if store.format_of_manifest() == DIMENSIONS_FORMAT:
        return store.read_sealed(DimensionManifest)
    return store.read_manifest()


def medium_of(manifest: AnyManifest) -> Medium:
    return MEDIA[manifest.model.input.kind]


def answerable(manifest: AnyManifest) -> list[str]:
    """What participants may answer, sorted: what the network can, or without labels what its naturals are.

    Of a bundle of dimensions, the categories of its originals: nobody is asked for them.
    """
    if isinstance(manifest, DimensionManifest):
        return dimensions.categories(manifest)
    names = manifest.decision.categories or {natural.category for natural in manifest.naturals}
    return sorted(map(composed, names))


def _fault(blob: Blob, data: bytes, manifest: Manifest) -> str | None:
    medium = medium_of(manifest)
    if blob.media_type != medium.media_type:
        return f"is stored as {blob.media_type}, not {medium.media_type}"
    return medium.fault(data, manifest.model.input)


async def ingest(
    session: AsyncSession, actor: Actor, bundle_place: Path | str, manifest: AnyManifest, now: datetime
) -> Bundle:
    """Store a verified bundle's rows, or find them: a bundle of the same digest is stored once.

    The path is brought up to date, since the same bundle may have been moved.
    """
    path = str(BundleStore(bundle_place).root.resolve())
    bundle = await queries.bundle_by_digest(session, manifest.digest)
    if bundle:
        bundle.path = path
        await _store_sources(session, bundle.id, manifest)
        return bundle
    bundle = _bundle(manifest, path, now)
    session.add(bundle)
    await session.flush()
    session.add_all(_stimuli(manifest, bundle.id))
    await session.flush()
    subject = f"bundle {manifest.digest}"
    await audit.record(session, actor, "bundle.ingested", subject, {"model": bundle.model}, now)
    return bundle


def _bundle(manifest: AnyManifest, path: str, now: datetime) -> Bundle:
    bundle = Bundle(
        digest=manifest.digest,
        path=path,
        model=manifest.model.name,
        medium=medium_of(manifest).kind,
        categories=answerable(manifest),
        ingested_at=now,
    )
    if isinstance(manifest, DimensionManifest):
        bundle.layers = dimensions.layers(manifest)
        bundle.dimensions = [one.model_dump(mode="json") for one in manifest.dimensions]
    else:
        bundle.layers = manifest.layers
    return bundle


async def _store_sources(session: AsyncSession, bundle_id: int, manifest: AnyManifest) -> None:
    """Earlier releases did not store from which files natural stimuli were made."""
    if isinstance(manifest, DimensionManifest):
        return
    sources = {composed(natural.id): natural.source_sha256 for natural in manifest.naturals}
    for stimulus in await queries.without_sources(session, bundle_id):
        stimulus.source_sha256 = sources[stimulus.natural_id]


def stimuli_in(manifest: AnyManifest) -> list[Candidate]:
    """The stimuli of a bundle that is not in the database."""
    return [
        Candidate(
            None,
            row.natural_id,
            row.category,
            row.condition,
            row.seed,
            row.certified,
            row.source_sha256 or "",
            row.certificate.get("fault", ""),
        )
        for row in _stimuli(manifest)
    ]


def levels_in(manifest: DimensionManifest) -> list[LevelPicture]:
    """The levels of a bundle of dimensions that is not in the database."""
    return [
        LevelPicture(
            None,
            composed(one.original),
            one.dimension,
            one.level,
            one.target,
            one.value,
            one.passed,
        )
        for one in manifest.levels
    ]


def _stimuli(manifest: AnyManifest, bundle_id: int | None = None) -> list[Stimulus]:
    if isinstance(manifest, DimensionManifest):
        return dimensions.rows(manifest, bundle_id)
    naturals = {natural.id: natural for natural in manifest.naturals}
    rows = [
        Stimulus(
            bundle_id=bundle_id,
            natural_id=composed(natural.id),
            category=composed(natural.category),
            condition=NATURAL,
            seed=0,
            blob_sha256=natural.blob.sha256,
            source_sha256=natural.source_sha256,
            media_type=natural.blob.media_type,
            certified=True,
            certificate={},
        )
        for natural in manifest.naturals
    ]
    rows += [
        Stimulus(
            bundle_id=bundle_id,
            natural_id=composed(item.stimulus),
            category=composed(naturals[item.stimulus].category),
            condition=item.layer,
            seed=item.seed,
            blob_sha256=item.blob.sha256,
            media_type=item.blob.media_type,
            certified=item.certificate.passed,
            certificate=item.certificate.model_dump(mode="json"),
        )
        for item in manifest.items
    ]
    return rows


@lru_cache(maxsize=64)
def _store(bundle_path: str) -> BundleStore:
    """Kept, since a remote bundle's connections are worth keeping."""
    return BundleStore(bundle_path)


def read_stimulus(
    bundle_path: str, blob_sha256: str, media_type: str, picture_px: int | None = None
) -> bytes:
    """The bytes to present; of all pictures of one size, and of all sounds of a bundle, equally many.

    `picture_px` is the side to which pictures are resampled; without it they are as the bundle has them.
    Raises `DamagedStimulusError` if the blob is not that which was ingested.
    """
    key = blob_sha256 if picture_px is None else f"{blob_sha256} {picture_px}"
    if kept := _presented.get(key):
        return kept
    try:
        data = _store(bundle_path).read_blob(blob_sha256)
        if media_type == PICTURES.media_type:
            data = png.level(data, picture_px)
    except (BundleError, OSError, ValueError) as error:
        raise DamagedStimulusError("stimulus_damaged", f"{blob_sha256}: {error}") from None
    _presented.put(key, data)
    return data


def presented_sha256(
    bundle_path: str, blob_sha256: str, media_type: str, picture_px: int | None = None
) -> str | None:
    """The SHA-256 digest, in base64, of the bytes to present; None (the log says why) if they are damaged.

    Whoever asks for the stimulus itself is told what is wrong: the trials before it can still be shown.
    """
    try:
        return _digest(bundle_path, blob_sha256, media_type, picture_px)
    except DamagedStimulusError as error:
        log.error("a stimulus of %s is damaged: %s", bundle_path, error)
        return None


@lru_cache(maxsize=20_000)
def _digest(bundle_path: str, blob_sha256: str, media_type: str, picture_px: int | None) -> str:
    """Kept for longer than the bytes: a digest is small, and a plan is told in windows of many stimuli."""
    data = read_stimulus(bundle_path, blob_sha256, media_type, picture_px)
    return sha256_text(data)


def sha256_text(data: bytes) -> str:
    """The SHA-256 digest in base64, as the participant's page compares it."""
    return b64encode(sha256(data).digest()).decode()


@lru_cache(maxsize=64)
def sound_ms(bundle_path: str, blob_sha256: str) -> float:
    """How long a sound lasts. Raises `DamagedStimulusError`."""
    return wav.duration_ms(read_stimulus(bundle_path, blob_sha256, SOUNDS.media_type))


def contact_sheet(bundle_path: str) -> Path | None:
    """The picture that shows a bundle at a glance; None if nobody has drawn it."""
    path = Path(bundle_path) / CONTACT_SHEET
    return path if path.is_file() else None
