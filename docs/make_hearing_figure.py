"""Metamers of networks that hear, recognised by other networks: `make figure-hearing`, `make figure-robust`.

    python docs/make_hearing_figure.py [tasks|robust] [--words N] [--steps N]

`tasks` has the conditions of Feather et al. 2019, figure 4, in the sizes that ship, those of words at about
57 % of the words, as there; `robust` the main comparison of Feather et al. 2023: an adversarially trained
network, its control with random perturbations, and a standard one. The observers, there people, are networks
of words. Makes a bundle for each network, lets the observers answer all, draws a figure in docs/images and
writes its numbers to docs/measurements. Interrupted, the same command continues.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from docs.make_observers_figure import synthesis  # noqa: E402
from synthesis.common.charts import MUTED, PALETTE, SHAPES, Chart, save_chart  # noqa: E402
from synthesis.common.files import write_atomically  # noqa: E402
from synthesis.common.frames import frame_csv  # noqa: E402
from synthesis.common.wording import readable_layer  # noqa: E402

FOLDER = ROOT / "var" / "hearing"


@dataclass(frozen=True)
class Comparison:
    """Networks that metamers are made for and networks that hear them, each with its name in the figure.

    The networks `also` hear them too, but stand in the table only.
    """

    file: str
    title: str
    makers: dict[str, str]
    observers: dict[str, str]
    layers: tuple[str, ...]
    also: tuple[str, ...] = ()
    contrasts: tuple[tuple[str, str], ...] = ()
    """Pairs of makers whose metamers of the same clips are compared, in a table of their own."""

    @property
    def figure(self) -> Path:
        return ROOT / "docs" / "images" / f"{self.file}.svg"

    @property
    def table(self) -> Path:
        return ROOT / "docs" / "measurements" / f"{self.file}.csv"

    @property
    def table_of_contrasts(self) -> Path:
        return self.table.with_stem(f"{self.file}-differences")


COMPARISONS = {
    "tasks": Comparison(
        "hearing",
        "Metamers of networks that hear, by matched layer",
        {
            "word_cochcnn_at_57": "words, CochCNN",
            "word_reduced_aliasing_at_57": "words, reduced aliasing",
            "both_reduced_aliasing": "both tasks, reduced aliasing",
            "background_reduced_aliasing": "backgrounds, reduced aliasing",
            "random_reduced_aliasing": "untrained, reduced aliasing",
        },
        {"word_cochcnn": "word CochCNN", "word_reduced_aliasing": "word network with reduced aliasing"},
        ("relu0", "relu2", "relufc"),
    ),
    "robust": Comparison(
        "robust",
        "Metamers of an adversarially trained network, of its control and of a standard one",
        {
            "word_robust_cochleagram": "adversarially trained",
            "word_random_step_cochleagram": "random perturbations",
            "word_standard": "standard",
        },
        {"word_cochcnn": "word CochCNN", "word_reduced_aliasing": "word network with reduced aliasing"},
        ("relu0", "relu1", "relu2", "relu3", "relu4", "relufc"),
        also=("word_robust_cochleagram", "word_random_step_cochleagram", "word_standard"),
        contrasts=(
            ("word_robust_cochleagram", "word_standard"),
            ("word_robust_cochleagram", "word_random_step_cochleagram"),
            ("word_random_step_cochleagram", "word_standard"),
        ),
    ),
}


def main() -> None:
    """Make what is not there yet, and the figure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("comparison", nargs="?", choices=COMPARISONS, default="tasks")
    parser.add_argument("--words", type=int, default=48, help="how many clips")
    parser.add_argument("--steps", type=int, default=200, help="instead of the recipe's own number")
    arguments = parser.parse_args()
    comparison = COMPARISONS[arguments.comparison]
    stimuli = FOLDER / f"clips-{arguments.words}"
    synthesis("starter-words", "--out", stimuli, "--words", arguments.words)
    shares = []
    for maker in comparison.makers:
        bundle = FOLDER / maker
        spec = write_spec(maker, comparison.layers, stimuli, arguments.steps)
        synthesis("run", spec, "--out", bundle)
        for observer in (*comparison.observers, *comparison.also):
            answers = FOLDER / f"{maker}-heard-by-{observer}"
            synthesis("recognize", bundle, "--model", observer, "--out", answers)
            shares.append(read_shares(answers, maker, observer))
    comparison.figure.parent.mkdir(exist_ok=True)
    table = pd.concat(shares, ignore_index=True)
    write_atomically(comparison.table, frame_csv(table))
    if comparison.contrasts:
        write_atomically(comparison.table_of_contrasts, frame_csv(contrasts(comparison)))
    save_chart(draw(comparison, table), comparison.figure)


def write_spec(maker: str, layers: tuple[str, ...], stimuli: Path, steps: int) -> Path:
    """SPEC.yaml of one network's bundle (JSON is YAML)."""
    spec = {
        "model": maker,
        "layers": layers,
        "stimuli": str(stimuli / "stimuli"),
        "null_file": "reference",
        # The network of backgrounds hears no words; it has to give a metamer its own label of the natural.
        "decision": "own" if maker == "background_reduced_aliasing" else "words",
        "max_steps": steps,
    }
    path = FOLDER / f"{maker}.yaml"
    path.write_text(json.dumps(spec, indent=1) + "\n")
    return path


def read_shares(answers: Path, maker: str, observer: str) -> pd.DataFrame:
    """Share of clips per condition, with the 95 % interval of a bootstrap over clips.

    `true_label`: named as spoken. `natural_label`: named as the observer names the natural clip.
    """
    summary = pd.read_csv(answers / "summary.csv")
    chosen = summary[summary["rule"] == "words"]
    return chosen.assign(maker=maker, observer=observer)[
        ["observer", "maker", "condition", "score", "stimuli", "share", "sem", "low", "high"]
    ].dropna(subset="share")  # where no metamer is certified, nothing is shown


def contrasts(comparison: Comparison) -> pd.DataFrame:
    """How many more metamers of one network are named as spoken than of another, of the same clips.

    Of each observer in the figure, per layer and over the layers after relu 1 (a clip's mean of them); `low`
    and `high` are the 95 % interval of a bootstrap over clips.
    """
    rows = []
    for (one, other), observer in product(comparison.contrasts, comparison.observers):
        named = [right_answers(FOLDER / f"{maker}-heard-by-{observer}") for maker in (one, other)]
        difference = named[0] - named[1]  # of clips and layers that both are certified at
        late = [layer for layer in comparison.layers if layer not in ("relu0", "relu1")]
        for layer in (*comparison.layers, "late"):
            values = (difference[late].mean(axis=1) if layer == "late" else difference[layer]).dropna()
            means = resampled_means(values.to_numpy())
            low, high = np.percentile(means, [2.5, 97.5])
            row = {"observer": observer, "of": one, "less": other, "condition": layer, "clips": len(values)}
            rows.append({**row, "difference": values.mean(), "low": low, "high": high})
    return pd.DataFrame(rows)


def right_answers(answers: Path) -> pd.DataFrame:
    """Clips by layers: 1 where a metamer was named as spoken, else 0; NaN where it has no certificate."""
    shown = pd.read_csv(answers / "answers.csv")
    shown["right"] = (shown["answer_words"] == shown["category"]).astype(float)
    return shown.pivot(index="stimulus", columns="condition", values="right")


def resampled_means(values: np.ndarray) -> np.ndarray:
    """Means of 10,000 bootstrap samples."""
    chosen = np.random.default_rng(0).integers(len(values), size=(10_000, len(values)))
    means: np.ndarray = values[chosen].mean(axis=1)
    return means


def draw(comparison: Comparison, table: pd.DataFrame) -> Chart:
    """A panel per observer, a curve per network that the metamers were made for."""
    conditions = ["natural", *comparison.layers]
    shown = table[table["score"] == "true_label"].assign(
        layer=table["condition"].map(lambda name: "Natural" if name == "natural" else readable_layer(name)),
        network=table["maker"].map(comparison.makers),
    )
    layers = ["Natural", *(readable_layer(name) for name in conditions[1:])]
    networks = list(comparison.makers.values())
    width = 90 * len(layers) if len(layers) < 5 else 62 * len(layers)
    x = alt.X("layer:N", scale=alt.Scale(domain=layers), axis=alt.Axis(title="Matched layer", labelAngle=0))
    aside = alt.XOffset("network:N", scale=alt.Scale(domain=networks, type="point", padding=1.5))
    y = alt.Y("share:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(title="Words recognised"))
    legend = alt.Legend(title="Metamers of", orient="top", columns=3, labelLimit=0)
    colour = alt.Color("network:N", scale=alt.Scale(domain=networks, range=PALETTE[:5]), legend=legend)
    shape = alt.Shape("network:N", scale=alt.Scale(domain=networks, range=SHAPES[:5]), legend=legend)
    panels = []
    for observer, named in comparison.observers.items():
        data = alt.Chart(shown[shown["observer"] == observer])
        chance = alt.Chart().mark_rule(color=MUTED, strokeDash=[2, 3]).encode(y=alt.datum(1 / 587))
        lines = data.mark_line(strokeWidth=2).encode(x, y, colour, aside)
        bars = data.mark_rule(strokeWidth=1.4).encode(x, alt.Y("low:Q"), alt.Y2("high:Q"), colour, aside)
        points = data.mark_point(filled=True, opacity=1, size=80).encode(x, y, colour, aside, shape)
        title = f"Heard by the {named}"
        panels.append(alt.layer(chance, lines, bars, points).properties(title=title, width=width, height=260))
    counts = table["stimuli"]
    subtitle = [
        f"N = {counts.min()} to {counts.max()} clips per point, certified metamers only.",
        "Bars: 95 % interval, bootstrap over clips. Dotted line: chance, 1/587.",
    ]
    title = alt.TitleParams(text=comparison.title, subtitle=subtitle)
    figure: Chart = alt.hconcat(*panels, spacing=36).properties(title=title)
    return figure


if __name__ == "__main__":
    main()
