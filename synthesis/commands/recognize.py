"""`python -m synthesis recognize` and `plot-observers`: another network's answers, and their figure."""

import json
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from synthesis.bundle.spec import parse_weights
from synthesis.bundle.store import BundleStore
from synthesis.recognition.rules import Rule, ScoreName


def recognize(
    bundle: Annotated[Path, typer.Argument(help="A bundle's folder.")],
    model: Annotated[str, typer.Option(help="The observer: a network of `models`.")],
    out: Annotated[Path, typer.Option(help="Folder for answers.csv, summary.csv and recognize.json.")],
    weights: Annotated[str, typer.Option(help="published, random:SEED, or a checkpoint file.")] = "published",
    readout: Annotated[
        Path | None, typer.Option(help="The observer's readout, for other categories.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the bootstrap.")] = 0,
) -> None:
    """Write a network's answers to a bundle's naturals and certified metamers. Prints one JSON line."""
    # Not at the top: `python -m synthesis models` must not load torch.
    from synthesis.networks.registry import load_network
    from synthesis.recognition.recognize import recognize_bundle

    started = time.monotonic()
    record = recognize_bundle(
        BundleStore(bundle),
        load_network(model, parse_weights(weights)),
        out,
        readout=readout,
        seed=seed,
        command=sys.argv,
    )
    for note in record.notes:
        typer.echo(note, err=True)
    shown = record.bundle
    result = {
        "naturals": shown.naturals,
        "metamers": shown.metamers,
        "uncertified": shown.uncertified,
        "seconds": round(time.monotonic() - started, 1),
    }
    typer.echo(json.dumps(result))


def plot_observers(
    folders: Annotated[list[Path], typer.Argument(help="Folders that `recognize` wrote.")],
    out: Annotated[Path, typer.Option(help="FILE.svg or FILE.png to write.")],
    rule: Annotated[
        Rule | None,
        typer.Option(help="How the observers answer; without, the first folder's first."),
    ] = None,
    score: Annotated[ScoreName, typer.Option(help="What counts as recognised.")] = "natural_label",
) -> None:
    """Draw recognition by generating layer, one curve per observer, one panel per generating network."""
    from synthesis.common.charts import save_chart
    from synthesis.recognition.figure import observers_chart
    from synthesis.recognition.results import read_results

    results = [read_results(folder) for folder in folders]
    record, _ = results[0]
    save_chart(observers_chart(results, rule or record.first_rule, score), out)
    typer.echo(out)
