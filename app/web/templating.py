"""Jinja2 templates: a page's context is a frozen dataclass, and an unknown name in a template is an error."""

import hashlib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, ClassVar

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

# What every template may use besides its own context.
COMMON_NAMES = frozenset({"csp_nonce", "static_version"})


class PageContext:
    """Base of the frozen dataclasses that hold what one template shows."""

    template: ClassVar[str]

    def values(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]


class Templates:
    """The templates of one folder. `static_version` changes when any static file does."""

    def __init__(self, folder: Path, static_folder: Path) -> None:
        self.environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.static_version = _version(static_folder)

    def render(self, context: PageContext, csp_nonce: str) -> str:
        template = self.environment.get_template(context.template)
        return template.render(**context.values(), csp_nonce=csp_nonce, static_version=self.static_version)


def page(
    request: Request, context: PageContext, status: int = 200, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """The response that shows `context` in its template."""
    templates: Templates = request.app.state.templates
    return HTMLResponse(templates.render(context, request.state.csp_nonce), status, headers)


def _version(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            stat = path.stat()
            digest.update(f"{path.relative_to(folder)} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:12]
