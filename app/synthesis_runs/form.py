"""A run's spec from the fields of a form, as the YAML that anybody could have written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from app.stimulus_sets.storage import FOLDER
from app.synthesis_runs.networks import ListedNetwork

# The values of a spec, with what they mean; the first of each is the usual one.
RECIPES = {
    "fast": "Adam with a falling rate, 400 steps; an item that matches well enough stops earlier. "
    "The usual one.",
    "feather2023": "as published in 2023: normalised steps that are halved in 8 rounds, 24,000 steps. "
    "For replications; some 60 times as long.",
    "feather2019": "as published in 2019: Adam, half the squared error, 15,000 steps. For replications.",
}
DECISIONS = {
    "picture": {
        "feather": "the highest-ranked ImageNet class that belongs to any of the 16 categories",
        "geirhos": "the one of the 16 categories with the largest mean probability over its classes",
        "none": "no answer is compared: the null alone certifies",
    },
    "sound": {
        "words": "the word with the largest logit",
        "own": "as words, for a network that names something else than the stimuli",
        "letters": "the text of the best path, for networks that spell speech",
        "none": "no answer is compared: the null alone certifies",
    },
}
PREPARATIONS = {
    "square-resize": "the largest centre square, resized to the network’s size",
    "resize-256-crop-224": "the short side resized, then the centre cut out",
    "none": "as it is; it must have the network’s size",
}
NULL_REFERENCE, NULL_OWN = "reference", "own"


@dataclass(frozen=True)
class RunForm:
    """What was chosen. `null` is "reference", "own" (the stimuli themselves), or the name of a set."""

    name: str = ""
    model: str = ""
    layers: tuple[str, ...] = ()
    stimuli: str = ""
    null: str = NULL_REFERENCE
    recipe: str = "fast"
    max_steps: str = ""
    decision: str = ""
    prepare: str = "square-resize"
    seed: str = "0"
    seeds_per_stimulus: str = "1"
    attempts: str = "3"


def spec_of(form: RunForm, network: ListedNetwork) -> str:
    """YAML; usual values that explain themselves are left out."""
    in_depth = [layer for layer in network.layers if layer in form.layers]
    fields: dict[str, Any] = {
        "model": network.name,
        "layers": in_depth,
        "stimuli": f"{FOLDER}/{form.stimuli}",
    }
    if form.null == NULL_REFERENCE:
        fields["null_file"] = "reference"
    elif form.null != NULL_OWN:
        fields["null_stimuli"] = f"{FOLDER}/{form.null}"
    if network.medium == "picture" and form.prepare != "square-resize":
        fields["prepare"] = form.prepare
    fields |= {"decision": form.decision, "recipe": form.recipe}
    if form.max_steps:
        fields["max_steps"] = _number(form.max_steps)
    fields["seed"] = _number(form.seed)
    if form.seeds_per_stimulus != "1":
        fields["seeds_per_stimulus"] = _number(form.seeds_per_stimulus)
    if form.attempts != "3":
        fields["attempts"] = _number(form.attempts)
    return "".join(_line(name, value) for name, value in fields.items())


def _number(text: str) -> int | str:
    """What is no number stays as it is; the check of the spec names its line."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else text


def _line(name: str, value: Any) -> str:
    if isinstance(value, list):
        return f"{name}: {yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)}"
    return yaml.safe_dump({name: value}, allow_unicode=True, width=10_000)


def length_problem(network: ListedNetwork, lengths: Sequence[tuple[int, int, int]]) -> str:
    """Why clips of these (samples, rate in Hz, number) are not as long as the network's; "" if they are."""
    if network.medium != "sound":
        return ""
    wanted, rate_hz = network.input.samples, network.input.sample_rate_hz  # type: ignore[attr-defined]
    # In whole numbers: a run refuses a difference of more than a millisecond.
    wrong = [
        (samples / own_hz, number)
        for samples, own_hz, number in lengths
        if 1_000 * abs(samples * rate_hz - wanted * own_hz) > own_hz * rate_hz
    ]
    if not wrong:
        return ""
    many = sum(number for _, number in wrong)
    return (
        f"{network.name} is shown clips of {wanted / rate_hz:g} s, and {many:,} of this set last otherwise "
        f"({wrong[0][0]:.4g} s, for one); cut them to that length and upload them as another set"
    )
