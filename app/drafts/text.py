"""A study's YAML text as a form changes it: what the form does not know, and every comment, stays; pure."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from synthesis.common.safe_yaml import is_blank, parse

ABSENT = object()  # stands for a field that is left out
WIDTH = 100
_TEXT = "tag:yaml.org,2002:str"
_RESOLVER = yaml.SafeLoader("")  # knows how YAML 1.1, which study files are, reads a plain text
Path = tuple[str | int, ...]


def content_of(text: str, name: str = "study") -> dict[str, Any]:
    """What the text says; no fields if it says nothing. Raises `SpecError` as `safe_yaml.parse`."""
    content = parse(text, name).content
    return content if isinstance(content, dict) else {}


def changed(text: str, changes: Mapping[Path, Any]) -> str:
    """The text with other values at some paths; `ABSENT` takes a field out, with mappings it leaves empty.

    Values that are the same already are not touched. Raises `SpecError` if the text cannot be read.
    """
    before = content_of(text)
    different = {path: value for path, value in changes.items() if value_at(before, path) != value}
    if not different:
        return text
    editor = _editor()
    document = editor.load(text)
    before_it = ""
    if not isinstance(document, CommentedMap):  # nothing but comments
        document, before_it = CommentedMap(), text.rstrip() + "\n" if text.strip() else ""
    for path, value in different.items():
        _set(document, path, value)
    written = io.StringIO()
    editor.dump(document, written)
    return before_it + written.getvalue()


def value_at(content: Any, path: Path) -> Any:
    """The value at a path; `ABSENT` if there is none."""
    for part in path:
        inside = part < len(content) if isinstance(content, list) and isinstance(part, int) else False
        if inside or (isinstance(content, Mapping) and part in content):
            content = content[part]
        else:
            return ABSENT
    return content


def snippet(value: Any) -> str:
    """A value as YAML text of its own, for a field that is edited as such."""
    if value in (ABSENT, None):
        return ""
    written = io.StringIO()
    editor = _editor()
    editor.dump(_written(value), written)
    return written.getvalue().removesuffix("...\n")


def _editor() -> YAML:
    editor = YAML(typ="rt")
    editor.width = WIDTH
    editor.preserve_quotes = True
    editor.indent(mapping=2, sequence=4, offset=2)
    return editor


def _set(document: CommentedMap, path: Path, value: Any) -> None:
    *parents, last = path
    place: Any = document
    for part in parents:
        inner = place[part] if isinstance(part, int) or part in place else None
        if not isinstance(inner, CommentedMap | CommentedSeq):
            if value is ABSENT:
                return
            inner = place[part] = CommentedMap()
        place = inner
    if value is not ABSENT:
        place[last] = _written(value)
    elif last in place:
        del place[last]
        if parents and not place:
            _set(document, tuple(parents), ABSENT)


def _written(value: Any) -> Any:
    """Texts of several lines are written as blocks, so that a person can read them."""
    if isinstance(value, str) and "\n" in value and not is_blank(value):
        text = _lines(value)
        return LiteralScalarString(text) if text.replace("\n", "").isprintable() else _quoted(text)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Mapping):
        return CommentedMap({_written(key): _written(inner) for key, inner in value.items()})
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = CommentedSeq(_written(inner) for inner in value)
        if all(isinstance(inner, str | int | float) for inner in value):
            items.fa.set_flow_style()
        return items
    return value


def _quoted(text: str) -> str:
    """In quotes where it would be read as something else, by YAML 1.1 as well: yes, 007, 12:30, a control."""
    read_as = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    plain = text.isprintable() and read_as == _TEXT
    return text if plain else DoubleQuotedScalarString(text)


def _lines(text: str) -> str:
    """A block cannot begin with a space or hold a tab before its text; trailing spaces are seen by nobody."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\t", "  ").split("\n")]
    return "\n".join(lines).strip() + "\n"
