"""`python -m synthesis dimensions`: components of a network's activations, and pictures along them."""

import hashlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from synthesis.commands.shared import Bundle, Weights, print_result, tell
from synthesis.common.errors import UserError
from synthesis.common.lazy_commands import program
from synthesis.process.device import DeviceName
from synthesis.runs.engines import EngineName

if TYPE_CHECKING:
    from synthesis.bundle.store import BundleStore

dimensions = program(
    {
        "fit": (
            "synthesis.commands.dimensions:fit",
            "Fit the components of layers to a folder of pictures. Prints one JSON line.",
        ),
        "sheet": (
            "synthesis.commands.dimensions:sheet",
            "Draw what each component of a fit does to a picture. Prints one JSON line.",
        ),
        "grid": (
            "synthesis.commands.dimensions:grid",
            "Make and certify every picture of a grid of levels. Prints one JSON line.",
        ),
        "serve": (
            "synthesis.commands.dimensions:serve",
            "Make pictures of a finished grid at levels between, as lines of JSON on stdin ask for them.",
        ),
        "verify": (
            "synthesis.commands.verify:verify",
            "Compute everything in a bundle again from its files; list each difference. "
            "Prints one JSON line.",
        ),
        "report": (
            "synthesis.commands.report:report",
            "Write the sheet and the table of a grid's levels into the bundle. Prints one JSON line.",
        ),
    },
    help="Dimensions of a network's activations, and pictures along them. Each prints one JSON line.",
)


def fit(
    spec: Annotated[Path, typer.Argument(help="SPEC.yaml: model, layers, pictures, components, ...")],
    out: Annotated[Path, typer.Option(help="The file to write (.safetensors).")],
) -> None:
    """Fit the components of layers to a folder of pictures. Prints one JSON line."""
    from synthesis.common.apart import require_apart
    from synthesis.common.files import write_atomically
    from synthesis.common.yaml_file import load_yaml
    from synthesis.dimensions.fitting import fit_spec, fitted_pictures
    from synthesis.dimensions.spec import FitSpec
    from synthesis.process.progress import Steps

    if out.is_dir():
        raise UserError(f"{out}: is a folder; give the name of the file to write, like fit.safetensors")
    wanted = load_yaml(spec, FitSpec)
    require_apart(out, {"pictures": wanted.pictures})
    with Steps("pictures", 2 * fitted_pictures(wanted)) as steps:
        fitted = fit_spec(wanted, steps.advance)
    data = fitted.to_bytes()
    write_atomically(out, data)
    explained = {layer: [round(float(s), 4) for s in part.explained] for layer, part in fitted.layers.items()}
    print_result(
        pictures=fitted.record.pictures,
        crops=fitted.record.crops,
        explained=explained,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def sheet(
    fit: Annotated[Path, typer.Argument(help="A file that `dimensions fit` wrote.")],
    picture: Annotated[Path, typer.Option(help="The picture to move along each component.")],
    out: Annotated[Path, typer.Option(help="Folder for LAYER.png of each layer.")],
    model: Annotated[
        str | None, typer.Option(help="path/module.py:factory, for a module of your own.")
    ] = None,
    weights: Weights = "published",
) -> None:
    """Draw what each component of a fit does to a picture. Prints one JSON line."""
    from synthesis.bundle.spec import parse_weights
    from synthesis.dimensions.fit_file import read_fit
    from synthesis.dimensions.path import PathSettings
    from synthesis.dimensions.sheet import component_sheet, write_sheet
    from synthesis.media.registry import medium_of
    from synthesis.networks.registry import load_network
    from synthesis.process.progress import Steps

    read = read_fit(fit)
    network = load_network(model or read.record.model, parse_weights(weights)).including(read.record.layers)
    if network.weights_sha256 != read.record.weights_sha256:
        raise UserError(
            f"{fit}: was fitted to {read.record.model} with other weights; give them by --weights"
        )
    shown = medium_of(network.pictures).read(picture, read.record.prepare).astype("uint8")
    out.mkdir(parents=True, exist_ok=True)
    files = []
    with Steps("components", read.record.components * len(read.layers)) as steps:
        for layer in read.layers:
            path = out / f"{layer}.png"
            write_sheet(component_sheet(read, network, layer, shown, PathSettings(), steps.advance), path)
            files.append(str(path))
    print_result(files=files)


def grid(
    spec: Annotated[Path, typer.Argument(help="SPEC.yaml: model, fit, stimuli, dimensions, levels, ...")],
    out: Annotated[
        str, typer.Option(help="Folder or address of the bundle; an unfinished one is continued.")
    ],
    engine: Annotated[EngineName, typer.Option(help="This machine, or a Ray cluster.")] = "local",
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; by default one per device (Ray: all there are).")
    ] = None,
    device: Annotated[DeviceName, typer.Option(help="What the network runs on.")] = "cpu",
    ray_address: Annotated[
        str | None, typer.Option(help="A Ray cluster's, or auto; without, Ray is started here.")
    ] = None,
) -> None:
    """Make and certify every picture of a grid of levels. Prints one JSON line."""
    from synthesis.bundle.store import BundleStore
    from synthesis.common.apart import require_apart
    from synthesis.common.yaml_file import load_yaml
    from synthesis.dimensions.driver import make_grid
    from synthesis.dimensions.grid_spec import GridSpec
    from synthesis.dimensions.plan import finished_grid, make_grid_plan
    from synthesis.runs.engines.choice import make_engine

    started = time.monotonic()
    wanted = load_yaml(spec, GridSpec)
    require_apart(out, {"stimuli": wanted.stimuli, "fit": wanted.fit})
    plan, store = make_grid_plan(wanted), BundleStore(out)
    manifest = finished_grid(plan, store)
    if manifest:
        tell(f"{out}: already finished")
    else:
        manifest = make_grid(plan, store, make_engine(engine, device, workers, ray_address))
    for level in manifest.levels:
        if not level.passed:
            tell(
                f"no certificate ({level.fault}): {level.original} along {level.dimension}, "
                f"level {level.target:g}"
            )
    print_result(**manifest.summary(time.monotonic() - started).model_dump())


def serve(
    bundle: Bundle,
    weights: Annotated[
        Path | None, typer.Option(help="The checkpoint file, for a bundle made with one.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="path/module.py:factory, for a module of your own.")
    ] = None,
) -> None:
    """Make pictures of a finished grid at levels between, as lines of JSON on stdin ask for them.

    A line {"id", "original", "dimension", "target"} is answered by a line {"id", "level", "seconds"}, or with
    "error" instead of the level. The first line says that the network is there.
    """
    import sys

    from synthesis.bundle.store import BundleStore
    from synthesis.dimensions.live import LiveBench
    from synthesis.dimensions.serve import serve as serve_lines

    started = time.monotonic()
    bench = LiveBench(BundleStore(bundle), weights, model)
    tell(f"{bundle}: ready after {time.monotonic() - started:.1f} s")
    made = serve_lines(bench, sys.stdin, print_result)
    tell(f"{bundle}: {made} pictures were made")


def holds_dimensions(store: "BundleStore") -> bool:
    """Whether a finished bundle holds levels of dimensions. Raises `BundleError` for an unfinished one."""
    from synthesis.bundle.dimensions import DIMENSIONS_FORMAT

    return store.format_of_manifest() == DIMENSIONS_FORMAT


def verify_dimensions(store: "BundleStore", weights: Path | None, module: str | None) -> None:
    """Say each difference. Exits with 1 if there is one."""
    from synthesis.dimensions.verify import verify_grid

    started = time.monotonic()
    manifest, differences = verify_grid(store, weights, module)
    for difference in differences:
        tell(difference)
    print_result(**manifest.summary(time.monotonic() - started).model_dump())
    if differences:
        raise typer.Exit(1)


def report_dimensions(store: "BundleStore") -> None:
    """Write the sheet and the table of the levels into the bundle."""
    from synthesis.dimensions.table import write_report

    print_result(files=[str(path) for path in write_report(store)])
