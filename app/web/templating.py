"""Jinja2 templates: a page's context is a frozen dataclass, and an unknown name in a template is an error."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, ClassVar

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.core.languages import FALLBACK, catalogue
from app.web.language import language_of

# What every template may use besides its own context.
COMMON_NAMES = frozenset({"csp_nonce", "static_version", "modules", "language", "say", "actor"})


class PageContext:
    """Base of the frozen dataclasses that hold what one template shows."""

    template: ClassVar[str]

    def values(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]


class Templates:
    """The templates of one folder. `common` are the names of `COMMON_NAMES` that are the same in all pages.

    `static_version` stands in the addresses of static files. `modules` gives the scripts that a script needs,
    which a page names at its top: the browser then fetches all at once, not each import after another.
    """

    def __init__(self, folder: Path, **common: object) -> None:
        self.environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.globals.update(common)

    def render(
        self, context: PageContext, csp_nonce: str, language: str = FALLBACK, actor: object = None
    ) -> str:
        """The page as HTML; `say` gives the texts of its language, `actor` is who is signed in."""
        template = self.environment.get_template(context.template)
        return template.render(
            **context.values(),
            csp_nonce=csp_nonce,
            language=language,
            say=catalogue(language),
            actor=actor,
        )


def page(
    request: Request, context: PageContext, status: int = 200, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """The response that shows `context` in its template.

    Pages are never compressed. Some repeat what a link says (a participant's number, a recruiter's id)
    beside what others must not know (the form's UUID, the completion code), and the length of a compressed
    page tells whether the two are alike to anyone who writes links and sees lengths (Gluck, Harris and Prado
    2013, BREACH).
    """
    templates: Templates = request.app.state.templates
    actor = getattr(request.state, "actor", None)
    html = templates.render(context, request.state.csp_nonce, language_of(request), actor)
    return HTMLResponse(html, status, headers)
