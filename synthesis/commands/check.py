"""`python -m synthesis check`: what specs need, and what of it is there. Nothing is trained or fetched."""

from pathlib import Path
from typing import Annotated, Any

import typer

from synthesis.bundle.spec import FileWeights, RandomWeights, SynthesisSpec
from synthesis.commands.graphs import has_graphs
from synthesis.commands.shared import print_result
from synthesis.common.errors import UserError
from synthesis.common.yaml_file import load_yaml


def check(
    specs: Annotated[list[Path], typer.Argument(help="SPEC.yaml files.")],
) -> None:
    """Print one JSON line per spec: whether its network, layers, weights, stimuli or graphs are there."""
    for file in specs:
        print_result(**_needs(file))


def _needs(file: Path) -> dict[str, Any]:
    if has_graphs(file):
        return _graphs_need(file)
    spec = load_yaml(file, SynthesisSpec)
    return {
        "spec": str(file),
        "model": spec.model,
        "problem": _problem(spec),
        "stimuli": str(spec.stimuli.resolve()),
        "stimuli_here": spec.stimuli.is_dir(),
        **_weights(spec),
    }


def _graphs_need(file: Path) -> dict[str, Any]:
    """Of a spec for graphs: they are read, and each network is shown one. Nothing is trained."""
    from synthesis.graphs.plan import make_graph_plan
    from synthesis.graphs.spec import GraphSpec

    spec = load_yaml(file, GraphSpec)
    problem = ""
    try:
        make_graph_plan(spec)
    except UserError as error:
        problem = str(error)
    networks = [network.title for network in spec.networks]
    return {"spec": str(file), "graphs": spec.graphs, "networks": networks, "problem": problem}


def _problem(spec: SynthesisSpec) -> str:
    """Why no metamer can be made even with all files at hand, in one line; empty if one can."""
    from synthesis.networks.registry import is_user_module, known_networks, require_layers

    if "/" not in spec.model and not is_user_module(spec.model) and spec.model not in known_networks():
        return f"the network {spec.model!r} is not among those of `python -m synthesis models`"
    try:
        require_layers(spec.model, spec.layers, RandomWeights(random=0))
    except UserError as error:
        return str(error)
    return ""


def _weights(spec: SynthesisSpec) -> dict[str, Any]:
    """What weights are wanted, and whether they are on this machine or are fetched when they are needed."""
    from synthesis.networks.registry import registered

    if isinstance(spec.weights, RandomWeights):
        return {"weights": f"random, seed {spec.weights.random}", "weights_are": "here"}
    if isinstance(spec.weights, FileWeights):
        found = spec.weights.file.is_file()
        return {"weights": str(spec.weights.file.resolve()), "weights_are": "here" if found else "missing"}
    source = next((entry.weights for entry in registered() if entry.name == spec.model), None)
    if source is None:
        return {"weights": f"those of {spec.model}", "weights_are": "fetched when needed"}
    return {"weights": source.description, "weights_are": "here" if source.here() else "fetched when needed"}
