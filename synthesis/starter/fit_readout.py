"""The script that made efficientnet_lite0_readout.safetensors, the readout of the starter pictures.

The network's own 1,000 classes do not name 3-D renders, so its pooled features get a readout that does. It is
fitted to four families of emoji (all MIT) that show the same objects in different styles, drawn with random
size, turn, place, ground and sharpness. How well it does on a family that it never saw is measured by leaving
each family out. To make it again:

    npm install --no-save --ignore-scripts --prefix FOLDER @lobehub/fluent-emoji-3d@1.1.0 \\
        emoji-datasource-google@16.0.0 emoji-datasource-twitter@16.0.0 emoji-datasource-facebook@16.0.0
    python -m synthesis.starter.fit_readout --families FOLDER
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer

from synthesis.certify.decision import ReadoutRule
from synthesis.certify.readout.features import pooled_features
from synthesis.certify.readout.fit import Features, Labels, LinearFit, fit_linear
from synthesis.certify.readout.readout import Readout
from synthesis.common.errors import UserError
from synthesis.common.files import write_atomically
from synthesis.media.pictures import Picture
from synthesis.networks.registry import Network, load_network
from synthesis.process.progress import Steps
from synthesis.starter.defaults import NULL_STIMULI, PER_CATEGORY, SEED
from synthesis.starter.make import draw, plan_pictures
from synthesis.starter.objects import starter_objects
from synthesis.starter.render import Variation, read_emoji, render

MODEL = "efficientnet_lite0"
OUT = Path(__file__).with_name(f"{MODEL}_readout.safetensors")

# Wider than the starter pictures' own, so that those lie well inside.
FIT_VARIATION = Variation(
    size=(0.6, 1.0), turn_deg=20, luminance=(0.3, 0.7), contrast=(0.02, 0.12), detail=0.25, noise=0.08
)


@dataclass(frozen=True)
class Family:
    """One npm package of emoji: its pinned version and where its pictures are."""

    name: str
    package: str
    version: str
    folder: str
    extension: str

    def folder_in(self, prefix: Path) -> Path:
        """The pictures' folder. Raises `UserError` if the pinned version is not installed under `prefix`."""
        root = prefix / "node_modules" / self.package
        try:
            version = json.loads((root / "package.json").read_text())["version"]
        except OSError:
            version = "nothing"
        if version != self.version:
            raise UserError(
                f"{root}: needs version {self.version}, found {version}; "
                f"run: npm install --no-save --prefix {prefix} {self.package}@{self.version}"
            )
        return root / self.folder


FAMILIES = (
    Family("fluent", "@lobehub/fluent-emoji-3d", "1.1.0", "assets", "webp"),
    Family("google", "emoji-datasource-google", "16.0.0", "img/google/64", "png"),
    Family("twitter", "emoji-datasource-twitter", "16.0.0", "img/twitter/64", "png"),
    Family("facebook", "emoji-datasource-facebook", "16.0.0", "img/facebook/64", "png"),
)


def draw_family(index: int, prefix: Path, per_category: int, seed: int) -> tuple[list[Picture], list[int]]:
    """`per_category` renders of each category of one family, and their categories' indices."""
    family = FAMILIES[index]
    folder = family.folder_in(prefix)
    pictures: list[Picture] = []
    labels: list[int] = []
    for label, (category, names) in enumerate(starter_objects().items()):
        files = [folder / f"{name}.{family.extension}" for name in names]
        emoji = [read_emoji(file) for file in files if file.is_file()]
        if not emoji:
            raise UserError(f"{folder}: has none of the {category} pictures of pictures.json")
        for number in range(per_category):
            rng = np.random.default_rng((seed, index, label, number))
            pictures.append(render(emoji[number % len(emoji)], FIT_VARIATION, rng))
            labels.append(label)
    return pictures, labels


def left_out_accuracy(features: Features, labels: Labels, families: Labels) -> dict[str, float]:
    """Share of each family's renders named by a readout, penalty included, fitted to the other families."""
    accuracy = {}
    for index, family in enumerate(FAMILIES):
        out = families == index
        fit = fit_linear(features[~out], labels[~out], families[~out])
        accuracy[family.name] = round(fit.accuracy(features[out], labels[out]), 4)
        _say(f"{family.name} left out: {accuracy[family.name]:.1%} named")
    return accuracy


def starter_margins(rule: ReadoutRule, network: Network, emoji_folder: Path) -> dict[str, float]:
    """Probability of the right category for each picture that the `starter` command writes by default.

    Raises `UserError` if one of them is not named, since a readout like that must not be shipped.
    """
    plan = plan_pictures(SEED, PER_CATEGORY, NULL_STIMULI)
    stimuli = [planned for planned in plan if planned.path.parts[0] == "stimuli"]
    features = pooled_features(network, [draw(planned, emoji_folder) for planned in stimuli])
    probability = rule.scores(torch.from_numpy(features)).softmax(dim=1)
    margins: dict[str, float] = {}
    for planned, row in zip(stimuli, probability, strict=True):
        right = rule.categories.index(planned.path.parts[1])
        if int(row.argmax()) != right:
            raise UserError(
                f"{planned.path} is not named; look at it, and choose other objects or more renders"
            )
        margins[str(planned.path)] = float(row[right])
    return margins


def fit_starter_readout(prefix: Path, per_category: int, seed: int) -> Readout:
    """Draw, measure with each family left out, and fit to all families."""
    network = load_network(MODEL)
    rows: list[Features] = []
    labels: list[int] = []
    for index, family in enumerate(FAMILIES):
        pictures, family_labels = draw_family(index, prefix, per_category, seed)
        with Steps(f"features of {family.name}", len(pictures)) as steps:
            rows.append(pooled_features(network, pictures, steps.advance))
        labels += family_labels
    features, indices = np.concatenate(rows), np.array(labels)
    families = np.repeat(np.arange(len(FAMILIES)), [len(part) for part in rows])
    accuracy = left_out_accuracy(features, indices, families)
    fit = fit_linear(features, indices, families)
    return _readout(fit, network, {"per_category": per_category, "seed": seed, "left_out_accuracy": accuracy})


def _readout(fit: LinearFit, network: Network, how: dict[str, object]) -> Readout:
    fitted = {
        **how,
        "families": [f"{family.package}@{family.version}" for family in FAMILIES],
        "strength": fit.strength,
        "fit_accuracy": fit.fit_accuracy,
        "script": "python -m synthesis.starter.fit_readout",
    }
    return Readout(
        weight=torch.from_numpy(fit.weight),
        bias=torch.from_numpy(fit.bias),
        categories=tuple(starter_objects()),
        network=network.name,
        weights_sha256=network.weights_sha256,
        fitted=fitted,
    )


def _say(message: str) -> None:
    typer.echo(message, err=True)


def main(
    families: Annotated[Path, typer.Option(help="prefix of the npm install in this module's docstring")],
    out: Path = OUT,
    per_category: Annotated[int, typer.Option(help="renders per category and family")] = 60,
    seed: int = 1,
) -> None:
    """Fit the starter readout again. Prints one JSON line: accuracies, smallest margin, digest."""
    torch.set_num_threads(2)
    try:
        readout = fit_starter_readout(families, per_category, seed)
        network = load_network(MODEL)
        margins = starter_margins(ReadoutRule(readout), network, FAMILIES[0].folder_in(families))
    except UserError as error:
        _say(str(error))
        raise typer.Exit(1) from None
    data = readout.to_bytes()
    write_atomically(out, data)
    least = sorted(margins.items(), key=lambda entry: entry[1])[:3]
    result = {**readout.fitted, "starter_named": len(margins), "least_probability": dict(least)}
    typer.echo(json.dumps({**result, "sha256": hashlib.sha256(data).hexdigest()}))


if __name__ == "__main__":
    typer.run(main)
