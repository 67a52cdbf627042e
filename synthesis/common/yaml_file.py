"""Reading a YAML file into a pydantic model, with the line and the field in every error."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from synthesis.common.errors import Problem, SpecError, UserError
from synthesis.common.safe_yaml import SIZE_LIMIT, parse
from synthesis.common.text_file import read_text

Model = TypeVar("Model", bound=BaseModel)
PROBLEMS_SHOWN = 20
LONGEST_PROBLEM = 500  # characters
# Kinds of pydantic's errors where a text was wanted; a path is one.
TEXT_WANTED = ("string_type", "path_type")


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
        The file cannot be read, is not YAML as `safe_yaml.parse` takes it, or does not fit the schema. Every
        problem of the latter kind is named with its line and field, joined by "; ", 20 of them at most.
    """
    try:
        text = read_text(path, SIZE_LIMIT).content
    except UserError as error:
        raise SpecError(str(error)) from None
    return parse_yaml(text, model, name=str(path), folder=folder or path.parent)


def parse_yaml(text: str, model: type[Model], *, name: str, folder: Path) -> Model:
    """Validate YAML text; `name` stands for the file in messages. Raises `SpecError` as `load_yaml` does."""
    loaded = parse(text, name)
    if not isinstance(loaded.content, dict):
        raise SpecError(f"{name}: the top level must be a mapping of fields to values")
    try:
        return model.model_validate(loaded.content, context={"folder": folder})
    except ValidationError as error:
        errors = error.errors()
        found = [_problem(one, loaded.root, model) for one in errors[:PROBLEMS_SHOWN]]
        problems = [_in_one_line(in_words(one, name)) for one in found]
        if len(errors) > PROBLEMS_SHOWN:
            problems.append(f"{name}: and {len(errors) - PROBLEMS_SHOWN} more")
        raise SpecError(*problems, found=found) from None


def in_words(problem: Problem, name: str) -> str:
    """A problem as one line; `name` stands for the file."""
    if problem.message.startswith("unknown field"):
        return f"{name}:{problem.line}: {problem.message}"
    return f"{name}:{problem.line}: {problem.field or '(top level)'}: {problem.message}"


def _in_one_line(problem: str) -> str:
    return " ".join(problem.split())[:LONGEST_PROBLEM]


def _problem(problem: Any, root: yaml.Node | None, model: type[BaseModel]) -> Problem:
    location = problem["loc"]
    line, node = place_of(root, location)
    field = ".".join(str(part)[:60] for part in location if "[" not in str(part))
    if problem["type"] == "extra_forbidden":
        known = sorted(_fields_at(model, location[:-1]))
        near = get_close_matches(str(location[-1]), known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known fields: {', '.join(known)}"
        return Problem(line, field, f"unknown field {field}; {hint}")
    message = problem["msg"].removeprefix("Value error, ")
    return Problem(line, field, f"{message}{_in_quotes(problem, node)}")


def _in_quotes(problem: Any, node: yaml.Node | None) -> str:
    """What to do where YAML reads a number, a date, or yes and no, and a text is wanted."""
    if problem["type"] not in TEXT_WANTED or not isinstance(node, yaml.ScalarNode) or not node.value:
        return ""
    read = {"bool": "true or false", "int": "a number", "float": "a number", "null": "nothing"}
    kind = read.get(node.tag.rpartition(":")[2], "a date" if "timestamp" in node.tag else "")
    return f'; YAML reads {node.value} as {kind}: put it in quotes, "{node.value}"' if kind else ""


def place_of(node: yaml.Node | None, location: Iterable[str | int]) -> tuple[int, yaml.Node | None]:
    """The deepest node along `location` that exists, and its line (from 1), or its key's."""
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
    return line, node


def _fields_at(model: type[BaseModel], location: Iterable[str | int]) -> set[str]:
    """Names of the fields of the model that `location` leads to from `model`."""
    current: Any = model
    for part in location:
        if isinstance(part, int):  # a place in a list, of whose items `current` is the model already
            continue
        field = current.model_fields.get(part)
        inner = _model_in(field.annotation) if field else None
        if inner is None:
            return set()
        current = inner
    return set(current.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that an annotation is, or that it holds: `list[Model] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
