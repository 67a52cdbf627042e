"""docs/settings.md has every setting of the web application, and no other."""

import re

from app.core.config import Settings
from app.core.throttle import Limit
from tests.architecture.sources import ROOT

ROW = re.compile(r"^\| `METAMERLAB_([A-Z_]+)` \| (.+?) \| .+ \|$", re.MULTILINE)
PAGE = (ROOT / "docs" / "settings.md").read_text().partition("## Of the synthesis program")[0]


def test_every_setting_is_in_the_page_and_every_setting_of_the_page_exists() -> None:
    named = [name.lower() for name, _ in ROW.findall(PAGE)]
    assert sorted(named) == sorted(Settings.model_fields)


def test_the_defaults_of_the_page_are_those_of_the_program() -> None:
    written = {name.lower(): default.strip("`") for name, default in ROW.findall(PAGE)}
    defaults = {name: shown(field.default) for name, field in Settings.model_fields.items()}
    assert written == defaults


def shown(default: object) -> str:
    """A default as it would be written in the environment; what is empty is "none"."""
    if isinstance(default, Limit):
        return f"{default.count}/{default.seconds:g}"
    if isinstance(default, bool):
        return str(default).lower()
    return "none" if default == () else f"{default}"
