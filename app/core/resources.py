"""What the programs need beside their code: pages, templates, migrations, examples."""

from pathlib import Path
from typing import Literal

PACKAGE = Path(__file__).resolve().parents[1]
Name = Literal["static", "templates", "migrations", "examples"]
IN_THE_SOURCE_TREE: dict[Name, str] = {"examples": "docs/examples"}


def resource_folder(name: Name) -> Path:
    """The folder, inside the package where it was installed from a wheel, else in the source tree."""
    installed = PACKAGE / "resources" / name
    return installed if installed.is_dir() else PACKAGE.parent / IN_THE_SOURCE_TREE.get(name, name)
