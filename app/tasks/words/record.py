"""The record of one trial with a word: how its sound was really played, and how the word was typed; pure."""

from typing import Annotated, Literal

from pydantic import Field

from app.tasks.codebook import Column
from app.tasks.record import Count, Duration, FramePeriod, Measured, Moment, TrialRecord

# Wireless loudspeakers lag by some hundred ms, and nothing lags by ten seconds.
Latency = Annotated[float, Field(ge=0, le=10_000)]
# From the lowest rate that browsers must offer, with room below, to the highest of any converter.
SampleRate = Annotated[float, Field(ge=3_000, le=768_000)]


class WordEntry(Measured):
    """How the word came into the field; the times of keys count from the scheduled onset of the sound."""

    keystrokes: Count | None = None
    first_key_ms: Duration | None = None
    last_key_ms: Duration | None = None
    pastes: Count | None = None
    how: Literal["typed", "picked"] | None = None


class SoundRecord(TrialRecord):
    """How a sound was played, by the browser's audio context.

    `onset_ms` is the scheduled onset, from the press that started the trial; `late_ms` by how much it was
    over when the sound was handed to the context. `played_ms` is from the scheduled onset to the end that the
    browser reported, by the page's clock or the audio context's, whichever says more. An interruption is a
    time at which the context did not run during the sound, or an end that was not reported in time.

    Times of the audio context count from its making: `scheduled_context_ms` is when the sound was handed
    over, `ended_context_ms` when its end was reported. The context's sample at `output_context_ms` left the
    device at `output_page_ms`, which counts from the scheduled onset (`AudioContext.getOutputTimestamp`, at
    the end). So the sound left the device, after its scheduled onset, by `output_page_ms` -
    `output_context_ms` + `scheduled_context_ms` + the preset's lead. `screen_frame_ms` and
    `screen_dropped_frames` are of the screen during the sound.
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
    scheduled_context_ms: Duration | None = None
    ended_context_ms: Duration | None = None
    output_context_ms: Duration | None = None
    output_page_ms: Moment | None = None
    screen_frame_ms: FramePeriod | None = None
    screen_dropped_frames: Count | None = None
    entry: Annotated[WordEntry, Field(strict=False)] = WordEntry()


COLUMNS = (
    Column("requested_sound_ms", "number", "ms", "duration of the sound"),
    Column("onset_ms", "number", "ms", "scheduled onset, from the press that started the trial"),
    Column("late_ms", "number", "ms", "by how much the onset was over when the sound was handed over"),
    Column("played_ms", "number", "ms", "from the scheduled onset to the end that the browser reported"),
    Column("interruptions", "integer", "", "how often the audio context stopped during the sound"),
    Column("context_state", "text", "", "the audio context's state when the sound was scheduled"),
    Column("sample_rate_hz", "number", "Hz", "the audio context's sampling rate"),
    Column("base_latency_ms", "number", "ms", "from the audio context to the system; empty if not known"),
    Column("output_latency_ms", "number", "ms", "from the system to the ear, by the browser's estimate"),
    Column("scheduled_context_ms", "number", "ms", "the audio context's time when the sound was scheduled"),
    Column("ended_context_ms", "number", "ms", "the audio context's time when the sound's end was reported"),
    Column(
        "output_context_ms", "number", "ms", "the audio context's time at the device's output, at the end"
    ),
    Column("output_page_ms", "number", "ms", "the same moment, from the scheduled onset of the sound"),
    Column("screen_frame_ms", "number", "ms", "period of the participant's screen, as measured by the page"),
    Column("screen_dropped_frames", "integer", "frames", "frames that came late while the sound was played"),
    Column("keystrokes", "integer", "", "keys pressed in the field for the word, modifiers left out"),
    Column("first_key_ms", "number", "ms", "from the scheduled onset of the sound to the first key"),
    Column("last_key_ms", "number", "ms", "from the scheduled onset of the sound to the last key"),
    Column("pastes", "integer", "", "how often something was pasted into the field"),
    Column("how", "text", "", "typed, or picked: the word was last taken from the list"),
)


def on_time(record: SoundRecord) -> bool | None:
    """The context ran from before the scheduled onset to the sound's end; None if not measured."""
    if record.context_state is None or record.late_ms is None or record.interruptions is None:
        return None
    return record.context_state == "running" and not record.late_ms and not record.interruptions
