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
    "app/experiments/presets.py",
    "app/experiments/schemas.py",
    "app/experiments/vocabulary.py",
    "app/stimuli/medium.py",
    "app/stimuli/wav.py",
    "app/trials/records.py",
    "app/analysis/word_errors.py",
    "app/stimuli/png.py",
    "app/synthesis_runs/schemas.py",
    "app/trials/scoring.py",
    "app/trials/simulate.py",
    "app/analysis/anova.py",
    "app/analysis/bootstrap.py",
    "app/analysis/confusion.py",
    "app/analysis/consistency.py",
    "app/analysis/contrasts.py",
    "app/analysis/difficulty.py",
    "app/analysis/exclusions.py",
    "app/analysis/laplace.py",
    "app/analysis/learning.py",
    "app/analysis/matrix.py",
    "app/analysis/matrix_file.py",
    "app/analysis/mixed_model.py",
    "app/analysis/mvh.py",
    "app/analysis/neighbours.py",
    "app/analysis/observers.py",
    "app/analysis/permutation.py",
    "app/analysis/power.py",
    "app/analysis/published.py",
    "app/analysis/recognition.py",
    "app/analysis/response_times.py",
    "app/analysis/signal_detection.py",
    "app/analysis/stage_effect.py",
    "app/analysis/summary.py",
    "app/experiments/exclusions.py",
    "app/trials/timing.py",
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
