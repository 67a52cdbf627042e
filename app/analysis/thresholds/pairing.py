"""Two studies of one network set beside each other: which is which, and the files of the metamers."""

import asyncio
from dataclasses import replace

import pandas as pd
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.results import StudyAnalysis
from app.analysis.thresholds import queries
from app.analysis.thresholds.beside import Beside, LayerRecognition, beside
from app.analysis.thresholds.metamer_distance import Pair, metamer_distances
from app.analysis.thresholds.service import measured_of
from app.core.errors import Invalid
from app.db.tables import Bundle
from app.stimuli.medium import PICTURES
from synthesis.bundle.dimensions import DimensionManifest
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError


async def load_beside(session: AsyncSession, one: StudyAnalysis, other: StudyAnalysis) -> Beside:
    """Recognition of one study beside the thresholds of the other, whichever comes first.

    Raises `Invalid`: they are not one of each, present no pictures, or share no layer of a network.
    """
    if one.adaptive == other.adaptive:
        kind = "thresholds" if one.adaptive else "recognition"
        raise Invalid(
            "not_beside",
            f"{one.study.name} and {other.study.name} are both studies of {kind}; give one of thresholds and "
            "one of metamers",
        )
    thresholds, recognised = (one, other) if one.adaptive else (other, one)
    if recognised.medium is not PICTURES:
        raise Invalid("not_beside", f"{recognised.study.name} presents sounds; give a study of pictures")
    measured = await measured_of(session, thresholds)
    model = thresholds.bundles[0].bundle.model
    distances = await _distances(session, recognised, model)
    names = recognised.study.name, _layers(recognised), recognised.recognition.chance
    try:
        found = beside(*names, measured, model, distances)
    except ValueError as error:
        raise Invalid("not_beside", str(error)) from None
    note = await asyncio.to_thread(_weights_note, thresholds, recognised, model)
    return replace(found, notes=(*found.notes, *note))


def _weights_note(thresholds: StudyAnalysis, recognised: StudyAnalysis, model: str) -> tuple[str, ...]:
    """A line if both bundles can be read and one name stands for two sets of weights."""
    bundle = next(one.bundle for one in recognised.bundles if one.bundle.model == model)
    try:
        one = BundleStore(thresholds.bundles[0].bundle.path).read_sealed(DimensionManifest).model
        other = BundleStore(bundle.path).read_manifest().model
    except BundleError:
        return ()
    if one.weights_sha256 == other.weights_sha256:
        return ()
    return (f"the weights differ: {one.weights} (thresholds) and {other.weights} (metamers)",)


def _layers(analysis: StudyAnalysis) -> list[LayerRecognition]:
    """The points of the curve by the model that their metamers were made with."""
    models = {one.network: one.bundle.model for one in analysis.bundles}
    return [
        LayerRecognition(models[place.network], place.layer, point)
        for point in analysis.recognition.conditions
        if (place := analysis.layout[point.condition]).network
    ]


async def _distances(session: AsyncSession, analysis: StudyAnalysis, model: str) -> pd.DataFrame | None:
    """Of the metamers of a network, from the served files; None where these cannot be read."""
    found = [one.bundle for one in analysis.bundles if one.bundle.model == model]
    if not found:
        return None
    rows = await queries.picture_pairs(session, found[0].id)
    return await asyncio.to_thread(_read, found[0], [Pair(*row) for row in rows])


def _read(bundle: Bundle, pairs: list[Pair]) -> pd.DataFrame | None:
    store = BundleStore(bundle.path)
    try:
        return metamer_distances(pairs, store.read_blob)
    except (BundleError, OSError, ValueError):  # missing, changed, or not of one size
        return None
