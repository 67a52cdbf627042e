"""What experimenters look at in a bundle of dimensions: pictures at rising levels, and their certificates."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.db.tables import Bundle, Stimulus
from app.stimuli import queries
from app.stimuli.queries import MADE_LIVE as MADE_LIVE
from app.stimuli.queries import level_counts as level_counts
from app.stimuli.queries import levels_of as levels_of
from app.stimuli.queries import measured as measured
from app.stimuli.queries import number_made_live as number_made_live
from app.stimuli.queries import number_of_originals as number_of_originals
from app.stimuli.queries import page_of_originals as page_of_originals
from app.stimuli.schemas import Measured as Measured
from app.stimuli.schemas import Which as Which
from synthesis.bundle.dimensions import Dimension, DimensionManifest
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError


@dataclass(frozen=True)
class DimensionContents:
    """What of a manifest is shown: the pictures' format, the weights, and each original's label."""

    shown: str
    weights: str
    labels: dict[str, int]


@lru_cache(maxsize=4)
def contents(path: str, digest: str) -> DimensionContents | None:
    """Of the bundle that was ingested, or None if it is no longer there as it was."""
    try:
        manifest = BundleStore(path).read_sealed(DimensionManifest)
    except BundleError:
        return None
    if manifest.digest != digest:
        return None
    return DimensionContents(
        shown=str(manifest.model.input),
        weights=manifest.model.weights,
        labels={original.id: original.label for original in manifest.originals},
    )


def dimensions_of(bundle: Bundle) -> list[Dimension]:
    """Those of a bundle; none of a bundle of metamers."""
    return [Dimension.model_validate(one) for one in bundle.dimensions or ()]


def dimension(bundle: Bundle, number: int) -> Dimension:
    """A bundle's dimension by its number, from 1. Raises `NotFound`."""
    found = dimensions_of(bundle)
    if not 1 <= number <= len(found):
        raise NotFound("unknown_dimension", "there is no such dimension in this bundle")
    return found[number - 1]


async def contact_rows(
    session: AsyncSession, bundle_id: int, dimension: str, start: int, count: int, which: Which
) -> list[tuple[Stimulus, Sequence[Stimulus]]]:
    """Some originals, each with its pictures along a dimension, by rising level."""
    originals = await queries.page_of_originals(session, bundle_id, dimension, start, count, which)
    names = [one.natural_id for one in originals]
    levels = await queries.levels_of(session, bundle_id, dimension, names, live=which == "live")
    return [(one, [level for level in levels if level.natural_id == one.natural_id]) for one in originals]
