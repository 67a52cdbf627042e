"""Reading a YAML file into a pydantic model, with the line and the field in every error."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from synthesis.bundle.errors import SpecError

Model = TypeVar("Model", bound=BaseModel)


def load_yaml(path: Path, model: type[Model], *, folder: Path | None = None) -> Model:
    """Read and validate one file.

    Parameters
    ----------
    path
        A YAML file whose top level is a mapping.
    model
        The schema. It receives ``context={"folder": folder}``.
    folder
        What relative paths in the file are meant from; by default the file's own folder.

    Raises
    ------
    SpecError
        The file cannot be read, is not YAML, or does not fit the schema. Every problem is named with its
        line and field, joined by "; ".
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"{path}: cannot be read ({error})") from None
    return parse_yaml(text, model, name=str(path), folder=folder or path.parent)


def parse_yaml(text: str, model: type[Model], *, name: str, folder: Path) -> Model:
    """Validate YAML text; `name` stands for the file in messages. Raises `SpecError` as `load_yaml` does."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark else name
        raise SpecError(f"{where}: not valid YAML: {getattr(error, 'problem', error)}") from None
    if not isinstance(content, dict):
        raise SpecError(f"{name}: the top level must be a mapping of fields to values")
    try:
        return model.model_validate(content, context={"folder": folder})
    except ValidationError as error:
        problems = [_describe(problem, root, model, name) for problem in error.errors()]
        raise SpecError(*problems) from None


def _describe(problem: Any, root: yaml.Node | None, model: type[BaseModel], name: str) -> str:
    location = problem["loc"]
    line = _line_of(root, location)
    field = ".".join(str(part) for part in location) or "(top level)"
    if problem["type"] == "extra_forbidden":
        known = sorted(_fields_at(model, location[:-1]))
        near = get_close_matches(str(location[-1]), known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known fields: {', '.join(known)}"
        return f"{name}:{line}: unknown field {field}; {hint}"
    message = problem["msg"].removeprefix("Value error, ")
    return f"{name}:{line}: {field}: {message}"


def _line_of(node: yaml.Node | None, location: Iterable[str | int]) -> int:
    """Line (from 1) of the deepest node along `location` that exists."""
    line = node.start_mark.line + 1 if node else 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            pairs = {key.value: (key, value) for key, value in node.value}
            if str(part) not in pairs:
                break
            key, node = pairs[str(part)]
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def _fields_at(model: type[BaseModel], location: Iterable[str | int]) -> set[str]:
    """Names of the fields of the model that `location` leads to from `model`."""
    current: Any = model
    for part in location:
        field = current.model_fields.get(str(part))
        annotation = field.annotation if field else None
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return set()
        current = annotation
    return set(current.model_fields)
