"""The fields of a form, made from a pydantic model's JSON schema: a new parameter needs no new form; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from app.drafts.text import ABSENT, Path, content_of, snippet, value_at
from synthesis.common.errors import SpecError

LONG_TEXT = 1000  # characters: above this, a text has several lines
Kind = Literal["line", "text", "number", "choice", "choices", "list", "paragraphs", "yaml"]
Schema = Mapping[str, Any]
UNITS = {"ms": "ms", "px": "px", "cm": "cm", "hz": "Hz"}
ABBREVIATED = {"rt": "RT", "sem": "SEM", "url": "address"}
YES_NO = (("true", "yes"), ("false", "no"))


@dataclass(frozen=True)
class FormField:
    """One field of a form.

    `path` leads to its value in the study's YAML. `options` are (value, label) of choices. `default` is what
    holds without it, in words; `limits` is what may be given, in words. `whole` says that a number has no
    decimals.
    """

    path: Path
    label: str
    kind: Kind
    required: bool = False
    options: tuple[tuple[str, str], ...] = ()
    default: str = ""
    limits: str = ""
    whole: bool = False

    @property
    def name(self) -> str:
        return ".".join(str(part) for part in self.path)


@dataclass(frozen=True)
class FieldGroup:
    """The fields of a model within a model, under its name; `about` is what the model says of its fields."""

    path: Path
    label: str
    about: str
    fields: tuple["FormField | FieldGroup", ...]

    @property
    def name(self) -> str:
        return ".".join(str(part) for part in self.path)


def fields_of(
    model: type[BaseModel],
    path: Path = (),
    choices: Mapping[str, Sequence[str]] | None = None,
    leave_out: Sequence[str] = ("kind",),
) -> tuple[FormField | FieldGroup, ...]:
    """The fields of a model whose values are at `path`.

    `choices` are those of fields whose schema does not list them, by the fields' names (`FormField.name`).
    """
    schema = model.model_json_schema()
    return tuple(
        _field(name, one, (*path, name), schema, required=name in schema.get("required", ()), choices=choices)
        for name, one in schema.get("properties", {}).items()
        if name not in leave_out
    )


def every_field(fields: Sequence[FormField | FieldGroup]) -> list[FormField]:
    """All fields, those in groups too."""
    found: list[FormField] = []
    for one in fields:
        found += every_field(one.fields) if isinstance(one, FieldGroup) else [one]
    return found


def shown(field: FormField, content: Any) -> str | list[str]:
    """What the form shows of a value; a list where several options can be ticked."""
    value = value_at(content, field.path)
    if field.kind == "choices":
        return [str(one) for one in value] if isinstance(value, list) else []
    if value in (ABSENT, None):
        return ""
    if field.kind == "yaml":
        return snippet(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        if any(isinstance(one, list | dict) for one in value):
            return snippet(value)
        return ("\n\n" if field.kind == "paragraphs" else "\n").join(str(one) for one in value)
    return snippet(value) if isinstance(value, dict) else str(value)


def given(field: FormField, sent: str | list[str]) -> Any:
    """The value that was entered; `ABSENT` if nothing was.

    What is no number stays the text that it is: the check of the study says so at the field.
    """
    if isinstance(sent, list):
        return sent or ABSENT
    text = sent.replace("\r\n", "\n").strip()
    if not text or not any(letter.isprintable() and not letter.isspace() for letter in text):
        return ABSENT
    if field.kind == "number":
        return _number(text, whole=field.whole)
    if field.kind == "choice" and field.options[:2] == YES_NO:
        return {"true": True, "false": False}.get(text, text)
    if field.kind == "list":
        items = [line.strip() for line in text.split("\n") if line.strip()]
        return [_number(item, whole=True) for item in items] if field.whole else items
    if field.kind == "yaml":
        return _yaml(text)
    return f"{text}\n" if "\n" in text else text


def _number(text: str, *, whole: bool) -> int | float | str:
    for read in (int,) if whole else (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text


def _yaml(text: str) -> Any:
    """A snippet of YAML; if it cannot be read it stays a text, which the check refuses at this field."""
    try:
        return content_of("value:\n" + "\n".join(f"  {line}" for line in text.split("\n"))).get("value")
    except SpecError:
        return text


def _field(
    name: str,
    given_schema: Schema,
    path: Path,
    whole_schema: Schema,
    *,
    required: bool,
    choices: Mapping[str, Sequence[str]] | None,
) -> FormField | FieldGroup:
    schema = _resolved(given_schema, whole_schema)
    label = _label(name)
    if schema.get("properties") and "discriminator" not in schema:
        fields = tuple(
            _field(
                inner,
                one,
                (*path, inner),
                whole_schema,
                required=inner in schema.get("required", ()),
                choices=choices,
            )
            for inner, one in schema["properties"].items()
        )
        return FieldGroup(path, label, plain(schema.get("description", "")), fields)
    kind, options = _kind(schema, whole_schema)
    if choices and (named := ".".join(map(str, path))) in choices:
        kind, options = "choice", tuple((one, one) for one in choices[named])
    items = _resolved(schema.get("items", {}), whole_schema)
    return FormField(
        path=path,
        label=label,
        kind=kind,
        required=required,
        options=options,
        default=_default(given_schema.get("default")),
        limits=_limits(schema),
        whole="integer" in (schema.get("type"), items.get("type")),
    )


def _label(name: str) -> str:
    """A field's name for people, its unit in brackets."""
    parts = [ABBREVIATED.get(part, part) for part in name.split("_")]
    words, unit = " ".join(parts), parts[-1]
    words = words[:1].upper() + words[1:]
    return f"{words.removesuffix(unit)}({UNITS[unit]})" if unit in UNITS else words


def _resolved(schema: Schema, whole: Schema) -> Schema:
    """Without references, and without the alternative that the field may be nothing."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _resolved({**whole["$defs"][name], **{k: v for k, v in schema.items() if k != "$ref"}}, whole)
    if "anyOf" in schema:
        others = [one for one in schema["anyOf"] if one.get("type") != "null"]
        kinds = {one.get("type") for one in others}
        if kinds == {"number", "string"}:  # a decimal number
            others = [one for one in others if one["type"] == "number"]
        if len(others) == 1 or kinds == {"string"}:
            rest = {key: value for key, value in schema.items() if key != "anyOf"}
            return {**_resolved(others[0], whole), **rest}
    return schema


def _kind(schema: Schema, whole: Schema) -> tuple[Kind, tuple[tuple[str, str], ...]]:
    if "enum" in schema:
        return "choice", tuple((str(one), str(one).replace("_", " ")) for one in schema["enum"])
    kind = schema.get("type")
    if kind == "boolean":
        return "choice", YES_NO
    if kind in ("integer", "number"):
        return "number", ()
    if kind == "string":
        long = schema.get("maxLength", 0) > LONG_TEXT and schema.get("format") != "uri"
        return ("text" if long else "line"), ()
    if kind == "array":
        items = _resolved(schema.get("items", {}), whole)
        if "enum" in items:
            return "choices", tuple((str(one), str(one)) for one in items["enum"])
        if items.get("type") == "string":
            return ("paragraphs" if items.get("maxLength", 0) > LONG_TEXT else "list"), ()
        if items.get("type") in ("integer", "number"):
            return "list", ()
    return "yaml", ()


def _default(value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if isinstance(value, list | dict) else str(value)


def _limits(schema: Schema) -> str:
    least = schema.get("minimum", schema.get("exclusiveMinimum"))
    most = schema.get("maximum", schema.get("exclusiveMaximum"))
    least, most = (int(one) if one is not None and one == int(one) else one for one in (least, most))
    if least is not None and most is not None:
        return f"{least:,} to {most:,}"
    if least is not None:
        return f"{least:,} or more"
    return "" if most is None else f"at most {most:,}"


def plain(description: str) -> str:
    """A docstring's text without its marks for code."""
    return " ".join(description.replace("`", "").split())
