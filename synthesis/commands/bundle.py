"""`python -m synthesis run` and `verify`: making a bundle, and checking it. Results go to stdout."""

import time
from pathlib import Path
from typing import Annotated

import typer

from synthesis.bundle.events import RunSummary
from synthesis.bundle.manifest import Manifest
from synthesis.bundle.spec import RecipeName, SynthesisSpec
from synthesis.bundle.store import BundleStore
from synthesis.common.command_line import ProgressFormat
from synthesis.common.yaml_file import load_yaml
from synthesis.process.device import DeviceName
from synthesis.process.progress import use_format
from synthesis.runs.engines import Engine, EngineName
from synthesis.runs.engines.choice import make_engine

Bundle = Annotated[str, typer.Argument(help="A bundle's folder, or its address: s3://BUCKET/PREFIX.")]


def run(
    spec: Annotated[Path, typer.Argument(help="SPEC.yaml: model, layers, stimuli, ...")],
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
    """Make and certify every metamer of a spec."""
    started = time.monotonic()
    use_format(progress)
    wanted = load_yaml(spec, SynthesisSpec, folder=paths_from)
    if recipe:
        wanted = wanted.model_copy(update={"recipe": recipe})
    manifest = _finished(wanted, out, make_engine(engine, device, workers, ray_address))
    _report_items(manifest, time.monotonic() - started)


def _finished(wanted: SynthesisSpec, out: str, engine: Engine) -> Manifest:
    """The manifest of the spec's bundle, which is made or continued unless it is there."""
    from synthesis.runs.plan import finished_bundle, make_plan

    plan = make_plan(wanted)
    store = BundleStore(out)
    manifest = finished_bundle(plan, store)
    if manifest:
        _say(f"{out}: already finished")
        return manifest
    from synthesis.runs.driver import make_bundle

    return make_bundle(plan, store, engine)


def verify(
    bundle: Bundle,
    weights: Annotated[
        Path | None, typer.Option(help="The checkpoint file, for a bundle made with one.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="path/module.py:factory, for a module of your own.")
    ] = None,
) -> None:
    """Compute everything in a bundle again from its files, and list each difference."""
    from synthesis.runs.verify import verify_bundle

    started = time.monotonic()
    manifest, differences = verify_bundle(BundleStore(bundle), weights, model)
    for difference in differences:
        _say(difference)
    failed = sum(not item.certificate.passed for item in manifest.items)
    _print_summary(len(manifest.items), failed, time.monotonic() - started)
    if differences:
        raise typer.Exit(1)


def _report_items(manifest: Manifest, seconds: float) -> None:
    failed = [item for item in manifest.items if not item.certificate.passed]
    for item in failed:
        _say(f"no certificate: {item.id}")
    _print_summary(len(manifest.items), len(failed), seconds)


def _print_summary(items: int, failed: int, seconds: float) -> None:
    summary = RunSummary(items=items, passed=items - failed, failed=failed, seconds=round(seconds, 1))
    typer.echo(summary.model_dump_json())


def _say(message: str) -> None:
    typer.echo(message, err=True)
