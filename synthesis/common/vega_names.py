"""Names in figures that are words of JavaScript: a category may be called `constructor`.

Vega looks the words of its expressions up in plain objects, where it finds `constructor`, `toString` and
their like though nobody put them there; a sorted axis with such a category then fails. An invisible character
makes another word of them that looks the same.
"""

from typing import Any

WORD_JOINER = "\u2060"  # has no width, and no line breaks at it
# What every object of JavaScript has (ECMA-262, "Properties of the Object Prototype Object").
INHERITED = frozenset(
    {
        "constructor",
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "toString",
        "valueOf",
        "__proto__",
        "__defineGetter__",
        "__defineSetter__",
        "__lookupGetter__",
        "__lookupSetter__",
    }
)


def safe_name(name: str) -> str:
    """The name as a figure may hold it; in all but a dozen words it is the same."""
    return f"{name}{WORD_JOINER}" if name in INHERITED else name


def safe_names(spec: Any) -> Any:
    """A figure's specification, with every text in it that is such a word made safe; keys are ours."""
    if isinstance(spec, dict):
        return {key: safe_names(value) for key, value in spec.items()}
    if isinstance(spec, list):
        return [safe_names(value) for value in spec]
    return safe_name(spec) if isinstance(spec, str) else spec
