"""In which language a page is shown: the study's, or the browser's; admin pages are in English."""

from fastapi import Request, Response

from app.core.config import Settings
from app.core.languages import BROWSER, FALLBACK, languages, preferred

# The addresses of pages that participants see.
PARTICIPANTS_PAGES = ("/s/", "/p/", "/m/", "/run/", "/end/", "/declined/", "/withdraw/", "/privacy/")
COOKIE_MAX_AGE_S = 14 * 24 * 3600


def for_participants(request: Request) -> bool:
    return request.url.path.startswith(PARTICIPANTS_PAGES)


def speak(request: Request, wanted: str, code: str) -> None:
    """From now on the request's pages, those of errors too, are in the language that the study wants.

    Where that is the browser's, the one in which the session began is kept: by a cookie of the link's code.
    """
    if wanted == BROWSER:
        kept = request.cookies.get(_cookie_name(code), "")
        wanted = kept if kept in languages() else preferred(request.headers.get("accept-language", ""))
    request.state.language = wanted


def language_of(request: Request) -> str:
    """The language of the request's page. Before the study is known, it is the browser's."""
    spoken: str | None = getattr(request.state, "language", None)
    if spoken or not for_participants(request):
        return spoken or FALLBACK
    return preferred(request.headers.get("accept-language", ""))


def keep_language(request: Request, response: Response, settings: Settings, code: str) -> None:
    """A session that begins now keeps its language, whatever the browser prefers later."""
    response.set_cookie(
        _cookie_name(code),
        language_of(request),
        max_age=COOKIE_MAX_AGE_S,
        path="/",
        secure=settings.cookies_are_secure,
        httponly=True,
        samesite="lax",
    )


def _cookie_name(code: str) -> str:
    """Unlike the sessions' cookies, which are counted and tried as tokens."""
    return f"language-{code}"
