"""Who may import what."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from app.cli.commands import COMMANDS
from app.tasks.registry import TASKS
from tests.architecture.sources import ROOT, imports_of, module_name, python_files, relative

# Beyond `queries.py` and app/db, SQLAlchemy is for sessions and errors only.
ALLOWED_OF_SQLALCHEMY = {"sqlalchemy.ext.asyncio.AsyncSession", "sqlalchemy.make_url"}
WEB = ("fastapi", "starlette", "jinja2", "httpx")
# A module is pure if the first line of its docstring says so: it reads no database, web, clock or chance,
# nor does anything that it imports.
PURE = re.compile(r"; pure\b")
IMPURE = {*WEB, "sqlalchemy", "time", "random", "app.core.clock"}
IMPURE_PACKAGES = ("app.db", "app.web")
READS_THE_CLOCK = re.compile(r"\b(datetime|date)\.(now|utcnow|today)\(")


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("app", "synthesis", include_external_packages=True, cache_dir=None)


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


def test_pure_modules_reach_no_database_web_clock_or_chance(graph: grimp.ImportGraph) -> None:
    pure = [path for path in python_files("app", "synthesis") if PURE.search(_first_line(path))]
    assert len(pure) > 40
    for path in pure:
        reached = graph.find_upstream_modules(module_name(path))
        found = {name for name in reached if name in IMPURE or name.startswith(IMPURE_PACKAGES)}
        assert not found, f"{relative(path)} reaches {', '.join(sorted(found))}"
        assert not READS_THE_CLOCK.search(path.read_text()), relative(path)


def test_a_pure_module_that_reached_the_database_would_be_found(graph: grimp.ImportGraph) -> None:
    reached = graph.find_upstream_modules("app.analysis.service")
    assert {"app.db.tables", "sqlalchemy"} <= reached


def test_no_domain_reads_the_queries_of_another(graph: grimp.ImportGraph) -> None:
    foreign = [
        f"{importer} -> {queries}"
        for queries in sorted(graph.modules)
        if queries.startswith("app.") and queries.endswith(".queries")
        for importer in graph.find_modules_that_directly_import(queries)
        if _domain(importer) != _domain(queries)
    ]
    assert foreign == []


# What of one task others ask for: its masks have an address, its words are in study files.
OF_ONE_TASK = {
    "app.tasks.image16.masks": {"app.experiments.routes"},
    "app.tasks.words.vocabulary": {
        "app.analysis.measures.neighbours",
        "app.experiments.checking",
        "app.experiments.fields",
    },
}


def test_no_module_but_the_registry_knows_a_task(graph: grimp.ImportGraph) -> None:
    known: dict[str, set[str]] = {}
    for kind in TASKS:
        folder = f"app.tasks.{kind}"
        for module in (folder, *graph.find_descendants(folder)):
            importers = graph.find_modules_that_directly_import(module)
            outside = {name for name in importers if not name.startswith(folder)}
            if outside - {"app.tasks.registry"}:
                known[module] = outside - {"app.tasks.registry"}
    assert known == OF_ONE_TASK


def _domain(module: str) -> str:
    return ".".join(module.split(".")[:2])


def _first_line(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n")[0]
