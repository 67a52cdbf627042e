"""YAML from anybody: bounded in size, depth and growth, each key once, and no blank text.

Anchors are harmless, but their aliases and merge keys let a kilobyte grow into gigabytes; nothing that this
program reads needs them.
"""

from dataclasses import dataclass
from typing import Any, NoReturn

import yaml
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError

from synthesis.common.errors import SpecError

SIZE_LIMIT = 200_000  # bytes of a file, or characters of a text
DEPTH_LIMIT = 20
TOO_DEEP = f"nests deeper than {DEPTH_LIMIT} levels"
_MERGE = "tag:yaml.org,2002:merge"
_TEXT = "tag:yaml.org,2002:str"


@dataclass(frozen=True)
class Loaded:
    """What the text says, and the node that it was read from, for lines in messages."""

    content: Any
    root: yaml.Node | None


def parse(text: str, name: str) -> Loaded:
    """Read YAML text; `name` stands for the file in messages.

    Raises
    ------
    SpecError
        One line, with the number of the line where there is one: the text is too long, is not YAML, nests
        deeper than `DEPTH_LIMIT`, uses an alias or a merge key, holds a key twice, or a blank text.
    """
    if len(text) > SIZE_LIMIT:
        raise SpecError(f"{name}: has {len(text):,} characters; at most {SIZE_LIMIT:,} are read")
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        return Loaded(loader.construct_document(root) if root else None, root)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark else name
        problem = " ".join(str(getattr(error, "problem", None) or error).split())
        raise SpecError(f"{where}: not valid YAML: {problem}") from None


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, with bounds that hold while the text is read."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def fetch_flow_collection_start(self, token: Any) -> None:
        # The scanner runs ahead of the nodes by up to a thousand brackets, and each costs it more.
        if self.flow_level >= DEPTH_LIMIT:
            _refuse(TOO_DEEP, self.get_mark())
        super().fetch_flow_collection_start(token)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            _refuse(f"the alias *{event.anchor} is not taken; write the value out", event.start_mark)
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            _refuse(TOO_DEEP, event.start_mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        if isinstance(node, yaml.ScalarNode) and node.tag == _TEXT and is_blank(node.value):
            _refuse("a blank text; write one, or leave the field out", node.start_mark)
        return node

    def compose_mapping_node(self, anchor: dict[Any, yaml.Node]) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        lines: dict[str, int] = {}
        for key, _value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                _refuse("a key must be a text, not a list or a mapping", key.start_mark)
            if key.tag == _MERGE:
                _refuse("the merge key << is not taken; write the fields out", key.start_mark)
            if key.tag != _TEXT:
                _refuse(f"the key {key.value[:60]} is no text; put it in quotes", key.start_mark)
            if first := lines.get(key.value):
                _refuse(
                    f"the key {key.value[:60]!r} of line {first} is there again; keep one", key.start_mark
                )
            lines[key.value] = key.start_mark.line + 1
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, ArithmeticError, LookupError, TypeError) as error:
            kind = node.tag.rpartition(":")[2]
            reason = f"{str(node.value)[:60]!r} is no {kind} ({error}); if it is text, put it in quotes"
            raise ConstructorError(None, None, reason, node.start_mark) from None


def is_blank(text: str) -> bool:
    """Whether nobody could see anything of a text: spaces, line ends, zero-width characters, or nothing."""
    return not any(letter.isprintable() and not letter.isspace() for letter in text)


def _refuse(problem: str, mark: Any) -> NoReturn:
    raise ComposerError(None, None, problem, mark)
