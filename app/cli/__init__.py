"""The command line: `metamerlab ...`. One module per group of commands."""

import sys
from importlib.metadata import version

import typer
from sqlalchemy.exc import DBAPIError

from app.cli import (
    admin,
    analyze,
    analyze_matrix,
    db,
    demo,
    export,
    import_mvh,
    power,
    report,
    serve,
    simulate,
    stimuli,
    study,
    synthesis_runs,
    worker,
)
from app.core.errors import DomainError
from synthesis.bundle.errors import UserError

app = typer.Typer(
    name="metamerlab",
    help="Psychophysics experiments with model metamers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(db.app, name="db")
app.add_typer(stimuli.app, name="stimuli")
app.add_typer(study.app, name="study")
app.add_typer(synthesis_runs.app, name="synthesis")
app.add_typer(admin.app, name="admin")
app.command()(demo.demo)
app.command()(serve.serve)
app.command()(simulate.simulate)
app.command()(analyze.analyze)
app.command()(analyze_matrix.analyze_matrix)
app.command()(power.power)
app.command()(worker.worker)
app.command()(report.report)
app.command()(export.export)
app.command("import-mvh")(import_mvh.import_mvh)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"metamerlab {version('metamerlab')}")
        raise typer.Exit


@app.callback()
def _options(
    show_version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True),
) -> None:
    pass


def main() -> None:
    """Run a command; an error that a user can mend is one line on stderr and exit code 1."""
    try:
        app()
    except (DomainError, UserError, DBAPIError, OSError) as error:
        typer.echo(f"error: {_in_one_line(error)}", err=True)
        sys.exit(1)


def _in_one_line(error: Exception) -> str:
    if isinstance(error, DBAPIError):
        return f"the database cannot be used: {str(error.orig).strip().splitlines()[0]}"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)
