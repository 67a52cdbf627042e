"""Parts of `bench_graphs.py`: metamers beside baselines, of structure, and as other networks judge them."""

import statistics
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace

import numpy as np
from torch import nn

from synthesis.certify.certificate import measure
from synthesis.graphs.bench import input_of, survey, tensors
from synthesis.graphs.certificates import certify, graph_null, profile
from synthesis.graphs.data import DATASETS, Graph, GraphSet
from synthesis.graphs.dense_layers import dense_activations
from synthesis.graphs.deviation import edge_jaccard
from synthesis.graphs.dimension import is_exact
from synthesis.graphs.features import feature_metamer
from synthesis.graphs.kind import Graphs
from synthesis.graphs.networks import activations, build
from synthesis.graphs.nullspace import nearest_other, null_sample
from synthesis.graphs.rewiring import permuted_rows, random_like
from synthesis.graphs.spec import FeatureKind, GraphNetworkSpec
from synthesis.graphs.structure import structure_metamer
from synthesis.graphs.training import joined, train
from synthesis.optimise.recipes import Fast

Line = dict[str, object]
OBSERVERS = ("gcn", "gin", "sage", "cheb", "gat", "mlp")


def trained(spec: GraphNetworkSpec, data: GraphSet, seed: int) -> nn.Module:
    module = build(spec, input_of(data), seed)
    train(module, joined(data), 200, spec.adversarial)
    return module.requires_grad_(False)


def recipe(steps: int) -> Fast:
    return replace(Fast(), max_steps=steps, **Graphs.recipes()["fast"])


def features_of(
    module: nn.Module, graph: Graph, layer: str, steps: int, kind: FeatureKind = "real", seed: int = 0
) -> tuple[Graph, int]:
    """A metamer of features, and the number of steps that it took."""
    x, edges = tensors(graph)
    found = feature_metamer(
        lambda free: activations(module, free, edges)[layer], x, kind, recipe(steps), seed
    )
    return replace(graph, features=found.best.numpy()), len(found.losses)


def baselines(module: nn.Module, graph: Graph, layer: str) -> Line:
    """Error and labels kept of what is not optimised; a null-space sample where ranks are exact."""
    rng = np.random.default_rng(0)
    given = {
        "nearest": nearest_other(graph.features),
        "permuted": permuted_rows(graph.features, rng),
    }
    if is_exact(*graph.features.shape):
        x, edges = tensors(graph)
        double = deepcopy(module).double()
        sample = null_sample(lambda free: activations(double, free, edges)[layer], x, 1.0, rng)
        given["null_space"] = sample.features.numpy().astype(np.float32)
    natural, labels = survey(module, graph)
    line: Line = {}
    for name, features in given.items():
        changed, others = survey(module, replace(graph, features=features))
        line[f"{name}_error"] = round(measure(natural[layer], changed[layer]).relative_error, 5)
        line[f"{name}_labels_kept"] = round(float((labels == others).mean()), 4)
    return line


def structure(steps: int, restarts: int) -> Iterator[Line]:
    """Metamers of the structure of the karate club, with their certificates: edges keep their number."""
    data = DATASETS["karate"](0)
    graph, module = data.graphs[0], trained(GraphNetworkSpec(kind="gcn"), data, 0)
    x, _ = tensors(graph)
    null = graph_null(module, graph, "structure", ("karate", "gcn"))
    natural, labels = survey(module, graph)
    for layer in natural:
        rows = []
        for restart in range(restarts):
            made = structure_metamer(
                lambda matrix, layer=layer: dense_activations(module, x, matrix)[layer],
                graph.edges, graph.nodes, "edges", recipe(steps), restart,
            )  # fmt: skip
            changed, others = survey(module, replace(graph, edges=made.edges))
            certificate = certify(profile(natural, changed), layer, (labels, others), null)
            kept = np.isin(_codes(made.edges, graph.nodes), _codes(graph.edges, graph.nodes)).mean()
            rows.append((certificate, float(kept), edge_jaccard(graph.edges, made.edges)))
        drawn = [
            np.isin(
                _codes(random_like(graph.edges, graph.nodes, np.random.default_rng(n)), graph.nodes),
                _codes(graph.edges, graph.nodes),
            ).mean()
            for n in range(20)
        ]
        errors = [certificate.relative_error for certificate, _, _ in rows]
        yield {
            "name": "graphs.structure",
            "graph": "karate",
            "layer": layer,
            "restarts": restarts,
            "certified": sum(certificate.passed for certificate, _, _ in rows),
            "another_answer": sum(certificate.fault == "another answer" for certificate, _, _ in rows),
            "error_median": round(statistics.median(errors), 4),
            "error_smallest": round(min(errors), 4),
            "error_largest": round(max(errors), 4),
            "null_smallest_error": round(next(o for o in null.layers if o.layer == layer).smallest_error, 4),
            "labels_kept": round(statistics.mean(c.labels_kept for c, _, _ in rows), 4),
            "edges_kept": round(statistics.mean(kept for _, kept, _ in rows), 4),
            "edges_kept_chance": round(float(np.mean(drawn)), 4),
        }


def _codes(edges: np.ndarray, nodes: int) -> np.ndarray:
    return edges[0] * nodes + edges[1]


def observers(seeds: int, steps: int, kind: FeatureKind) -> Iterator[Line]:
    """On weak features (sbm): how networks of another seed judge a GCN's metamers of its logits."""
    data = DATASETS["sbm"](0)
    graph = data.graphs[0]
    shares: dict[str, list[tuple[float, float, float]]] = {name: [] for name in OBSERVERS}
    for seed in range(seeds):
        made, _ = features_of(
            trained(GraphNetworkSpec(kind="gcn"), data, seed), graph, "logits", steps, kind, seed
        )
        rng = np.random.default_rng(seed)
        shuffled = rng.permutation(graph.features.ravel()).reshape(graph.features.shape)
        shown = made, graph, replace(graph, features=shuffled)
        for name in OBSERVERS:
            observer = trained(GraphNetworkSpec(kind=name), data, 100 + seed)
            shares[name].append(
                tuple(float((survey(observer, one)[1] == graph.labels).mean()) for one in shown)
            )
    for name, values in shares.items():
        line: Line = {"name": "graphs.observers", "features": kind, "observer": name, "seeds": seeds}
        for key, numbers in zip(
            ("right", "right_on_original", "right_on_random"), zip(*values, strict=True), strict=True
        ):
            line[key] = round(statistics.mean(numbers), 4)
            line[f"{key}_sem"] = round(statistics.stdev(numbers) / len(numbers) ** 0.5, 4)
        yield line


def binary(steps: int) -> Iterator[Line]:
    """Binary metamers of features of both block models, with certificates."""
    for name in ("sbm", "sbm-300"):
        data = DATASETS[name](0)
        graph, module = data.graphs[0], trained(GraphNetworkSpec(kind="gcn"), data, 0)
        null = graph_null(module, graph, "features", (name, "gcn"))
        natural, labels = survey(module, graph)
        for layer in natural:
            made, taken = features_of(module, graph, layer, steps, "binary")
            changed, others = survey(module, made)
            certificate = certify(profile(natural, changed), layer, (labels, others), null)
            both = float((made.features * graph.features).sum() / graph.features.sum())
            yield {
                "name": "graphs.binary", "graph": name, "layer": layer, "steps": taken,
                "error": round(certificate.relative_error, 5),
                "labels_kept": round(certificate.labels_kept, 4), "certified": certificate.passed,
                "cosine": round(both, 4), "cosine_chance": round(float(graph.features.mean()), 4),
            }  # fmt: skip
