"""The site's own files: scripts, styles, icons."""

import mimetypes
from typing import Any

from fastapi.staticfiles import StaticFiles
from starlette.responses import Response

# Python 3.12 and older do not know it, and not every system has a list of its own.
mimetypes.add_type("image/webp", ".webp")


class RevalidatedFiles(StaticFiles):
    """Files that a browser asks about before it uses its copy.

    The page's modules import each other by plain names: after an upgrade of the server, a browser must never
    run an old one among new ones.
    """

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response
