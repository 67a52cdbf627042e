"""What a bundle's stimuli are: pictures or sounds, and how they are spoken of; pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from app.stimuli import png, wav
from synthesis.bundle.formats import PictureFormat, SoundFormat

Kind = Literal["picture", "sound"]
# Side at which the page draws pictures, CSS px. Pictures of several sizes in one study are served at it.
PAGE_PICTURE_PX = 224


@dataclass(frozen=True)
class Medium:
    """`kind` is also what one stimulus is called; `answers` is what participants choose among,
    `presented` heads a list of what was presented; `lasts` says that a stimulus has a length of its own,
    `resized` that stimuli of several formats in one study are served in one.

    `on_time` and `off_time` say of a stimulus that it was presented as asked, or was not. Response times
    count from `rt_onset`. `fault` says of bytes and a bundle's format why they must not be presented.
    """

    kind: Kind
    media_type: str
    answers: str
    presented: str
    lasts: bool
    resized: bool
    on_time: str
    off_time: str
    rt_onset: str
    fault: Callable[[bytes, Any], str | None]


MEDIA: dict[str, Medium] = {
    "picture": Medium(
        kind="picture",
        media_type=PictureFormat.media_type,
        answers="categories",
        presented="Shown",
        lasts=False,
        resized=True,
        on_time="shown within one frame of the requested duration",
        off_time="more than a frame off",
        rt_onset="the onset of the response screen",
        fault=png.fault,
    ),
    "sound": Medium(
        kind="sound",
        media_type=SoundFormat.media_type,
        answers="words",
        presented="Said",
        lasts=True,
        resized=False,
        on_time="played from the scheduled moment to the end without interruption",
        off_time="late or interrupted",
        rt_onset="the scheduled onset of the sound",
        fault=wav.fault,
    ),
}
PICTURES, SOUNDS = MEDIA["picture"], MEDIA["sound"]
