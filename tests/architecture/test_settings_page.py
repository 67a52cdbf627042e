"""Tables of settings: docs/settings.md has every setting and no other; all pages give the true default."""

import re
from pathlib import Path

import pytest

from app.core.config import Settings
from app.core.throttle import Limit
from tests.architecture.documents import documents
from tests.architecture.sources import ROOT, relative

ROW = re.compile(r"^\| `METAMERLAB_([A-Z_]+)` \| (.+?) \| .+ \|$", re.MULTILINE)
OF_SYNTHESIS = {"weights", "cache"}


def settings_in(page: Path) -> dict[str, str]:
    """Name and default of each setting of the web application in a page's tables."""
    written = {name.lower(): default.strip("`") for name, default in ROW.findall(page.read_text())}
    return {name: default for name, default in written.items() if name not in OF_SYNTHESIS}


def test_the_page_has_every_setting_and_no_other() -> None:
    assert sorted(settings_in(ROOT / "docs" / "settings.md")) == sorted(Settings.model_fields)


@pytest.mark.parametrize("page", [page for page in documents() if ROW.search(page.read_text())], ids=relative)
def test_defaults_are_those_of_the_program(page: Path) -> None:
    defaults = {name: shown(field.default) for name, field in Settings.model_fields.items()}
    written = settings_in(page)
    assert written == {name: defaults.get(name) for name in written}


def shown(default: object) -> str:
    """A default as it would be written in the environment; what is empty is "none"."""
    if isinstance(default, Limit):
        return f"{default.count}/{default.seconds:g}"
    if isinstance(default, bool):
        return str(default).lower()
    return "none" if default == () or not f"{default}" else f"{default}"
