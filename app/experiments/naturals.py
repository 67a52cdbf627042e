"""The natural stimuli that the bundles of a study share, made from the same files; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.errors import Invalid
from app.stimuli.schemas import Candidate
from synthesis.bundle.manifest import NATURAL


@dataclass(frozen=True)
class SharedNatural:
    """One natural stimulus. `ids` are its names in the bundles, in their order; the first is the study's."""

    ids: tuple[str, ...]
    category: str


def shared_naturals(bundles: Sequence[tuple[str, Sequence[Candidate]]]) -> tuple[SharedNatural, ...]:
    """The natural stimuli of (network, stimuli) pairs, in the order of their names in the first.

    Two are the same if their source files have the same bytes; a bundle's own are told apart by name.
    Raises `Invalid` that names one which a bundle lacks, has twice, or has in another category.
    """
    naturals = [
        sorted((one for one in candidates if one.condition == NATURAL), key=lambda one: one.natural_id)
        for _network, candidates in bundles
    ]
    first = naturals[0]
    if len(bundles) == 1:
        return tuple(SharedNatural((one.natural_id,), one.category) for one in first)
    by_source = [
        _by_source(network, own) for (network, _candidates), own in zip(bundles, naturals, strict=True)
    ]
    for (network, _candidates), found in zip(bundles[1:], by_source[1:], strict=True):
        _require_same(bundles[0][0], by_source[0], network, found)
    return tuple(
        SharedNatural(tuple(found[one.source].natural_id for found in by_source), one.category)
        for one in first
    )


def _by_source(network: str, naturals: Sequence[Candidate]) -> dict[str, Candidate]:
    found: dict[str, Candidate] = {}
    for one in naturals:
        twin = found.setdefault(one.source, one)
        if twin is not one:
            raise Invalid(
                "natural_twice",
                f"stimuli, {network}: {twin.natural_id!r} and {one.natural_id!r} are the same natural "
                "stimulus; make the bundle without one of them",
            )
    return found


def _require_same(
    first: str, in_first: dict[str, Candidate], other: str, in_other: dict[str, Candidate]
) -> None:
    for network, lacking, lost in (
        (first, other, in_first.keys() - in_other.keys()),
        (other, first, in_other.keys() - in_first.keys()),
    ):
        if lost:
            names = sorted((in_first | in_other)[source].natural_id for source in lost)
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise Invalid(
                "natural_missing",
                f"stimuli: only {network} has the natural stimulus {names[0]!r}{more}, {lacking} has not; "
                "make the bundles from the same stimuli",
            )
    for source, one in in_first.items():
        if one.category != in_other[source].category:
            raise Invalid(
                "category_differs",
                f"stimuli: the natural stimulus {one.natural_id!r} is of {one.category!r} in {first} and of "
                f"{in_other[source].category!r} in {other}; make the bundles from the same stimuli",
            )
