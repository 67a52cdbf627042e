"""`metamerlab published ...`"""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.running import Json, show
from app.cli.synthesis_program import ask_synthesis
from app.experiments.published import (
    PublishedExperiment,
    PublishedNetwork,
    published_experiments,
    published_folder,
)
from synthesis.common.command_line import Check

app = typer.Typer(help="The published experiments, as files.", no_args_is_help=True)

Folder = Annotated[Path | None, typer.Option(help="A copy of the files, with your stimuli and weights.")]
Needs = dict[str, Any]


@app.command("list")
def list_experiments(folder: Folder = None, as_json: Json = False) -> None:
    """Every experiment with its people, trials and networks."""
    place = folder or published_folder()
    experiments = published_experiments(place)
    rows = [_row(experiment) for experiment in experiments]
    lines = (
        f"{row['name']:<18}{row['participants']:>3} people  {row['trials']:>4} trials  "
        f"{row['conditions']:>3} conditions  {', '.join(row['networks'])}"
        for row in rows
    )
    show(as_json, {"folder": str(place), "experiments": rows}, "\n".join((*lines, f"files: {place}")))


@app.command()
def check(
    experiments: Annotated[
        list[str] | None, typer.Argument(help="Such as 2023/vision1; without, all.")
    ] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Which weights, stimuli and bundles each network needs, and which are there. Nothing is fetched.

    The exit code is 0 only if the metamers of every network are made, or can be made with what is there.
    """
    found = published_experiments(folder or published_folder(), experiments or ())
    networks = {network.spec: network for experiment in found for network in experiment.networks}
    answers = ask_synthesis(Check(specs=list(networks)))
    needs = dict(zip(networks, answers, strict=True))
    rows = [{**_row(one), "needs": [_state(network, needs) for network in one.networks]} for one in found]
    show(as_json, rows, "\n".join(_lines(rows)))
    if not all(state["ready"] for row in rows for state in row["needs"]):
        raise typer.Exit(1)


def _row(experiment: PublishedExperiment) -> dict[str, Any]:
    return {
        "name": experiment.name,
        "file": str(experiment.file),
        "participants": experiment.participants,
        "trials": experiment.trials,
        "conditions": experiment.conditions,
        "networks": [network.name for network in experiment.networks],
    }


def _state(network: PublishedNetwork, needs: dict[Path, Needs]) -> Needs:
    """What a network still needs; `ready` if its metamers are made or could be made now."""
    need = needs[network.spec]
    possible = not need["problem"] and need["stimuli_here"] and need["weights_are"] != "missing"
    return {"network": network.name, **need, "made": network.made, "ready": network.made or possible}


def _lines(rows: Iterable[dict[str, Any]]) -> Iterable[str]:
    for row in rows:
        yield f"{row['name']}: {row['participants']} people, {row['conditions']} conditions"
        for state in row["needs"]:
            yield f"  {state['network']:<44} {_in_words(state)}"


def _in_words(state: Needs) -> str:
    if state["made"]:
        return "metamers made"
    if state["problem"]:
        return str(state["problem"])
    stimuli = "" if state["stimuli_here"] else f"; stimuli missing: {state['stimuli']}"
    return f"weights {state['weights_are']}: {state['weights']}{stimuli}"
