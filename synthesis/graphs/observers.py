"""Networks as observers: what each makes of the certified metamers of every other."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from synthesis.bundle.graphs import GraphItem, GraphNetworkRecord, GraphOriginal, Observation, Optimised
from synthesis.bundle.record import Record
from synthesis.graphs.bench import Bench, survey


class Observations(Record):
    """All that one network observed."""

    observer: str
    found: list[Observation]


@dataclass(frozen=True)
class ObserveJob:
    """One network, shown the certified ones of these metamers."""

    observer: GraphNetworkRecord
    originals: tuple[GraphOriginal, ...]
    items: tuple[GraphItem, ...]
    record: ClassVar[type[Record]] = Observations

    def __str__(self) -> str:
        return f"{self.observer.name} as observer"

    def key(self) -> dict[str, Any]:
        shown = sorted([item.id, item.blob.sha256] for item in self.items)
        return {
            "job": "observe",
            "weights": self.observer.weights.sha256,
            "name": self.observer.name,
            "items": shown,
        }

    def do(self, bench: Bench) -> Observations:
        module = bench.module(self.observer)
        labels, given = {}, {}
        for original in self.originals:
            graph = bench.graph(original.blob.sha256)
            labels[original.id], given[original.id] = np.atleast_1d(graph.labels), survey(module, graph)[1]
        found: dict[tuple[str, str, Optimised], list[tuple[float, float, float]]] = defaultdict(list)
        for item in self.items:
            _, answers = survey(module, bench.graph(item.blob.sha256))
            own, true = given[item.graph], labels[item.graph]
            shares = ((answers == own).mean(), (answers == true).mean(), (own == true).mean())
            found[item.network, item.layer, item.optimised].append((*map(float, shares),))  # type: ignore[arg-type] # three
        return Observations(
            observer=self.observer.name,
            found=[
                Observation(
                    observer=self.observer.name,
                    generator=network,
                    layer=layer,
                    optimised=optimised,
                    metamers=len(values),
                    same=float(np.mean([value[0] for value in values])),
                    right=float(np.mean([value[1] for value in values])),
                    right_on_originals=float(np.mean([value[2] for value in values])),
                )
                for (network, layer, optimised), values in found.items()
            ],
        )
