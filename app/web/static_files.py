"""The site's own files (scripts, styles, icons, texts), read once and kept in memory.

Their addresses name a version, which is a hash of all of them. A module imports others by relative paths, so
all that a page runs are of the version that its HTML names: an old module never runs among new ones, and a
browser may keep each for ever. After an upgrade an address of the old version is not found; a page that was
open then says so when it needs another module.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.web.error_pages import error_response
from app.web.scripts import import_graph, without_comments

# Not every system has a list of its own that knows these.
TYPES = {".webp": "image/webp", ".js": "text/javascript", ".mjs": "text/javascript", ".ftl": "text/plain"}
COMPRESSED = ("text/", "image/svg+xml", "application/json")
FOR_EVER = "public, max-age=31536000, immutable"
VERSION_DIGITS = 12


@dataclass(frozen=True)
class StaticFile:
    media_type: str
    content: bytes

    @property
    def is_text(self) -> bool:
        return self.media_type.startswith(COMPRESSED)

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.content, mtime=0)


class StaticFolder:
    """All files of a folder by their paths in it. `version` is 12 hexadecimal digits."""

    def __init__(self, folder: Path) -> None:
        self.files = _read(folder)
        self.version = _version(self.files)
        self._modules = lru_cache(maxsize=64)(self._graph)

    def modules(self, *entries: str) -> tuple[str, ...]:
        """The scripts `entries` and all that they import, by their paths: see `import_graph`."""
        return self._modules(*entries)

    def _graph(self, *entries: str) -> tuple[str, ...]:
        return import_graph({name: file.content for name, file in self.files.items()}, entries)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application that serves the files below /VERSION/."""
        request = Request(scope)
        version, _, name = scope["path"].removeprefix(scope["root_path"]).lstrip("/").partition("/")
        await self._response(request, version, name)(scope, receive, send)

    def _response(self, request: Request, version: str, name: str) -> Response:
        if request.method != "GET":
            message = "Files can only be read."
            return error_response(request, 405, "method_not_allowed", message, headers={"Allow": "GET"})
        if version != self.version or name not in self.files:
            message = "There is no such file in this version of the program."
            return error_response(request, 404, "not_found", message)
        file = self.files[name]
        headers = {"Cache-Control": FOR_EVER}
        content = file.content
        if file.is_text:
            headers["Vary"] = "Accept-Encoding"
            if accepts_gzip(request.headers.get("accept-encoding", "")):
                headers["Content-Encoding"] = "gzip"
                content = file.compressed
        return Response(content, media_type=file.media_type, headers=headers)


@lru_cache(maxsize=4)
def static_folder(folder: Path) -> StaticFolder:
    """The folder as it was when it was first asked for."""
    return StaticFolder(folder)


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether a request's Accept-Encoding names gzip, and not with the weight 0."""
    for part in accept_encoding.lower().split(","):
        coding, _, weight = part.replace(" ", "").partition(";q=")
        if coding == "gzip":
            return weight.strip("0.") != "" or weight == ""
    return False


def _read(folder: Path) -> Mapping[str, StaticFile]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _file(path) for path in paths}


def _file(path: Path) -> StaticFile:
    content = path.read_bytes()
    # What is vendored has been made small already, and its licences stay.
    ours = path.suffix == ".js" and "vendor" not in path.parts
    return StaticFile(_type(path), without_comments(content) if ours else content)


def _type(path: Path) -> str:
    guessed = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    return guessed or "application/octet-stream"


def _version(files: Mapping[str, StaticFile]) -> str:
    """By the bytes, not their dates: two machines with the same release have the same addresses."""
    digest = hashlib.sha256()
    for name, file in files.items():
        digest.update(f"{name} {hashlib.sha256(file.content).hexdigest()}\n".encode())
    return digest.hexdigest()[:VERSION_DIGITS]
