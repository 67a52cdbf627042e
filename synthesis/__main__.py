"""The command line: ``python -m synthesis ...``. Messages go to stderr, results to stdout."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from synthesis.bundle.errors import UserError
from synthesis.bundle.events import RunSummary
from synthesis.bundle.manifest import Manifest
from synthesis.bundle.spec import RecipeName, SynthesisSpec
from synthesis.bundle.store import BundleStore
from synthesis.bundle.yaml_file import load_yaml
from synthesis.progress import Format, use_format
from synthesis.readout_command import readout
from synthesis.starter.command import starter
from synthesis.stopping import exit_code, stoppable

app = typer.Typer(
    help="Make, certify and check model metamers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(starter)
app.command()(readout)
Bundle = Annotated[Path, typer.Argument(help="A bundle's folder.")]


@app.command()
def models() -> None:
    """List the networks that metamers can be made for."""
    from synthesis.registry import known_networks

    for name in known_networks():
        typer.echo(name)


@app.command()
def layers(model: Annotated[str, typer.Argument(help="One of `models`.")]) -> None:
    """List a network's layers in depth order."""
    from synthesis.registry import network_layers

    for layer in network_layers(model):
        typer.echo(layer.name)


@app.command()
def run(
    spec: Annotated[Path, typer.Argument(help="SPEC.yaml: model, layers, stimuli, ...")],
    out: Annotated[Path, typer.Option(help="Folder of the bundle; an unfinished one is continued.")],
    recipe: Annotated[RecipeName | None, typer.Option(help="Instead of the spec's recipe.")] = None,
    progress: Annotated[Format, typer.Option(help="On stderr, for people or for a program.")] = "bar",
    paths_from: Annotated[
        Path | None, typer.Option(help="Folder that the spec's relative paths are meant from; else its own.")
    ] = None,
    stop_with_stdin: Annotated[
        bool, typer.Option("--stop-with-stdin", help="Stop when standard input is closed.")
    ] = False,
) -> None:
    """Make and certify every metamer of a spec."""
    started = time.monotonic()
    use_format(progress)
    try:
        with stoppable(stop_with_stdin):
            manifest = _finished(spec, out, recipe, paths_from)
    except KeyboardInterrupt as stop:
        _say(f"interrupted; what is finished is kept in {out}: run the same command to continue")
        raise typer.Exit(exit_code(stop)) from None
    _report_items(manifest, time.monotonic() - started)


def _finished(spec: Path, out: Path, recipe: RecipeName | None, paths_from: Path | None) -> Manifest:
    """The manifest of the spec's bundle, which is made or continued unless it is there."""
    from synthesis.plan import make_plan

    wanted = load_yaml(spec, SynthesisSpec, folder=paths_from)
    if recipe:
        wanted = wanted.model_copy(update={"recipe": recipe})
    plan = make_plan(wanted)
    store = BundleStore(out)
    if store.finished:
        manifest = store.read_manifest()
        if manifest.spec != plan.record:
            raise UserError(f"{out}: holds the finished bundle of another spec; give another --out folder")
        _say(f"{out}: already finished")
        return manifest
    from synthesis.run import Run

    return Run(plan, store).execute()


@app.command()
def verify(bundle: Bundle) -> None:
    """Compute everything in a bundle again from its files, and list each difference."""
    from synthesis.verify import verify_bundle

    started = time.monotonic()
    manifest, differences = verify_bundle(BundleStore(bundle))
    for difference in differences:
        _say(difference)
    failed = sum(not item.certificate.passed for item in manifest.items)
    _print_summary(len(manifest.items), failed, time.monotonic() - started)
    if differences:
        raise typer.Exit(1)


@app.command()
def report(
    bundle: Bundle,
    stimulus: Annotated[list[str] | None, typer.Option(help="Id of one to draw, instead of all.")] = None,
    out: Annotated[Path | None, typer.Option(help="File to write, instead of one in the bundle.")] = None,
) -> None:
    """Draw the contact sheet of a bundle: rows are stimuli, columns the natural picture and the layers."""
    from synthesis.report import SHEET, write_contact_sheet

    path = out or bundle / SHEET
    write_contact_sheet(BundleStore(bundle), path, stimulus or ())
    typer.echo(path)


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


def main() -> None:
    """Run the command line; a user's error is one line and exit code 1."""
    try:
        app(prog_name="python -m synthesis")
    except UserError as error:
        _say(str(error))
        sys.exit(1)


if __name__ == "__main__":
    main()
