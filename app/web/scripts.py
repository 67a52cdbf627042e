"""Scripts as text: which of them import which, and what is left without their comments; pure."""

import posixpath
import re
from collections.abc import Iterable, Mapping

# A static import or re-export, which begins its line: `import "./a.js"`, `import { b } from "./a.js"`, also
# over several lines. Not `import("./a.js")`, which is fetched when it is needed, nor types in comments.
STATIC_IMPORT = re.compile(rb'^(?:import|export)\b(?:[^"\'`;()=]*?\bfrom)?\s*"([^"]+)"', re.MULTILINE)

# Comments that begin their line; one behind code stays, and so does what a string holds.
COMMENT = re.compile(rb"^[ \t]*(?:/\*(?:[^*]|\*(?!/))*\*/|//[^\n]*)[ \t]*$", re.MULTILINE)

INDENTATION = re.compile(rb"^[ \t]+", re.MULTILINE)


def without_comments(source: bytes) -> bytes:
    """A script without its comments and indentation, a third of what is sent otherwise.

    Each line keeps its number. The scripts hold no text of several lines, which this would change: a test
    compares.
    """
    return INDENTATION.sub(b"", COMMENT.sub(lambda comment: b"\n" * comment[0].count(b"\n"), source))


def import_graph(files: Mapping[str, bytes], entries: Iterable[str]) -> tuple[str, ...]:
    """The scripts `entries` and all that they import, each once, those that are needed first before others.

    `files` are the bytes of all files by their paths, which are joined by "/". What is not among them is left
    out: the browser says what is missing.
    """
    found: dict[str, None] = {}
    waiting = [name for name in entries if name in files]
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting += [path for path in _imports(name, files[name]) if path in files]
    return tuple(found)


def _imports(name: str, source: bytes) -> list[str]:
    folder = posixpath.dirname(name)
    return [
        posixpath.normpath(posixpath.join(folder, path.decode())) for path in STATIC_IMPORT.findall(source)
    ]
