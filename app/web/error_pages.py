"""One renderer of errors for each surface: JSON for programs, a page for people."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from app.core.errors import DomainError
from app.core.languages import Catalogue, catalogue
from app.core.text import cleaned
from app.web.language import for_participants, language_of
from app.web.templating import PageContext, page

JSON_PATHS = ("/api/", "/hooks/", "/admin/api/", "/stimuli/", "/masks/", "/static/")
TITLES = {
    403: "Not allowed",
    404: "Not found",
    409: "Not possible now",
    410: "This study has ended",
    429: "Please wait a moment",
    500: "Something went wrong",
    503: "Please try again in a moment",
}
PROBLEMS_NAMED = 20
OWN_FAULT = (
    "The server could not do this. Please try again in a moment. If it happens again, tell the experimenter"
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ErrorContext(PageContext):
    template: ClassVar[str] = "error.html"

    title: str
    message: str
    status: int


def error_response(
    request: Request,
    status: int,
    code: str,
    message: str,
    detail: dict[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The error in the form that the request's surface expects."""
    if request.url.path.startswith(JSON_PATHS):
        body = {"error": {"code": code, "message": message, "detail": detail or {}}}
        return JSONResponse(body, status, headers)
    title = TITLES.get(status) or HTTPStatus(status).phrase
    if for_participants(request):
        title, message = _said(catalogue(language_of(request)), status, code, detail or {})
    return page(request, ErrorContext(title=title, message=message, status=status), status, headers)


def _said(say: Catalogue, status: int, code: str, detail: Mapping[str, Any]) -> tuple[str, str]:
    """Title and text for a participant. What the catalogue does not know by its code is said in general."""
    title, text = f"error-title-{status}", f"error-text-{code}"
    values = {name: value for name, value in detail.items() if isinstance(value, str | int)}
    if status >= 500:
        text = "error-text-own_fault"
    return (
        say(title if title in say else "error-title-other"),
        say(text, **values) if text in say else say("error-text-other"),
    )


def domain_error(request: Request, error: DomainError) -> Response:
    response = _domain_error(request, error)
    if error.retry_after_s is not None:
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _domain_error(request: Request, error: DomainError) -> Response:
    if error.status >= 500:
        return own_fault(request, error.status, error.code, error.message)
    return error_response(request, error.status, error.code, error.message, error.detail)


def own_fault(request: Request, status: int, code: str, reason: str) -> Response:
    """The server's own fault: why is for the log, since it may name files; the reader gets the number."""
    number = request.state.request_id
    log.error("request %s: %s: %s", number, code, reason)
    message = f"{OWN_FAULT} this number: {number}."
    return error_response(request, status, code, message, {"request_id": number})


def malformed(request: Request, error: RequestValidationError) -> Response:
    problems = [
        {"field": cleaned(".".join(str(part) for part in problem["loc"])), "message": cleaned(problem["msg"])}
        for problem in error.errors()[:PROBLEMS_NAMED]
    ]
    first = f"{problems[0]['field']}: {problems[0]['message']}" if problems else "malformed request"
    return error_response(request, 422, "malformed", first, {"problems": problems})


def http_error(request: Request, error: HTTPException) -> Response:
    if error.status_code == 404:
        return _without_slash(request) or error_response(
            request, 404, "not_found", "There is nothing at this address."
        )
    response = error_response(request, error.status_code, "http_error", str(error.detail))
    response.headers.update(error.headers or {})
    return response


def _without_slash(request: Request) -> Response | None:
    """Leads from an address with a slash at its end to that without, on whatever host the reader is.

    The path that is led to begins with exactly one slash and has no backslash, so it never names a host.
    """
    path, query = request.scope["path"], request.url.query
    if request.method != "GET" or not path.endswith("/"):
        return None
    return RedirectResponse(quote(f"/{path.strip('/')}") + (f"?{query}" if query else ""))


def unexpected(request: Request, error: Exception) -> Response:
    """The traceback goes to the log, not to the reader."""
    response = own_fault(request, 500, "internal", type(error).__name__)
    # This response is sent from outside the middleware that adds the headers to all others.
    response.headers.update(request.state.security_headers)
    return response


def register_error_pages(app: FastAPI) -> None:
    for kind, handler in (
        (DomainError, domain_error),
        (RequestValidationError, malformed),
        (HTTPException, http_error),
        (Exception, unexpected),
    ):
        app.add_exception_handler(kind, handler)  # type: ignore[arg-type]
