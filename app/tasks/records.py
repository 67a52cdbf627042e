"""What a page's record of one trial holds: how the stimulus was really presented. All times are in ms; pure.

A record is read in one way wherever it comes from: sent by a page, or stored by this or an earlier release.
What was not measured, or cannot be, is null. Nothing that a record holds is a reason to refuse an answer, or
to fail at one.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

DAY_MS = 24 * 3600 * 1000

# Screens redraw 10 to 500 times a second.
FramePeriod = Annotated[float, Field(ge=2, le=100)]
# A computer may fall asleep in the middle of a trial, but nobody sits at one for a day.
Duration = Annotated[float, Field(ge=0, le=DAY_MS)]
# Counted from the start of the trial; browsers that hide their clocks round them to 100 ms.
Moment = Annotated[float, Field(ge=-100, le=DAY_MS)]
# Wireless loudspeakers lag by some hundred ms, and nothing lags by ten seconds.
Latency = Annotated[float, Field(ge=0, le=10_000)]
# From the lowest rate that browsers must offer, with room below, to the highest of any converter.
SampleRate = Annotated[float, Field(ge=3_000, le=768_000)]
# Of frames, keys, interruptions: nobody presses a key a million times in one trial.
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class Measured(BaseModel):
    """Measurements are taken strictly: true is no number, nor is "1.0", nor infinity."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False, frozen=True, extra="forbid")


class Flips(Measured):
    """When each phase reached the screen, counted from the start of the trial."""

    fixation: Moment | None = None
    image: Moment | None = None
    mask: Moment | None = None
    response: Moment | None = None


class WordEntry(Measured):
    """How the word came into the field; `first_key_ms` counts from the scheduled onset of the sound."""

    keystrokes: Count | None = None
    first_key_ms: Duration | None = None
    pastes: Count | None = None
    how: Literal["typed", "picked"] | None = None


class TrialRecord(Measured):
    """Of any trial: whether the participant was there, and what the page adds of its own (`further`)."""

    focus_losses: Count | None = None
    hidden: bool | None = None
    further: dict[str, Any] = {}


class PictureRecord(TrialRecord):
    """How a picture was shown, by the frames of the screen."""

    requested_image_ms: Duration | None = None
    image_frames: Count | None = None
    frame_ms: FramePeriod | None = None
    flips_ms: Annotated[Flips, Field(strict=False)] = Flips()
    achieved_image_ms: Duration | None = None
    dropped_frames: Count | None = None


class SoundRecord(TrialRecord):
    """How a sound was played, by the browser's audio context.

    `onset_ms` is the scheduled onset, from the press that started the trial; `late_ms` by how much it was
    over when the sound was handed to the context. `played_ms` is from the scheduled onset to the end that the
    browser reported. An interruption is a time at which the context did not run during the sound, or an end
    that was not reported in time.
    """

    requested_sound_ms: Duration | None = None
    onset_ms: Moment | None = None
    late_ms: Duration | None = None
    played_ms: Duration | None = None
    interruptions: Count | None = None
    context_state: Literal["running", "suspended", "interrupted", "closed"] | None = None
    sample_rate_hz: SampleRate | None = None
    base_latency_ms: Latency | None = None
    output_latency_ms: Latency | None = None
    entry: Annotated[WordEntry, Field(strict=False)] = WordEntry()


AnyRecord = PictureRecord | SoundRecord
