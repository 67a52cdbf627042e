"""`python -m synthesis graphs`: run, verify, check, report by another name, and what they do with graphs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from synthesis.commands.shared import print_result, tell
from synthesis.common.lazy_commands import program

if TYPE_CHECKING:
    from synthesis.bundle.store import BundleStore
    from synthesis.runs.engines import RunEngine

graphs = program(
    {
        "run": (
            "synthesis.commands.run:run",
            "Make and certify every metamer of a spec. Prints one JSON line.",
        ),
        "verify": (
            "synthesis.commands.verify:verify",
            "Compute everything in a bundle again from its files; list each difference. "
            "Prints one JSON line.",
        ),
        "check": (
            "synthesis.commands.check:check",
            "Say whether specs can be made: data, networks, layers. Nothing is trained. Prints JSON.",
        ),
        "report": (
            "synthesis.commands.report:report",
            "Write report.html and its figures into a bundle.",
        ),
    },
    help="Metamers of graph neural networks: run, verify, check and report. Each prints one JSON line.",
)


def has_graphs(spec: Path) -> bool:
    """Whether a spec has the field `graphs`. One that cannot be read has not: its reader says why."""
    from synthesis.common.errors import UserError
    from synthesis.common.safe_yaml import SIZE_LIMIT, parse
    from synthesis.common.text_file import read_text

    try:
        content = parse(read_text(spec, SIZE_LIMIT).content, str(spec)).content
    except UserError:
        return False
    return isinstance(content, dict) and "graphs" in content


def holds_graphs(store: BundleStore) -> bool:
    """Whether a finished bundle holds graphs. Raises `BundleError` for an unfinished one."""
    from synthesis.bundle.graphs import GRAPHS_FORMAT

    return store.format_of_manifest() == GRAPHS_FORMAT


def run_graphs(spec: Path, folder: Path | None, out: str, engine: RunEngine) -> None:
    """Make or continue the bundle of a spec, and say what came of it."""
    from synthesis.bundle.store import BundleStore
    from synthesis.common.yaml_file import load_yaml
    from synthesis.graphs.driver import make_graphs
    from synthesis.graphs.plan import finished_graphs, make_graph_plan
    from synthesis.graphs.spec import GraphSpec

    started = time.monotonic()
    plan, store = make_graph_plan(load_yaml(spec, GraphSpec, folder=folder)), BundleStore(out)
    manifest = finished_graphs(plan, store)
    if manifest:
        tell(f"{out}: already finished")
    else:
        manifest = make_graphs(plan, store, engine)
    for item in manifest.items:
        if not item.certificate.passed:
            tell(f"no certificate ({item.certificate.fault}): {item.id}")
    print_result(**manifest.summary(time.monotonic() - started).model_dump(), networks=len(manifest.networks))


def verify_graphs(store: BundleStore, module: str | None) -> None:
    """Say each difference. Exits with 1 if there is one."""
    from synthesis.graphs import verify

    started = time.monotonic()
    manifest, differences = verify.verify_graphs(store, module)
    for difference in differences:
        tell(difference)
    print_result(**manifest.summary(time.monotonic() - started).model_dump(), networks=len(manifest.networks))
    if differences:
        raise typer.Exit(1)


def report_graphs(store: BundleStore) -> None:
    """Write the report and its figures into the bundle."""
    from synthesis.graphs.report import write_graph_report

    print_result(files=[str(path) for path in write_graph_report(store)])
