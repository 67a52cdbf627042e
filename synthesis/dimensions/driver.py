"""The driver of a grid: paths, the control over the same range of differences, and the manifest."""

from datetime import UTC, datetime

import numpy as np

from synthesis.bundle.dimensions import (
    DimensionManifest,
    DimensionNetwork,
    Level,
    Original,
)
from synthesis.bundle.formats import PictureFormat
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import UserError
from synthesis.dimensions.jobs import CONTROL_DIMENSION, GridSetup, Levels
from synthesis.dimensions.measure import label
from synthesis.dimensions.plan import GridPlan, finished_grid
from synthesis.media.pictures import decode_png
from synthesis.networks.registry import library
from synthesis.process.device import exact_float32
from synthesis.process.lock import exclusive
from synthesis.process.memory import out_of_memory
from synthesis.process.versions import versions
from synthesis.runs.engines import RunEngine
from synthesis.runs.jobs import done

FIT_MEDIA_TYPE = "application/x-safetensors"


def make_grid(plan: GridPlan, store: BundleStore, engine: RunEngine) -> DimensionManifest:
    """Make what is left of the plan's bundle while no other run may. Raises `UserError` if one does."""
    engine.prepare(library(plan.spec.model))
    with exclusive(store.root):
        store.remove_leftovers()
        try:
            return finished_grid(plan, store) or _execute(plan, store, engine)
        except (RuntimeError, MemoryError) as error:
            raise out_of_memory(error, plan.spec.model) from None
        finally:
            store.remove_leftovers()


def _execute(plan: GridPlan, store: BundleStore, engine: RunEngine) -> DimensionManifest:
    exact_float32()
    store.look_around()
    fit = store.put_blob(plan.fit_bytes, FIT_MEDIA_TYPE)
    setup = GridSetup(plan.spec.model_dump_json(), str(store.root.absolute()), fit.sha256)
    originals = [_original(plan, store, *picture) for picture in plan.pictures]
    found: list[Levels] = done("paths", plan.path_jobs(originals), store, setup, engine)
    levels = [level for path in found for level in path.levels]
    dimensions = plan.dimensions
    if plan.spec.control:
        targets = control_targets(levels, len(plan.spec.targets))
        noisy: list[Levels] = done("control", plan.control_jobs(originals, targets), store, setup, engine)
        levels += [level for path in noisy for level in path.levels]
        dimensions = [*dimensions, CONTROL_DIMENSION]
    manifest = DimensionManifest(
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        spec=plan.record,
        model=DimensionNetwork(
            name=plan.record["model"],
            weights=plan.network.weights,
            weights_sha256=plan.network.weights_sha256,
            input=_format(plan),
        ),
        fit=fit,
        dimensions=dimensions,
        originals=originals,
        levels=levels,
        software=versions(),
    )
    return store.write_manifest(manifest)


def control_targets(levels: list[Level], number: int) -> tuple[float, ...]:
    """RMS differences of the control: `number` of them, a constant factor apart, from the median of the
    smallest levels' to the median of the largest levels' of all paths.

    Raises `UserError` where pictures at the largest level differ no more than at the smallest.
    """
    least, largest = (
        float(np.median([level.rms for level in levels if level.level == at])) for at in (0, number - 1)
    )
    if not 0 < least < largest:
        raise UserError(
            f"levels: pictures at the largest level differ from the original by {largest:.4f} (RMS), "
            f"at the smallest by {least:.4f}; spread the levels further, or say control: false"
        )
    return tuple(float(target) for target in np.geomspace(least, largest, number))


def _original(
    plan: GridPlan, store: BundleStore, name: str, category: str, data: bytes, source: str
) -> Original:
    return Original(
        id=name,
        category=category,
        blob=store.put_blob(data, PictureFormat.media_type),
        source_sha256=source,
        label=label(plan.network.module, decode_png(data)),
    )


def _format(plan: GridPlan) -> PictureFormat:
    shown = plan.network.pictures.format
    assert isinstance(shown, PictureFormat)
    return shown
