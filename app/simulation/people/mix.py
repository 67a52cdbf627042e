"""A mix of kinds of simulated participants, as the command line gives it; pure."""

import math
from collections.abc import Collection, Mapping

from app.core.errors import BadRequest
from app.core.randomness import generator

DEFAULT_PEOPLE = 20


def mix_of(text: str, known: Collection[str]) -> dict[str, float]:
    """Counts or shares by the kind's name, from "layers=14,guessing=2"; a name alone stands for all.

    Raises `BadRequest` with one line: a kind that is not known or named twice, or no number.
    """
    shares: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = (word.strip() for word in part.partition("="))
        if name not in known:
            raise BadRequest("bad_mix", f"no kind of participant {name!r}; known kinds: {', '.join(known)}")
        if name in shares:
            raise BadRequest("bad_mix", f"{name} is named twice in the mix")
        shares[name] = _number(name, number or "1")
    if sum(shares.values()) <= 0:
        raise BadRequest("bad_mix", "nobody is in the mix; give counts or shares, as in layers=14,guessing=2")
    return shares


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise BadRequest("bad_mix", f"{name}={text}: give a count or a share, as in {name}=2")
    return number


def people_of(mix: Mapping[str, float], participants: int | None) -> int:
    """How many there are if none are asked for: the sum of whole numbers, else `DEFAULT_PEOPLE`."""
    if participants is not None:
        return participants
    counts = all(number == int(number) for number in mix.values())
    return int(sum(mix.values())) if counts and len(mix) > 1 else DEFAULT_PEOPLE


def drawn(mix: Mapping[str, float], participants: int, seed: int) -> list[str]:
    """The kind of each participant, in the order in which they come; the same for the same seed.

    Numbers of kinds are the shares of `participants`, rounded by the largest remainders.
    """
    total = sum(mix.values())
    exact = {name: participants * number / total for name, number in mix.items()}
    counts = {name: math.floor(number) for name, number in exact.items()}
    by_remainder = sorted(mix, key=lambda name: counts[name] - exact[name])
    for name in by_remainder[: participants - sum(counts.values())]:
        counts[name] += 1
    kinds = [name for name, count in counts.items() for _ in range(count)]
    return [kinds[place] for place in generator(seed, "mix").permutation(len(kinds))]
