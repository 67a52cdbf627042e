"""Which code this is: the released version, and the commit where the code is a git checkout."""

import shutil
import subprocess
from functools import cache
from importlib.metadata import version

from app.core.config import PROJECT_FOLDER


@cache
def code_version() -> str:
    """`0.1.0`, or `0.1.0 (commit 8660762)`, with `, changed` if tracked files differ from the commit."""
    released = version("metamerlab")
    commit = _git("describe", "--always", "--abbrev=7", "--exclude", "*", "--dirty=, changed")
    return f"{released} (commit {commit})" if commit else released


def _git(*words: str) -> str:
    """What git says of the project's folder; "" where there is no git, or it is no checkout."""
    git = shutil.which("git")
    if git is None or not (PROJECT_FOLDER / ".git").exists():
        return ""
    call = [git, "-C", str(PROJECT_FOLDER), *words]
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=10)  # noqa: S603
    return done.stdout.strip() if done.returncode == 0 else ""
