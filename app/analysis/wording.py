"""Names and numbers as people read them."""

from synthesis.common.wording import readable as readable


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
