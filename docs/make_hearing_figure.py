"""Metamers of five networks that hear, recognised by two of them: `make figure-hearing`.

    python docs/make_hearing_figure.py [--words N] [--steps N]

The networks are the conditions of Feather et al. 2019, figure 4, in the sizes that ship, those of words at
about 57 % of the words, as there; the observers, there people, are the fully trained word networks. Makes a
bundle for each network, lets both observers answer all, draws docs/images/hearing.svg and writes its numbers
to docs/measurements/hearing.csv. Interrupted, the same command continues.
"""

import argparse
import json
import sys
from pathlib import Path

import altair as alt
import pandas as pd

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from docs.make_observers_figure import synthesis  # noqa: E402
from synthesis.common.charts import MUTED, PALETTE, SHAPES, Chart, save_chart  # noqa: E402
from synthesis.common.files import write_atomically  # noqa: E402
from synthesis.common.frames import frame_csv  # noqa: E402
from synthesis.common.wording import readable_layer  # noqa: E402

MAKERS = {
    "word_cochcnn_at_57": "words, CochCNN",
    "word_reduced_aliasing_at_57": "words, reduced aliasing",
    "both_reduced_aliasing": "both tasks, reduced aliasing",
    "background_reduced_aliasing": "backgrounds, reduced aliasing",
    "random_reduced_aliasing": "untrained, reduced aliasing",
}
OBSERVERS = {"word_cochcnn": "word CochCNN", "word_reduced_aliasing": "word network with reduced aliasing"}
LAYERS = ("relu0", "relu2", "relufc")
FOLDER = ROOT / "var" / "hearing"
FIGURE = ROOT / "docs" / "images" / "hearing.svg"
TABLE = ROOT / "docs" / "measurements" / "hearing.csv"


def main() -> None:
    """Make what is not there yet, and the figure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--words", type=int, default=16)
    parser.add_argument("--steps", type=int, default=200, help="instead of the recipe's own number")
    arguments = parser.parse_args()
    stimuli = FOLDER / "clips"
    synthesis("starter-words", "--out", stimuli, "--words", arguments.words)
    shares = []
    for maker in MAKERS:
        bundle = FOLDER / maker
        synthesis("run", write_spec(maker, stimuli, arguments.steps), "--out", bundle)
        for observer in OBSERVERS:
            answers = FOLDER / f"{maker}-heard-by-{observer}"
            synthesis("recognize", bundle, "--model", observer, "--out", answers)
            shares.append(read_shares(answers, maker, observer))
    FIGURE.parent.mkdir(exist_ok=True)
    table = pd.concat(shares)
    write_atomically(TABLE, frame_csv(table))
    save_chart(draw(table), FIGURE)


def write_spec(maker: str, stimuli: Path, steps: int) -> Path:
    """SPEC.yaml of one network's bundle (JSON is YAML)."""
    spec = {
        "model": maker,
        "layers": LAYERS,
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
    """Share of clips named as spoken, per condition, with its bootstrap SEM over clips."""
    summary = pd.read_csv(answers / "summary.csv")
    chosen = summary[(summary["rule"] == "words") & (summary["score"] == "true_label")]
    return chosen.assign(maker=maker, observer=observer)[
        ["observer", "maker", "condition", "stimuli", "share", "sem"]
    ].dropna(subset="share")  # where no metamer is certified, nothing is shown


def draw(table: pd.DataFrame) -> Chart:
    """A panel per observer, a curve per network that the metamers were made for."""
    conditions = ["natural", *LAYERS]
    shown = table.assign(
        layer=table["condition"].map(lambda name: "Natural" if name == "natural" else readable_layer(name)),
        network=table["maker"].map(MAKERS),
        low=table["share"] - table["sem"],
        high=table["share"] + table["sem"],
    )
    layers = ["Natural", *(readable_layer(name) for name in conditions[1:])]
    networks = list(MAKERS.values())
    offsets = [45 + 11 * (index - 2) for index in range(len(networks))]
    x = alt.X("layer:N", scale=alt.Scale(domain=layers), axis=alt.Axis(title="Matched layer", labelAngle=0))
    aside = alt.XOffset("network:N", scale=alt.Scale(domain=networks, range=offsets, type="ordinal"))
    y = alt.Y("share:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(title="Words recognised"))
    legend = alt.Legend(title="Metamers of", orient="top", columns=3, labelLimit=0)
    colour = alt.Color("network:N", scale=alt.Scale(domain=networks, range=PALETTE[:5]), legend=legend)
    shape = alt.Shape("network:N", scale=alt.Scale(domain=networks, range=SHAPES[:5]), legend=legend)
    panels = []
    for observer, named in OBSERVERS.items():
        data = alt.Chart(shown[shown["observer"] == observer])
        chance = alt.Chart().mark_rule(color=MUTED, strokeDash=[2, 3]).encode(y=alt.datum(1 / 587))
        lines = data.mark_line(strokeWidth=2).encode(x, y, colour, aside)
        bars = data.mark_rule(strokeWidth=1.4).encode(x, alt.Y("low:Q"), alt.Y2("high:Q"), colour, aside)
        points = data.mark_point(filled=True, opacity=1, size=80).encode(x, y, colour, aside, shape)
        title = f"Heard by the {named}"
        panels.append(alt.layer(chance, lines, bars, points).properties(title=title, width=360, height=260))
    counts = table["stimuli"]
    subtitle = [
        f"N = {counts.min()} to {counts.max()} clips per point, certified metamers only. Bars: ±1 SEM, "
        "bootstrap over clips.",
        "Dotted line: chance, 1/587.",
    ]
    title = alt.TitleParams(text="Metamers of networks that hear, by matched layer", subtitle=subtitle)
    figure: Chart = alt.hconcat(*panels, spacing=36).properties(title=title)
    return figure


if __name__ == "__main__":
    main()
