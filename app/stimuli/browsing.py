"""What experimenters look at in a bundle: its rows in the database, and what its manifest alone knows."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.db.tables import Bundle, Stimulus
from app.stimuli import queries
from app.stimuli.queries import all_bundles as all_bundles
from app.stimuli.queries import counts_of_all as counts_of_all
from app.stimuli.queries import metamers_of as metamers_of
from app.stimuli.queries import number_of_naturals as number_of_naturals
from app.stimuli.queries import page_of_naturals as page_of_naturals
from app.stimuli.queries import run_of_bundle as run_of_bundle
from synthesis.bundle.manifest import NATURAL, Certificate
from synthesis.bundle.nulls import LayerNull
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError
from synthesis.common.names import composed


@dataclass(frozen=True)
class Losses:
    """The recipe's loss at some steps, the attempt that was kept, counted from 1, and the recipe."""

    steps: tuple[int, ...]
    losses: tuple[float, ...]
    attempt: int
    recipe: str


@dataclass(frozen=True)
class Contents:
    """What of a manifest is shown. Metamers are known by (natural stimulus, layer, seed)."""

    nulls: Mapping[str, LayerNull]
    null_about: str
    certificates: Mapping[str, tuple[Certificate, ...]]
    losses: Mapping[tuple[str, str, int], Losses]
    rule: str
    weights: str
    shown: str


@lru_cache(maxsize=4)
def contents(path: str, digest: str) -> Contents | None:
    """Of the bundle that was ingested, or None if it is no longer there as it was.

    A manifest of thousands of metamers takes a second to read, so the last few are kept.
    """
    try:
        manifest = BundleStore(path).read_manifest()
    except BundleError:
        return None
    if manifest.digest != digest:
        return None
    certificates: dict[str, list[Certificate]] = defaultdict(list)
    for item in manifest.items:
        certificates[item.layer].append(item.certificate)
    return Contents(
        nulls={null.layer: null for null in manifest.nulls},
        null_about=f"{manifest.null.kind.replace('_', ' ')}: {manifest.null.description}",
        certificates={layer: tuple(found) for layer, found in certificates.items()},
        losses={
            (composed(item.stimulus), item.layer, item.seed): Losses(
                tuple(item.provenance.loss_steps),
                tuple(item.provenance.losses),
                item.provenance.attempt + 1,
                item.provenance.recipe,
            )
            for item in manifest.items
        },
        rule=manifest.decision.rule,
        weights=manifest.model.weights,
        shown=str(manifest.model.input),
    )


async def bundle(session: AsyncSession, bundle_id: int) -> Bundle:
    """Raises `NotFound`."""
    found = await queries.find_bundle(session, bundle_id)
    if found is None:
        raise NotFound("unknown_bundle", "there is no such bundle")
    return found


async def natural(session: AsyncSession, bundle_id: int, stimulus_id: int) -> Stimulus:
    """A natural stimulus of a bundle. Raises `NotFound`."""
    found = await queries.find_stimulus(session, stimulus_id)
    if found is None or found.bundle_id != bundle_id or found.condition != NATURAL:
        raise NotFound("unknown_stimulus", "there is no such natural stimulus in this bundle")
    return found


async def with_blob(session: AsyncSession, bundle_id: int, sha256: str) -> Stimulus:
    """A stimulus of a bundle by the digest of its bytes. Raises `NotFound`."""
    found = await queries.stimulus_with_blob(session, bundle_id, sha256)
    if found is None:
        raise NotFound("unknown_stimulus", "there is no such stimulus in this bundle")
    return found
