"""Networks compared within participants: network x stage, and every two networks at each stage; pure.

A stage is a layer's place in depth order among the layers that the study presents of its network, from 1. It
says nothing about how deep the layer is in its network, so that stages compare networks of one architecture;
of others they compare layers of equal rank, and no more.
"""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from app.analysis.matrices.matrix import Record, within_networks
from app.analysis.matrices.stage_effect import noted, permutations_for
from app.analysis.statistics.paired import holm, paired

# By network: a row per participant; the columns are natural, then its layers in depth order.
Curves = Mapping[str, pd.DataFrame]
COLUMNS = [
    "network_a", "network_b", "stage", "layer_a", "layer_b", "participants",
    "difference", "sem", "t", "df", "p", "p_holm", "note",
]  # fmt: skip


def networks_by_stage(experiment: str, curves: Curves) -> list[Record]:
    """Repeated-measures ANOVA of network x stage without the natural condition, which all networks share.

    Three records: model, stage, interaction. Where networks have different numbers of layers, stages are not
    crossed with them: then it is one record without numbers, and `network_contrasts` compare single stages.
    """
    layers = {name: curve.iloc[:, 1:] for name, curve in curves.items()}
    model, counts = " and ".join(layers), {curve.shape[1] for curve in layers.values()}
    if len(counts) > 1:
        sizes = ", ".join(f"{name} {curve.shape[1]}" for name, curve in layers.items())
        why = (
            f"networks have different numbers of layers ({sizes}); network_contrasts.csv compares each stage"
        )
        empty = Record(
            experiment=experiment, model=model, effect="interaction", humans=0, networks=0, stages=0
        )
        return [noted(empty, why)]
    values = np.stack([curve.to_numpy(float) for curve in layers.values()], axis=1)
    whole = np.isfinite(values).all(axis=(1, 2))
    permutations, note = permutations_for(len(values))
    lost = int((~whole).sum())
    missing = f"{lost} of {len(values)} participants left out for missing cells" if lost else ""
    records = within_networks(experiment, model, values[whole], permutations)
    return [noted(noted(record, missing), note) for record in records]


def network_contrasts(curves: Curves) -> pd.DataFrame:
    """The difference between every two networks at each stage that both have: paired t tests.

    Returns
    -------
    The columns `COLUMNS`, a row per pair and stage: proportion correct of `network_a` less that of
    `network_b`, mean over the participants who have both, its SEM (ddof 1), t with df, p, and p corrected
    over all rows that have one (Holm 1979).
    """
    rows = []
    for (a, first), (b, second) in combinations(curves.items(), 2):
        for stage in range(1, min(first.shape[1], second.shape[1])):
            both = pd.concat([first.iloc[:, stage], second.iloc[:, stage]], axis=1).dropna().to_numpy(float)
            names = {"network_a": a, "network_b": b, "stage": stage}
            layers = {"layer_a": _layer(first, stage), "layer_b": _layer(second, stage)}
            rows.append({**names, **layers, **paired(both)})
    table = pd.DataFrame(rows, columns=[name for name in COLUMNS if name != "p_holm"])
    table = table.astype(dict.fromkeys(("difference", "sem", "t", "df", "p"), float))
    return table.assign(p_holm=holm(table["p"].to_numpy()))[COLUMNS]


def _layer(curve: pd.DataFrame, stage: int) -> str:
    return str(curve.columns[stage]).partition("/")[2]
