"""Recognition of a network's metamers beside the thresholds at the same layers; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from app.analysis.measures.recognition import ConditionRecognition
from app.analysis.tables.csv_tables import records
from app.analysis.thresholds.measured import Measured
from app.analysis.thresholds.metamer_distance import by_layer

BESIDE_COLUMNS = [
    "network", "layer", "recognition_study", "proportion_correct", "sem", "recognition_participants",
    "recognition_trials", "threshold_study", "threshold_participants", "threshold_sd", "sd_low", "sd_high",
    "threshold_rms", "rms_low", "rms_high", "metamers", "metamer_rms", "metamer_rms_q1", "metamer_rms_q3",
    "times_threshold",
]  # fmt: skip


@dataclass(frozen=True)
class LayerRecognition:
    """Recognition of the metamers of one layer of a network."""

    network: str
    layer: str
    point: ConditionRecognition


@dataclass(frozen=True)
class Beside:
    """`table` has the columns `BESIDE_COLUMNS`, a row per layer that both studies have.

    `chance` is that of recognition. `notes` say what is missing, a line each.
    """

    recognition_study: str
    threshold_study: str
    network: str
    chance: float
    table: pd.DataFrame
    notes: tuple[str, ...]


def beside(
    recognition_study: str,
    recognised: Sequence[LayerRecognition],
    chance: float,
    measured: Measured,
    network: str,
    distances: pd.DataFrame | None,
) -> Beside:
    """Both studies layer by layer, in the order of the thresholds.

    Parameters
    ----------
    recognised
        Layers of `network` in the study of metamers; others are passed over.
    network
        The model whose dimensions were measured.
    distances
        Of the metamers (`metamer_distance.metamer_distances`), or None where their files could not be read.

    Raises
    ------
    ValueError
        The studies share no layer of the network.
    """
    own = {one.layer: one.point for one in recognised if one.network == network}
    thresholds = _thresholds(measured)
    shared = [layer for layer in thresholds if layer in own]
    if not shared:
        there = ", ".join(own) or ", ".join(dict.fromkeys(one.network for one in recognised)) or "nothing"
        raise ValueError(
            f"{recognition_study} and {measured.study} share no layer of {network}: metamers of {there}, "
            f"thresholds at {', '.join(thresholds) or 'no layer'}"
        )
    far = by_layer(distances) if distances is not None else {}
    rows = [
        {
            "network": network,
            "layer": layer,
            "recognition_study": recognition_study,
            "threshold_study": measured.study,
            **_recognition(own[layer]),
            **thresholds[layer],
            **_distance(far.get(layer), thresholds[layer].get("threshold_rms")),
        }
        for layer in shared
    ]
    table = pd.DataFrame(rows, columns=BESIDE_COLUMNS)
    notes = tuple(_notes(own, thresholds, has_distances=distances is not None))
    return Beside(recognition_study, measured.study, network, chance, table, notes)


def _thresholds(measured: Measured) -> dict[str, dict[str, Any]]:
    """The mean threshold of each layer in both units; the control is no layer."""
    found: dict[str, dict[str, Any]] = {}
    of_layer = measured.groups[measured.groups["of"].eq("layer") & measured.groups["layer"].ne("")]
    for row in records(of_layer):
        short = "rms" if row["scale"] == "rms" else "sd"
        found.setdefault(row["layer"], {"threshold_participants": row["participants"]}).update(
            {
                f"threshold_{short}": row["threshold"],
                f"{short}_low": row["ci_low"],
                f"{short}_high": row["ci_high"],
            }
        )
    return found


def _recognition(point: ConditionRecognition) -> dict[str, Any]:
    told = asdict(point)
    return {
        "proportion_correct": told["proportion_correct"],
        "sem": told["sem"],
        "recognition_participants": told["participants"],
        "recognition_trials": told["trials"],
    }


def _distance(found: Mapping[str, float] | None, threshold_rms: float | None) -> dict[str, Any]:
    if found is None:
        return {}
    times = found["metamer_rms"] / threshold_rms if threshold_rms else None
    return {**found, "times_threshold": times}


def _notes(own: Iterable[str], thresholds: Iterable[str], *, has_distances: bool) -> Iterable[str]:
    only_metamers = [layer for layer in own if layer not in thresholds]
    only_thresholds = [layer for layer in thresholds if layer not in own]
    if only_metamers:
        yield f"without thresholds: {', '.join(only_metamers)}"
    if only_thresholds:
        yield f"without metamers: {', '.join(only_thresholds)}"
    if not has_distances:
        yield "the files of the metamers could not be read, so their distance from the naturals is not known"
