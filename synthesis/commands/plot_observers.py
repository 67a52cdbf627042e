"""`python -m synthesis plot-observers`: the figure of what `recognize` wrote."""

from pathlib import Path
from typing import Annotated

import typer

from synthesis.commands.shared import print_result
from synthesis.recognition.rules import Rule, ScoreName


def plot_observers(
    folders: Annotated[list[Path], typer.Argument(help="Folders that `recognize` wrote.")],
    out: Annotated[Path, typer.Option(help="FILE.svg or FILE.png to write.")],
    rule: Annotated[
        Rule | None,
        typer.Option(help="How the observers answer; without, the first folder's first."),
    ] = None,
    score: Annotated[ScoreName, typer.Option(help="What counts as recognised.")] = "natural_label",
) -> None:
    """Draw recognition by generating layer, one curve per observer, one panel per generating network.

    Prints one JSON line.
    """
    from synthesis.common.charts import save_chart
    from synthesis.recognition.figure import observers_chart
    from synthesis.recognition.results import read_results

    results = [read_results(folder) for folder in folders]
    record, _ = results[0]
    save_chart(observers_chart(results, rule or record.first_rule, score), out)
    print_result(files=[str(out)])
