"""The kinds of stimuli, by the names of their formats: pictures and sounds, and what else is registered."""

from synthesis.common.errors import UserError
from synthesis.media.medium import Kind, Medium
from synthesis.media.picture_kind import Pictures
from synthesis.media.sound_kind import Sounds
from synthesis.networks.inputs import NetworkInput

_media: dict[str, type[Medium]] = {medium.noun: medium for medium in (Pictures, Sounds)}
# Kinds that are shown to networks alone, such as graphs, whose sizes differ.
_others: dict[str, type[Kind]] = {}


def register_medium(medium: type[Medium]) -> type[Medium]:
    """Add a kind; its format is registered by `synthesis.bundle.formats`."""
    _media[medium.noun] = medium
    return medium


def register_kind(kind: type[Kind]) -> type[Kind]:
    """Add a kind of inputs that are no stimuli of one size; its format is registered as a medium's is."""
    _others[kind.noun] = kind
    return kind


def kind_of(shown: NetworkInput) -> Kind:
    """The kind of what a network is shown, a medium or another."""
    name = shown.format.kind
    return _others[name](shown) if name in _others else medium_of(shown)


def medium_named(kind: str) -> type[Medium]:
    """The medium of a format's `kind`. Raises `UserError` if it is unknown."""
    if kind not in _media:
        raise UserError(f"stimuli of the kind {kind!r} are unknown; known: {', '.join(_media)}")
    return _media[kind]


def medium_of(shown: NetworkInput) -> Medium:
    """The medium of a network that is shown this."""
    return medium_named(shown.format.kind)(shown)
