"""One renderer of errors for each surface: JSON for programs, a page for people."""

import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.core.errors import DomainError
from app.core.text import cleaned
from app.web.templating import PageContext, page

JSON_PATHS = ("/api/", "/stimuli/", "/masks/", "/static/")
TITLES = {
    403: "Not allowed",
    404: "Not found",
    409: "Not possible now",
    410: "This study has ended",
    500: "Something went wrong",
}
PROBLEMS_NAMED = 20
OWN_FAULT = "The server could not do this. Please try again in a moment."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ErrorContext(PageContext):
    template: ClassVar[str] = "error.html"

    title: str
    message: str
    status: int


def error_response(
    request: Request, status: int, code: str, message: str, detail: dict[str, Any] | None = None
) -> Response:
    """The error in the form that the request's surface expects."""
    if request.url.path.startswith(JSON_PATHS):
        body = {"error": {"code": code, "message": message, "detail": detail or {}}}
        return JSONResponse(body, status)
    title = TITLES.get(status) or HTTPStatus(status).phrase
    return page(request, ErrorContext(title=title, message=message, status=status), status)


def domain_error(request: Request, error: DomainError) -> Response:
    if error.status >= 500:
        # The server's own fault: what exactly is for the log, since it may name files.
        log.error("%s: %s", error.code, error.message)
        return error_response(request, error.status, error.code, OWN_FAULT)
    return error_response(request, error.status, error.code, error.message, error.detail)


def malformed(request: Request, error: RequestValidationError) -> Response:
    problems = [
        {"field": cleaned(".".join(str(part) for part in problem["loc"])), "message": cleaned(problem["msg"])}
        for problem in error.errors()[:PROBLEMS_NAMED]
    ]
    first = f"{problems[0]['field']}: {problems[0]['message']}" if problems else "malformed request"
    return error_response(request, 422, "malformed", first, {"problems": problems})


def http_error(request: Request, error: HTTPException) -> Response:
    if error.status_code == 404:
        response = error_response(request, 404, "not_found", "There is nothing at this address.")
    else:
        response = error_response(request, error.status_code, "http_error", str(error.detail))
    response.headers.update(error.headers or {})
    return response


def unexpected(request: Request, _error: Exception) -> Response:
    """The server's own fault; the traceback goes to the log, not to the reader."""
    response = error_response(request, 500, "internal", OWN_FAULT)
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
