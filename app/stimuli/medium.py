"""What a bundle's stimuli are: pictures or sounds, and how they are spoken of; pure."""

from dataclasses import dataclass
from typing import Literal

from synthesis.bundle.manifest import MediaType

Kind = Literal["picture", "sound"]


@dataclass(frozen=True)
class Medium:
    """`kind` is also what one stimulus is called; `answer` is what a participant gives.

    `on_time` and `off_time` say of a stimulus that it was presented as asked, or was not.
    """

    kind: Kind
    media_type: MediaType
    answer: str
    answers: str
    off_time: str
    on_time: str


MEDIA: dict[str, Medium] = {
    "picture": Medium(
        kind="picture",
        media_type="image/png",
        answer="category",
        answers="categories",
        off_time="more than a frame off",
        on_time="shown within one frame of the requested duration",
    ),
    "sound": Medium(
        kind="sound",
        media_type="audio/wav",
        answer="word",
        answers="words",
        off_time="late or interrupted",
        on_time="played without interruption, from the scheduled moment on",
    ),
}
