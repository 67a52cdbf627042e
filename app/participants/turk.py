"""Where a worker of MTurk hands in; pure."""

from urllib.parse import urlsplit

# The address in a link is anybody's to write, so nothing is handed in anywhere else.
WORKER_HOSTS = ("www.mturk.com", "workersandbox.mturk.com")
SUBMIT_PATH = "/mturk/externalSubmit"
FRAMES = "https://*.mturk.com"


def worker_site(turk_submit_to: str) -> str | None:
    """The site that a link names, if it is one of MTurk's: https://www.mturk.com."""
    try:
        parts = urlsplit(turk_submit_to.strip())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme != "https" or parts.hostname not in WORKER_HOSTS or port not in (None, 443):
        return None
    if parts.username is not None or parts.password is not None or parts.path not in ("", "/"):
        return None
    return f"https://{parts.hostname}"
