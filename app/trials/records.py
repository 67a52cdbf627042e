"""What a page's records of one trial hold: how the stimulus was really presented. All times are in ms.

What could not be measured is null: an answer is never refused for want of a measurement.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, FiniteFloat, Tag, model_validator

Count = Annotated[int, Field(ge=0, le=1_000_000)]
Moment = Annotated[FiniteFloat, Field(ge=-1e9, le=1e9)]
Duration = Annotated[FiniteFloat, Field(ge=0, le=1e9)]


class Flips(BaseModel):
    """When each phase reached the screen, counted from the start of the trial."""

    model_config = ConfigDict(extra="forbid")

    fixation: Moment | None = None
    image: Moment | None = None
    mask: Moment | None = None
    response: Moment | None = None


class TrialRecord(BaseModel):
    """Of any trial: whether the participant was there. The page may add flat fields of its own."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, FiniteFloat | bool | Annotated[str, Field(max_length=200)] | None]

    focus_losses: Count | None = None
    hidden: bool | None = None

    @model_validator(mode="after")
    def _small(self) -> "TrialRecord":
        extra = self.__pydantic_extra__ or {}
        if len(extra) > 40 or any(len(name) > 64 for name in extra):
            raise ValueError("at most 40 further fields, with names of at most 64 characters")
        return self


class PictureRecord(TrialRecord):
    """How a picture was shown, by the frames of the screen."""

    requested_image_ms: Duration
    image_frames: Count | None = None
    frame_ms: Duration | None = None
    flips_ms: Flips = Flips()
    achieved_image_ms: Duration | None = None
    dropped_frames: Count | None = None


class WordEntry(BaseModel):
    """How the word came into the field; `first_key_ms` counts from the scheduled onset of the sound."""

    model_config = ConfigDict(extra="forbid")

    keystrokes: Count | None = None
    first_key_ms: Duration | None = None
    pastes: Count | None = None
    how: Literal["typed", "picked"] | None = None


class SoundRecord(TrialRecord):
    """How a sound was played, by the browser's audio context.

    `onset_ms` is the scheduled onset, from the press that started the trial; `late_ms` by how much it was
    over when the sound was handed to the context. `played_ms` is from the scheduled onset to the end that the
    browser reported. An interruption is a time at which the context did not run during the sound, or an end
    that was not reported in time.
    """

    requested_sound_ms: Duration
    onset_ms: Moment | None = None
    late_ms: Duration | None = None
    played_ms: Duration | None = None
    interruptions: Count | None = None
    context_state: Literal["running", "suspended", "interrupted", "closed"] | None = None
    sample_rate_hz: Duration | None = None
    base_latency_ms: Duration | None = None
    output_latency_ms: Duration | None = None
    entry: WordEntry = WordEntry()


RECORDS: dict[str, type[TrialRecord]] = {"picture": PictureRecord, "sound": SoundRecord}


def _kind(record: Any) -> str:
    sound = isinstance(record, SoundRecord) or (isinstance(record, dict) and "requested_sound_ms" in record)
    return "sound" if sound else "picture"


AnyRecord = Annotated[
    Annotated[PictureRecord, Tag("picture")] | Annotated[SoundRecord, Tag("sound")], Discriminator(_kind)
]
