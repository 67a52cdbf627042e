"""Who may import what."""

import subprocess
import sys

import pytest

from app.cli.commands import COMMANDS
from tests.architecture.sources import ROOT, imports_of, python_files, relative

# Beyond `queries.py` and app/db, SQLAlchemy is for sessions and errors only.
ALLOWED_OF_SQLALCHEMY = {"sqlalchemy.ext.asyncio.AsyncSession", "sqlalchemy.make_url"}
WEB = ("fastapi", "starlette", "jinja2", "httpx")
PURE = (
    "app/core/randomness.py",
    "app/experiments/cells.py",
    "app/experiments/design.py",
    "app/experiments/masks.py",
    "app/tasks/presets.py",
    "app/experiments/schemas.py",
    "app/experiments/vocabulary.py",
    "app/stimuli/medium.py",
    "app/stimuli/wav.py",
    "app/tasks/records.py",
    "app/analysis/measures/word_errors.py",
    "app/stimuli/png.py",
    "app/synthesis_runs/schemas.py",
    "app/sessions/scoring.py",
    "app/tasks/simulate.py",
    "app/analysis/statistics/anova.py",
    "app/analysis/statistics/bootstrap.py",
    "app/analysis/measures/confusion.py",
    "app/analysis/measures/consistency.py",
    "app/analysis/statistics/contrasts.py",
    "app/analysis/measures/difficulty.py",
    "app/analysis/measures/exclusions.py",
    "app/analysis/statistics/laplace.py",
    "app/analysis/measures/learning.py",
    "app/analysis/matrices/matrix.py",
    "app/analysis/matrices/matrix_file.py",
    "app/analysis/statistics/mixed_model.py",
    "app/exports/mvh.py",
    "app/analysis/measures/neighbours.py",
    "app/analysis/measures/observers.py",
    "app/analysis/statistics/permutation.py",
    "app/analysis/statistics/power.py",
    "app/analysis/matrices/published.py",
    "app/analysis/measures/recognition.py",
    "app/analysis/measures/response_times.py",
    "app/analysis/statistics/signal_detection.py",
    "app/analysis/matrices/stage_effect.py",
    "app/analysis/statistics/summary.py",
    "app/experiments/exclusions.py",
    "app/tasks/timing.py",
)


def test_the_import_contracts_hold() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports as lint; exit(lint())"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_the_web_process_runs_without_torch() -> None:
    forbidden = "{'torch', 'torchvision', 'timm', 'safetensors', 'sklearn'}"
    commands = {place.partition(":")[0] for place, _ in COMMANDS.values()}
    code = f"import sys, app.main, {', '.join(commands)}; print(sorted(set(sys.modules) & {forbidden}))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_sql_is_written_in_queries_and_the_database_package_only() -> None:
    for path in python_files("app"):
        if path.name == "queries.py" or relative(path).startswith("app/db/"):
            continue
        found = {name for name in imports_of(path) if name.startswith("sqlalchemy")}
        found = {name for name in found if not name.startswith("sqlalchemy.exc.")}
        assert found <= ALLOWED_OF_SQLALCHEMY, relative(path)


def test_services_and_queries_know_nothing_of_the_web() -> None:
    for path in python_files("app"):
        if path.name in {"service.py", "queries.py"}:
            assert not [name for name in imports_of(path) if name.startswith(WEB)], relative(path)


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_know_no_database_web_or_clock(name: str) -> None:
    impure = (*WEB, "sqlalchemy", "app.db", "app.web", "app.core.clock", "datetime", "time", "random")
    found = [imported for imported in imports_of(ROOT / name) if imported.split(".")[0] in impure]
    found += [imported for imported in imports_of(ROOT / name) if imported.startswith(("app.db", "app.web"))]
    assert found == []
