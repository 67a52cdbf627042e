"""`python -m synthesis report`: a bundle's report, or one of its figures."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from synthesis.commands.dimensions import holds_dimensions, report_dimensions
from synthesis.commands.graphs import holds_graphs, report_graphs
from synthesis.commands.shared import Bundle, print_result
from synthesis.common.errors import UserError


class FigureName(StrEnum):
    """The figures of a report, by the names of their files."""

    CONTACT_SHEET = "contact_sheet"
    LOSSES = "losses"
    NULLS = "nulls"
    NULL_GROWTH = "null_growth"
    LATER_LAYERS = "later_layers"


def report(
    bundle: Bundle,
    figure: Annotated[FigureName | None, typer.Option(help="Only this one.")] = None,
    stimulus: Annotated[
        list[str] | None, typer.Option(help="Id of one to draw in the contact sheet, instead of all.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File of the one figure, instead of in the bundle.")
    ] = None,
) -> None:
    """Write report.html and its figures into a bundle; with --figure, --stimulus or --out, one figure.

    The one figure is the contact sheet unless --figure names another: rows are stimuli, columns the natural
    one and each layer's metamer. Prints one JSON line with the files.
    """
    from synthesis.bundle.store import BundleStore
    from synthesis.common.charts import save_chart
    from synthesis.report.contact_sheet import write_contact_sheet
    from synthesis.report.page import CHARTS, write_report

    store = BundleStore(bundle)
    of_another_kind = holds_graphs(store) or holds_dimensions(store)
    if of_another_kind and (figure or stimulus or out):
        raise UserError("of a bundle of graphs or dimensions the whole report is written; give it alone")
    if holds_graphs(store):
        report_graphs(store)
        return
    if holds_dimensions(store):
        report_dimensions(store)
        return
    if not (figure or stimulus or out):
        print_result(files=[str(written) for written in write_report(store)])
        return
    figure = figure or FigureName.CONTACT_SHEET
    path = out or store.root / f"{figure}.png"
    if figure is FigureName.CONTACT_SHEET:
        write_contact_sheet(store, path, stimulus or ())
    elif stimulus:
        raise UserError("--stimulus chooses rows of the contact sheet; leave it out for another figure")
    else:
        save_chart(CHARTS[figure](store.read_manifest()), path)
    print_result(files=[str(path)])
