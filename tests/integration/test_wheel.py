"""A wheel that is installed elsewhere is a program that runs, with its pages, migrations and examples."""

import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.architecture.sources import ROOT
from tests.serving import serving
from tests.versioned import versioned


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    command = [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", folder, ROOT]
    subprocess.run(command, check=True, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def test_it_holds_what_the_programs_need_beside_their_code(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "app/resources/templates/base.html",
        "app/resources/static/vendor/jspsych.js",
        "app/resources/migrations/env.py",
        "app/resources/examples/starter-study.yaml",
        "synthesis/weights/word_cochcnn.safetensors",
        "synthesis/report/report.html.jinja",
        "synthesis/vocabulary/words.txt",
    } <= held
    assert not [name for name in held if "__pycache__" in name or name.startswith("tests/")]


def test_it_serves_where_the_source_tree_is_not(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(site))
    where = subprocess.run(
        [sys.executable, "-c", "import app.main, synthesis; print(app.main.STATIC)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.strip() == str(site / "app/resources/static")
    address = f"sqlite+aiosqlite:///{tmp_path / 'wheel.db'}"
    monkeypatch.setenv("METAMERLAB_DATABASE_URL", address)
    subprocess.run([sys.executable, "-m", "app.cli", "db", "upgrade"], check=True)
    with serving(tmp_path, address) as served:
        assert httpx.get(f"{served.url}/healthz").status_code == 200
        assert "Sign in" in httpx.get(f"{served.url}/admin/sign-in").text
        assert httpx.get(served.url + versioned("/static/vendor/jspsych.js")).status_code == 200
