"""`python -m synthesis run`: make a bundle."""

import time
from pathlib import Path
from typing import Annotated

import typer

from synthesis.bundle.manifest import Manifest
from synthesis.bundle.spec import RecipeName, SynthesisSpec
from synthesis.commands.graphs import has_graphs, run_graphs
from synthesis.commands.shared import NULL_ALONE, print_result, tell
from synthesis.common.command_line import ProgressFormat
from synthesis.common.errors import UserError
from synthesis.common.wording import counted
from synthesis.process.device import DeviceName
from synthesis.runs.engines import EngineName, RunEngine


def run(
    spec: Annotated[
        Path, typer.Argument(help="SPEC.yaml: model, layers, stimuli, ...; or graphs, networks, ...")
    ],
    out: Annotated[
        str, typer.Option(help="Folder or address of the bundle; an unfinished one is continued.")
    ],
    recipe: Annotated[RecipeName | None, typer.Option(help="Instead of the spec's recipe.")] = None,
    engine: Annotated[EngineName, typer.Option(help="This machine, or a Ray cluster.")] = "local",
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; by default one per device (Ray: all there are).")
    ] = None,
    device: Annotated[DeviceName, typer.Option(help="What the network runs on.")] = "auto",
    ray_address: Annotated[
        str | None, typer.Option(help="A Ray cluster's, or auto; without, Ray is started here.")
    ] = None,
    progress: Annotated[ProgressFormat, typer.Option(help="On stderr, for people or for a program.")] = "bar",
    paths_from: Annotated[
        Path | None, typer.Option(help="Folder that the spec's relative paths are meant from; else its own.")
    ] = None,
) -> None:
    """Make and certify every metamer of a spec. Prints one JSON line."""
    from synthesis.common.apart import require_apart
    from synthesis.common.yaml_file import load_yaml
    from synthesis.process.progress import use_format
    from synthesis.runs.engines.choice import make_engine

    started = time.monotonic()
    use_format(progress)
    if has_graphs(spec):
        if recipe:
            raise UserError("--recipe: for graphs there is one recipe; leave it out")
        run_graphs(spec, paths_from, out, make_engine(engine, device, workers, ray_address))
        return
    wanted = load_yaml(spec, SynthesisSpec, folder=paths_from)
    require_apart(out, {"stimuli": wanted.stimuli, "null_stimuli": wanted.null_stimuli})
    if recipe:
        wanted = wanted.model_copy(update={"recipe": recipe})
    manifest = _finished(wanted, out, make_engine(engine, device, workers, ray_address))
    _tell_faults(manifest)
    if manifest.decision.null_alone:
        tell(NULL_ALONE)
    print_result(**manifest.summary(time.monotonic() - started).model_dump(), decision=manifest.decision.rule)


def _tell_faults(manifest: Manifest) -> None:
    """A line for each item without certificate; one for all whose null is too small."""
    too_small = 0
    for item in manifest.items:
        if item.certificate.fault == "null too small":
            too_small += 1
        elif not item.certificate.passed:
            tell(f"no certificate ({item.certificate.fault}): {item.id}")
    if too_small:
        pairs = min(null.pairs for null in manifest.nulls)
        tell(
            f"no certificate (null too small): {counted(too_small, 'item')}, since the null has "
            f"{counted(pairs, 'pair')} and {manifest.null.least_pairs:,} are asked for"
        )


def _finished(wanted: SynthesisSpec, out: str, engine: RunEngine) -> Manifest:
    """The manifest of the spec's bundle, which is made or continued unless it is there."""
    from synthesis.bundle.store import BundleStore
    from synthesis.runs.plan import finished_bundle, make_plan

    plan = make_plan(wanted)
    store = BundleStore(out)
    manifest = finished_bundle(plan, store)
    if manifest:
        tell(f"{out}: already finished")
        return manifest
    from synthesis.runs.driver import make_bundle

    return make_bundle(plan, store, engine)
