"""Which bundles a draft is made of, as a form shows and changes it; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.drafts.places import Places
from app.drafts.schemas import Offer
from app.drafts.text import ABSENT, Path

ALL = "all"
PREFIX = "bundle"


@dataclass(frozen=True)
class Choice:
    """A bundle that a draft names. `layers` are those that it lists; None stands for all."""

    place: str
    network: str
    layers: tuple[str, ...] | None


@dataclass(frozen=True)
class BundleRow:
    """A bundle of the form. `offer` is None for one that the text names and the server has not.

    `unfit` says why the study's task cannot use it.
    """

    number: int
    place: str
    offer: Offer | None
    choice: Choice | None
    unfit: str = ""

    def ticked(self, layer: str) -> bool:
        return self.choice is None or self.choice.layers is None or layer in self.choice.layers


def choices_of(content: Mapping[str, Any], places: Places) -> list[Choice]:
    """The bundles of the text in its order, by their whole places."""
    entries = content.get("stimuli")
    if not isinstance(entries, list):
        entries = [content] if isinstance(content.get("bundle"), str) else []
    found = []
    for entry in entries:
        if isinstance(entry, dict) and isinstance(place := entry.get("bundle"), str):
            network = entry.get("network")
            named = network if isinstance(network, str) else ""
            found.append(Choice(places.whole(place), named, _layers(entry.get("layers"))))
    return found


def rows_of(
    content: Mapping[str, Any], offered: Sequence[Offer], places: Places, *, adaptive: bool
) -> tuple[BundleRow, ...]:
    """Those of the text first, in its order; of the others those that the study's task can use.

    An `adaptive` task moves pictures along dimensions, all others show metamers.
    """
    by_place = {one.place: one for one in offered}
    chosen = choices_of(content, places)
    rows = []
    for number, one in enumerate(chosen):
        offer = by_place.get(one.place)
        rows.append(BundleRow(number, one.place, offer, one, _unfit(offer, adaptive=adaptive)))
    taken = {one.place for one in chosen}
    others = [one for one in offered if one.place not in taken and not _unfit(one, adaptive=adaptive)]
    rows += [BundleRow(n, one.place, one, None) for n, one in enumerate(others, start=len(rows))]
    return tuple(rows)


def _unfit(offer: Offer | None, *, adaptive: bool) -> str:
    if offer is None or bool(offer.dimensions) == adaptive:
        return ""
    if adaptive:
        return "This preset moves pictures along dimensions, and this is a bundle of metamers."
    return "This preset shows metamers, and this is a bundle of dimensions."


def changes(
    content: Mapping[str, Any], sent: Mapping[str, Sequence[str]], places: Places, *, adaptive: bool
) -> dict[Path, Any]:
    """What the form says of bundles, as changes of the text; none if it says what the text does.

    A study whose task is `adaptive` lists no layers.
    """
    if f"{PREFIX}.0.place" not in sent:
        return {}
    chosen = list(_sent(sent))
    if chosen == choices_of(content, places):
        return {("layers",): ABSENT} if adaptive and "layers" in content else {}
    if adaptive and len(chosen) == 1:
        return {("stimuli",): ABSENT, ("bundle",): chosen[0].place, ("layers",): ABSENT}
    if not chosen:
        return dict.fromkeys([("bundle",), ("layers",), ("stimuli",)], ABSENT)
    if len(chosen) == 1 and not chosen[0].network:
        one = chosen[0]
        return {("stimuli",): ABSENT, ("bundle",): one.place, ("layers",): _written(one)}
    entries = [
        {
            "bundle": one.place,
            **({"network": one.network} if one.network else {}),
            "layers": _written(one),
        }
        for one in chosen
    ]
    return {("bundle",): ABSENT, ("layers",): ABSENT, ("stimuli",): entries}


def _sent(sent: Mapping[str, Sequence[str]]) -> Iterable[Choice]:
    number = 0
    while f"{PREFIX}.{number}.place" in sent:
        name = f"{PREFIX}.{number}."
        if sent.get(f"{name}use"):
            ticked = tuple(sent.get(f"{name}layers", ()))
            every = int((sent.get(f"{name}every") or ["0"])[-1] or 0)
            network = (sent.get(f"{name}network") or [""])[-1].strip()
            # A bundle that has vanished shows no layers to tick: its list stays.
            kept = tuple(sent.get(f"{name}kept", ())) or None
            layers = kept if every == 0 else None if len(ticked) == every else ticked
            yield Choice(sent[f"{name}place"][-1], network, layers)
        number += 1


def _layers(given: Any) -> tuple[str, ...] | None:
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, list) or given == [ALL]:
        return None
    return tuple(str(layer) for layer in given)


def _written(choice: Choice) -> Any:
    return ALL if choice.layers is None else list(choice.layers)
