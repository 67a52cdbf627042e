"""What a bundle's stimuli are: pictures or sounds, and how they are spoken of; pure."""

from dataclasses import dataclass
from typing import Literal

from synthesis.bundle.manifest import MediaType

Kind = Literal["picture", "sound"]
# Side at which the page draws pictures, CSS px. Pictures of several sizes in one study are served at it.
PAGE_PICTURE_PX = 224


@dataclass(frozen=True)
class Medium:
    """`kind` is also what one stimulus is called; `answers` is what participants choose among,
    `presented` heads a list of what was presented; `lasts` says that a stimulus has a length of its own.

    `on_time` and `off_time` say of a stimulus that it was presented as asked, or was not. Response times
    count from `rt_onset`.
    """

    kind: Kind
    media_type: MediaType
    answers: str
    presented: str
    lasts: bool
    on_time: str
    off_time: str
    rt_onset: str


MEDIA: dict[str, Medium] = {
    "picture": Medium(
        kind="picture",
        media_type="image/png",
        answers="categories",
        presented="Shown",
        lasts=False,
        on_time="shown within one frame of the requested duration",
        off_time="more than a frame off",
        rt_onset="the onset of the response screen",
    ),
    "sound": Medium(
        kind="sound",
        media_type="audio/wav",
        answers="words",
        presented="Said",
        lasts=True,
        on_time="played from the scheduled moment to the end without interruption",
        off_time="late or interrupted",
        rt_onset="the scheduled onset of the sound",
    ),
}
PICTURES, SOUNDS = MEDIA["picture"], MEDIA["sound"]
