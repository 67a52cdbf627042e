"""The kinds of stimuli, by the names of their formats: pictures and sounds, and what else is registered."""

from synthesis.common.errors import UserError
from synthesis.media.medium import Medium
from synthesis.media.picture_kind import Pictures
from synthesis.media.sound_kind import Sounds
from synthesis.networks.inputs import NetworkInput

_media: dict[str, type[Medium]] = {medium.noun: medium for medium in (Pictures, Sounds)}


def register_medium(medium: type[Medium]) -> type[Medium]:
    """Add a kind; its format is registered by `synthesis.bundle.formats`."""
    _media[medium.noun] = medium
    return medium


def medium_named(kind: str) -> type[Medium]:
    """The medium of a format's `kind`. Raises `UserError` if it is unknown."""
    if kind not in _media:
        raise UserError(f"stimuli of the kind {kind!r} are unknown; known: {', '.join(_media)}")
    return _media[kind]


def medium_of(shown: NetworkInput) -> Medium:
    """The medium of a network that is shown this."""
    return medium_named(shown.format.kind)(shown)
