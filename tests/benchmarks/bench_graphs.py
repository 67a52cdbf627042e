"""Metamers of features of graphs: how good, how far from the original, and what they cost.

    python tests/benchmarks/bench_graphs.py [--quick]

Prints JSON lines and writes them to var/bench/graphs.jsonl:
- `graphs.quality`: for karate, sbm-300 and digits, a GCN, layer by layer: relative error, labels kept, cosine
  to the original beside chance, share of metameric dimensions, seconds.
  Beside it error and labels kept of the baselines: nearest other node's features, permuted rows, and where
  ranks are exact a null-space sample of relative change 1.
- `graphs.binary`: binary features of both block models, with certificates. `graphs.structure`: edges of the
  karate club, with certificates, over restarts. `graphs.observers`: of `sbm`, the share of nodes of metamers
  of a GCN's logits that networks of another seed name right, beside the original's and random features'.
- `graphs.nodes`, `graphs.layers`: seconds for at most 100 steps at the logits and for the share of
  metameric dimensions, by nodes (block models of mean degree 6, 64 features, to 20,000 nodes) and by layers.
- `graphs.ablation`: on sbm-300, what the activation function, residuals, adversarial training, width and
  depth do to the metameric share of the last hidden layer, to the share of its units that are above 0, and to
  the deviation of metamers of the logits: mean and standard error over five seeds.

Networks are trained for 200 epochs, metamers are real unless it is said, and made by the recipe `fast`. With
`--quick`, two seeds and few steps: to see that it runs. Ranks of more than 4,000 entries of features are
upper bounds from 32 nodes, so shares are lower bounds there.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402

from synthesis.graphs.bench import input_of, survey, tensors  # noqa: E402
from synthesis.graphs.data import DATASETS, Graph, GraphSet, both_directions, split_by_class  # noqa: E402
from synthesis.graphs.deviation import feature_measures  # noqa: E402
from synthesis.graphs.dimension import bounded, exact, is_exact  # noqa: E402
from synthesis.graphs.networks import activations, build  # noqa: E402
from synthesis.graphs.planted import planted_partition, planted_words  # noqa: E402
from synthesis.graphs.spec import GraphNetworkSpec  # noqa: E402
from synthesis.graphs.training import accuracies, joined  # noqa: E402
from tests.benchmarks.graphs.comparisons import (  # noqa: E402
    baselines,
    binary,
    features_of,
    observers,
    structure,
    trained,
)

Line = dict[str, object]
EXAMINED = 32
GCN = GraphNetworkSpec(kind="gcn")
ABLATION = {
    "relu": GCN,
    "elu": GraphNetworkSpec(kind="gcn", activation="elu"),
    "residual": GraphNetworkSpec(kind="gcn", residual=True),
    "adversarial": GraphNetworkSpec(kind="gcn", adversarial=True),
    "width 64": GraphNetworkSpec(kind="gcn", width=64),
    "width 128": GraphNetworkSpec(kind="gcn", width=128),
    "depth 4": GraphNetworkSpec(kind="gcn", depth=4),
    "mlp": GraphNetworkSpec(kind="mlp"),
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    path = ROOT / "var" / "bench" / "graphs.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        for line in lines(quick):
            text = json.dumps(line | {"machine": platform.machine(), "torch": torch.__version__})
            print(text, flush=True)
            file.write(text + "\n")


def lines(quick: bool) -> Iterator[Line]:
    yield from quality(["karate"] if quick else ["karate", "sbm-300", "digits"], 50 if quick else 1000)
    yield from binary(50 if quick else 1000)
    yield from structure(20 if quick else 300, 2 if quick else 5)
    for kind in ("real", "binary"):
        yield from observers(2 if quick else 5, 50 if quick else 1000, kind)
    for nodes in (100, 1000) if quick else (100, 300, 1000, 3000, 10_000, 20_000):
        yield {"name": "graphs.nodes", "nodes": nodes} | cost(blocks(nodes), GCN)
    for depth in (1, 2) if quick else (1, 2, 3, 4, 6, 8):
        yield {"name": "graphs.layers", "layers": depth} | cost(
            blocks(1000), GraphNetworkSpec(kind="gcn", depth=depth)
        )
    for what, spec in list(ABLATION.items())[: 2 if quick else None]:
        yield ablation(what, spec, seeds=2 if quick else 5, steps=50 if quick else 1000)


def quality(names: list[str], steps: int) -> Iterator[Line]:
    for name in names:
        data = DATASETS[name](0)
        begun = time.perf_counter()
        module = trained(GCN, data, seed=0)
        seconds = round(time.perf_counter() - begun, 2)
        for layer in layers_of(module, data.graphs[0]):
            yield (
                {"name": "graphs.quality", "graph": name, "layer": layer, "s_train": seconds}
                | metamer(module, data, layer, steps)
                | share(module, data.graphs[0], layer)
                | baselines(module, data.graphs[0], layer)
            )


def cost(data: GraphSet, spec: GraphNetworkSpec) -> Line:
    module = build(spec, input_of(data), 0).requires_grad_(False)
    made = metamer(module, data, "logits", 100)
    return {key: made[key] for key in ("error", "steps", "s")} | share(module, data.graphs[0], "logits")


def ablation(what: str, spec: GraphNetworkSpec, seeds: int, steps: int) -> Line:
    rows: list[Line] = []
    for seed in range(seeds):
        data = DATASETS["sbm-300"](seed)
        module = trained(spec, data, seed)
        hidden = layers_of(module, data.graphs[0])[-2]
        found = metamer(module, data, "logits", steps) | share(module, data.graphs[0], hidden)
        activation = survey(module, data.graphs[0])[0][hidden]
        right = accuracies(module, joined(data))[1]
        rows.append(found | {"accuracy": right, "active": float((activation > 0).mean())})
    line: Line = {"name": "graphs.ablation", "network": what, "seeds": seeds}
    for key in ("accuracy", "error", "labels_kept", "cosine", "cosine_chance", "metameric_share", "active"):
        values = [float(str(row[key])) for row in rows]
        line[key] = round(statistics.mean(values), 5)
        line[f"{key}_sem"] = round(statistics.stdev(values) / len(values) ** 0.5, 5)
    return line


def metamer(module: nn.Module, data: GraphSet, layer: str, steps: int) -> Line:
    """One real feature metamer of a layer of the first graph."""
    graph = data.graphs[0]
    x, edges = tensors(graph)
    begun = time.perf_counter()
    found, taken = features_of(module, graph, layer, steps)
    seconds, made = time.perf_counter() - begun, tensors(found)[0]
    with torch.inference_mode():
        natural, changed = activations(module, x, edges), activations(module, made, edges)
    kept = natural["logits"].argmax(dim=1) == changed["logits"].argmax(dim=1)
    error = (natural[layer] - changed[layer]).norm() / natural[layer].norm()
    cosine = feature_measures(graph.features, made.numpy(), np.random.default_rng(0))["cosine"]
    return {
        "error": round(float(error), 6),
        "labels_kept": round(float(kept.float().mean()), 4),
        "cosine": round(cosine.value, 4),
        "cosine_chance": round(cosine.chance, 4),
        "steps": taken,
        "s": round(seconds, 2),
    }


def share(module: nn.Module, graph: Graph, layer: str) -> Line:
    """The share of metameric dimensions, exact or bounded, and the seconds that it took."""
    (x, edges), double = tensors(graph), deepcopy(module).double()
    begun = time.perf_counter()
    if is_exact(*graph.features.shape):
        found = exact(lambda free: activations(double, free, edges)[layer], x)
    else:
        hops = 0 if module.kind == "mlp" else layers_of(module, graph).index(layer) + 1
        examined = np.random.default_rng(0).choice(graph.nodes, min(EXAMINED, graph.nodes), replace=False)
        found = bounded(lambda free, among: activations(double, free, among)[layer], x, edges, hops, examined)
    return {
        "metameric_share": round(found.share, 5),
        "exact": found.exact,
        "s_share": round(time.perf_counter() - begun, 2),
    }


def layers_of(module: nn.Module, graph: Graph) -> list[str]:
    with torch.inference_mode():
        return list(activations(module, *tensors(graph)))


def blocks(nodes: int) -> GraphSet:
    """A block model of three classes with about five edges of each node within its class and one outside."""
    rng = np.random.default_rng(0)
    pairs, labels = planted_partition(nodes, 3, min(1.0, 15 / nodes), 1.5 / nodes, rng)
    features = planted_words(labels, 64, 0.16, 3.0, rng)
    graph = Graph(both_directions(pairs), features, labels, f"blocks-{nodes}")
    return GraphSet((graph,), 3, True, *split_by_class(labels, rng))


if __name__ == "__main__":
    main()
