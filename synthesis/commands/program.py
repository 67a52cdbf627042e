"""The commands of ``python -m synthesis``."""

from typing import Annotated

import typer

from synthesis.common import stopping
from synthesis.common.lazy_commands import program

# Each is the function of its name in the module of its name.
COMMANDS = {
    "run": ("synthesis.commands.run:run", "Make and certify every metamer of a spec. Prints one JSON line."),
    "verify": (
        "synthesis.commands.verify:verify",
        "Compute everything in a bundle again from its files; list each difference. Prints one JSON line.",
    ),
    "check": (
        "synthesis.commands.check:check",
        "Print one JSON line per spec: whether its network, layers, weights, stimuli or graphs are there.",
    ),
    "report": (
        "synthesis.commands.report:report",
        "Write report.html and its figures into a bundle; with --figure, --stimulus or --out, one figure.",
    ),
    "dimensions": (
        "synthesis.commands.dimensions:dimensions",
        "Dimensions of a network's activations, and pictures along them. Each prints one JSON line.",
    ),
    "graphs": (
        "synthesis.commands.graphs:graphs",
        "Metamers of graph neural networks: run, verify, check and report. Each prints one JSON line.",
    ),
    "models": (
        "synthesis.commands.models:models",
        "List the networks that metamers can be made for: name, input size, weights, licence.",
    ),
    "layers": (
        "synthesis.commands.layers:layers",
        "List a network's layers in depth order; any node of --all can be matched too.",
    ),
    "null": (
        "synthesis.commands.null:null",
        "Compute how well unrelated stimuli match at each layer: one JSON line per layer.",
    ),
    "readout": (
        "synthesis.commands.readout:readout",
        "Fit category names to a network's pooled features. Prints one JSON line with both accuracies.",
    ),
    "recognize": (
        "synthesis.commands.recognize:recognize",
        "Write a network's answers to a bundle's naturals and certified metamers. Prints one JSON line.",
    ),
    "plot-observers": (
        "synthesis.commands.plot_observers:plot_observers",
        "Draw recognition by generating layer, one curve per observer, one panel per generating network.",
    ),
    "starter": (
        "synthesis.commands.starter:starter",
        "Draw the starter pictures of the 16 categories. Prints one JSON line; what is there is kept.",
    ),
    "starter-words": (
        "synthesis.commands.starter_words:starter_words",
        "Speak the starter clips. Prints one JSON line; what is there is kept.",
    ),
    "corpus": (
        "synthesis.commands.corpus:corpus",
        "Make a corpus of spoken words for training. Prints one JSON line; what is there is kept.",
    ),
    "cut-corpus": (
        "synthesis.commands.cut_corpus:cut_corpus",
        "Make a corpus of recordings whose words' times are known. Prints one JSON line.",
    ),
    "train": (
        "synthesis.commands.train:train",
        "Train a network of words or backgrounds, and write OUT/network.safetensors. Prints one JSON line.",
    ),
    "attack": (
        "synthesis.commands.attack:attack",
        "Count the validation clips that a network names, as they are and perturbed. Prints one JSON line.",
    ),
}

app = program(COMMANDS, help="Make, certify and check model metamers.")


@app.callback()
def _options(
    stop_with_stdin: Annotated[
        bool, typer.Option("--stop-with-stdin", help="Stop when standard input is closed.")
    ] = False,
) -> None:
    if stop_with_stdin:
        stopping.stop_with_stdin()
