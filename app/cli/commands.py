"""The commands of `metamerlab`. One module per group of commands."""

from importlib.metadata import version

import typer

from synthesis.common.lazy_commands import program

COMMANDS = {
    "demo": (
        "app.cli.demo:demo",
        "Synthesise and certify metamers, open studies, simulate participants, analyse, serve.",
    ),
    "serve": ("app.cli.serve:serve", "Serve the web application until it is interrupted."),
    "db": ("app.cli.db:app", "The database."),
    "stimuli": ("app.cli.stimuli:app", "Stimulus bundles."),
    "study": ("app.cli.study:app", "Studies."),
    "published": ("app.cli.published:app", "The published experiments, as files."),
    "synthesis": ("app.cli.synthesis_runs:app", "Synthesis runs, carried out by `metamerlab worker`."),
    "worker": (
        "app.cli.worker:worker",
        "Carry out queued synthesis runs until interrupted; a run at hand then goes back into the queue.",
    ),
    "generator": (
        "app.cli.generator:generator",
        "Make pictures that participants of studies with source: live wait for, until interrupted.",
    ),
    "recruit": ("app.cli.recruit:app", "Recruitment: Prolific, MTurk and plain links."),
    "simulate": (
        "app.cli.simulate:simulate",
        "Send simulated participants through a study by the HTTP interface that people use.",
    ),
    "analyze": (
        "app.cli.analyze:analyze",
        "Write recognition per condition or thresholds, other measures and all trials as tables and figures.",
    ),
    "report": (
        "app.cli.report:report",
        "Write a report of a study: methods, tables, figures, exclusions, software; as HTML, PDF or both.",
    ),
    "preregister": (
        "app.cli.preregister:preregister",
        "Write the pre-registration of a frozen study: design, sample, exclusions, analyses, digests.",
    ),
    "export": (
        "app.cli.export:export",
        "Write all answered main trials in a format that other programs read.",
    ),
    "archive": (
        "app.cli.archive:app",
        "A study with all its data as one file, for other installations and for keeping.",
    ),
    "power": (
        "app.cli.power:power",
        "How many participants give the wanted SEM in every condition, by simulating studies.",
    ),
    "analyze-matrix": (
        "app.cli.analyze_matrix:analyze_matrix",
        "Mixed ANOVA of observer (human, network) x stage for every model of a matrix, with permutation p.",
    ),
    "import-mvh": (
        "app.cli.import_mvh:import_mvh",
        "Accuracy, error consistency and confusions of anybody's answers in the model-vs-human format.",
    ),
    "privacy": ("app.cli.privacy:app", "Data protection: what is stored of people, and deleting it."),
    "admin": ("app.cli.admin:app", "Accounts for the experimenter's pages."),
    "audit": ("app.cli.audit:app", "The log of what was changed on the experimenter's side."),
}

app = program(COMMANDS, name="metamerlab", help="Psychophysics experiments with model metamers.")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"metamerlab {version('metamerlab')}")
        raise typer.Exit


@app.callback()
def _options(
    show_version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True),
) -> None:
    pass
