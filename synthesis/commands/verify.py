"""`python -m synthesis verify`: check a bundle."""

import time
from pathlib import Path
from typing import Annotated

import typer

from synthesis.commands.dimensions import holds_dimensions, verify_dimensions
from synthesis.commands.graphs import holds_graphs, verify_graphs
from synthesis.commands.shared import NULL_ALONE, Bundle, print_result, tell


def verify(
    bundle: Bundle,
    weights: Annotated[
        Path | None, typer.Option(help="The checkpoint file, for a bundle made with one.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="path/module.py:factory, for a module of your own.")
    ] = None,
    null: Annotated[Path | None, typer.Option(help="The null file, for a bundle made with one.")] = None,
) -> None:
    """Compute everything in a bundle again from its files; list each difference. Prints one JSON line."""
    from synthesis.bundle.store import BundleStore
    from synthesis.runs.verify import verify_bundle

    started = time.monotonic()
    store = BundleStore(bundle)
    if holds_graphs(store):
        verify_graphs(store, model)
        return
    if holds_dimensions(store):
        verify_dimensions(store, weights, model)
        return
    manifest, differences = verify_bundle(store, weights, model, null)
    for difference in differences:
        tell(difference)
    if manifest.decision.null_alone:
        tell(NULL_ALONE)
    print_result(**manifest.summary(time.monotonic() - started).model_dump(), decision=manifest.decision.rule)
    if differences:
        raise typer.Exit(1)
