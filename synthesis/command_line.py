"""The commands of ``python -m synthesis``."""

from typing import Annotated

import typer

from synthesis import stopping
from synthesis.commands import program

COMMANDS = {
    "run": ("synthesis.bundle_commands:run", "Make and certify every metamer of a spec."),
    "verify": (
        "synthesis.bundle_commands:verify",
        "Compute everything in a bundle again from its files, and list each difference.",
    ),
    "report": (
        "synthesis.report.command:report",
        "Write report.html and its figures into a bundle; with --figure, --stimulus or --out, one figure.",
    ),
    "models": (
        "synthesis.networks_command:models",
        "List the networks that metamers can be made for: name, input size, weights, licence.",
    ),
    "layers": (
        "synthesis.networks_command:layers",
        "List a network's layers in depth order; any node of --all can be matched too.",
    ),
    "null": (
        "synthesis.null_command:null",
        "Compute how well unrelated stimuli match at each layer: one JSON line per layer.",
    ),
    "readout": (
        "synthesis.readout_command:readout",
        "Fit category names to a network's pooled features. Prints one JSON line with both accuracies.",
    ),
    "recognize": (
        "synthesis.recognition.command:recognize",
        "Write a network's answers to a bundle's naturals and certified metamers. Prints one JSON line.",
    ),
    "plot-observers": (
        "synthesis.recognition.command:plot_observers",
        "Draw recognition by generating layer, one curve per observer, one panel per generating network.",
    ),
    "starter": (
        "synthesis.starter.command:starter",
        "Draw the starter pictures of the 16 categories. Prints one JSON line; what is there is kept.",
    ),
    "starter-words": (
        "synthesis.starter.words_command:starter_words",
        "Speak the starter clips. Prints one JSON line; what is there is kept.",
    ),
    "corpus": (
        "synthesis.speech.command:corpus",
        "Make a corpus of spoken words for training. Prints one JSON line; what is there is kept.",
    ),
    "cut-corpus": (
        "synthesis.speech.command:cut_corpus",
        "Make a corpus of recordings whose words' times are known. Prints one JSON line.",
    ),
    "train": (
        "synthesis.training.command:train",
        "Train a network of words or backgrounds, and write OUT/network.safetensors. Prints one JSON line.",
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
