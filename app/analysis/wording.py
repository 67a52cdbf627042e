"""Names and numbers as people read them."""

import re


def readable(condition: str) -> str:
    """A condition's name for people: natural -> Natural, block10 -> block 10, vgg19/fc8 -> vgg19: fc 8."""
    if condition == "natural":
        return "Natural"
    network, slash, layer = condition.partition("/")
    if slash:
        return f"{network}: {readable(layer)}"
    return re.sub(r"(?<=[A-Za-z])(?=\d)", " ", condition).replace("_", " ")


def participants_in_words(count: int, audience: str) -> str:
    """`1 pilot participant`, `20 simulated participants`, `20 participants` (live)."""
    adjective = "" if audience == "live" else f"{audience} "
    return f"{count} {adjective}participant{'' if count == 1 else 's'}"


def duration_in_words(seconds: float) -> str:
    """`12 min 5 s`, `40 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def plural(count: int, noun: str) -> str:
    """`1 trial`, `2 trials`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
