"""Who speaks: voices of different engines can be one speaker, whom a network knows from either."""

_COPIES = {"hibari heart": "kokoro af_heart"}
"""Voices that were made of another one: hibari-tts says that its voice was distilled from Kokoro's."""


def speaker(voice: str) -> str:
    """The speaker of a voice that is named by engine and voice, as in `hibari heart`."""
    return _COPIES.get(voice, voice)
