"""The tidy table of trials: its columns in order, and what each means."""

from dataclasses import dataclass

from app.analysis.measures.irregularities import FLAGGED_PEOPLE
from app.stimuli.medium import Medium


@dataclass(frozen=True)
class Column:
    """One column. `type` is text, integer, number, boolean (True or False) or time (ISO 8601, UTC)."""

    name: str
    type: str
    unit: str
    description: str


PEOPLE_FLAGS = "; ".join(f"{flag}: {meaning}" for flag, meaning in FLAGGED_PEOPLE.items())

# Columns that are read from the page's record of a trial, by medium.
RECORD_COLUMNS = {
    "picture": (
        Column("requested_image_ms", "number", "ms", "duration of the picture that the study asks for"),
        Column("image_frames", "integer", "frames", "frames that the picture was meant to be shown"),
        Column("achieved_image_ms", "number", "ms", "duration of the picture between the screen's flips"),
        Column("frame_ms", "number", "ms", "period of the participant's screen, as measured by the page"),
        Column("dropped_frames", "integer", "frames", "frames that came late during the trial"),
    ),
    "sound": (
        Column("requested_sound_ms", "number", "ms", "duration of the sound"),
        Column("onset_ms", "number", "ms", "scheduled onset, from the press that started the trial"),
        Column("late_ms", "number", "ms", "by how much the onset was over when the sound was handed over"),
        Column("played_ms", "number", "ms", "from the scheduled onset to the end that the browser reported"),
        Column("interruptions", "integer", "", "how often the audio context stopped during the sound"),
        Column("context_state", "text", "", "the audio context's state when the sound was scheduled"),
        Column("sample_rate_hz", "number", "Hz", "the audio context's sampling rate"),
        Column("base_latency_ms", "number", "ms", "from the audio context to the system; empty if not known"),
        Column("output_latency_ms", "number", "ms", "from the system to the ear, by the browser's estimate"),
        Column("keystrokes", "integer", "", "keys pressed in the field for the word, modifiers left out"),
        Column("first_key_ms", "number", "ms", "from the scheduled onset of the sound to the first key"),
        Column("pastes", "integer", "", "how often something was pasted into the field"),
        Column("how", "text", "", "typed, or picked: the word was last taken from the list"),
    ),
}
ATTENTION_COLUMNS = (
    Column("focus_losses", "integer", "", "how often the page lost the focus during the trial"),
    Column("hidden", "boolean", "", "the page was hidden at some time during the trial"),
)


def record_columns(medium: Medium) -> tuple[Column, ...]:
    """What the table takes from the page's record."""
    return (*RECORD_COLUMNS[medium.kind], *ATTENTION_COLUMNS)


def trial_columns(medium: Medium) -> tuple[Column, ...]:
    """All columns of a table of trials with pictures or with sounds."""
    kind = medium.kind
    return (
        Column("study", "text", "", "name of the study"),
        Column("audience", "text", "", "live, pilot or simulated: which link the participant came by"),
        Column("participant_id", "integer", "", "number of the participant in this database; names nobody"),
        Column("slot", "integer", "", "number of the plan in the study's balanced series, from 0"),
        Column("completed", "boolean", "", "the participant finished the study"),
        Column("trial_index", "integer", "", "place in the participant's session, from 0, practice included"),
        Column("natural_id", "text", "", f"the natural {kind} that was presented or matched"),
        Column("category", "text", "", f"category or word of the natural {kind}, which is the right answer"),
        Column(
            "condition",
            "text",
            "",
            "natural, or the layer that the metamer matches; network/layer where networks are named",
        ),
        Column("network", "text", "", "the network that the metamer was made with; empty if natural"),
        Column("layer", "text", "", "the network's layer that the metamer matches; empty if natural"),
        Column("blob_sha256", "text", "", f"SHA-256 of the {kind}'s bytes; its file name in the bundle"),
        Column("answer", "text", "", "category or word that the participant gave"),
        Column("correct", "boolean", "", "answer equals category; decided on the server"),
        Column("rt_ms", "number", "ms", f"from {medium.rt_onset} to the answer"),
        *record_columns(medium),
        Column("on_time", "boolean", "", f"the {kind} was {medium.on_time}; empty if the page did not say"),
        Column(
            "attended", "boolean", "", "the page kept the focus and was not hidden; empty if it did not say"
        ),
        Column(
            "participant_excluded",
            "text",
            "",
            "the rule by which this participant is left out of the results; empty if the participant counts",
        ),
        Column("trial_excluded", "text", "", "the rule by which this trial is dropped; empty if it counts"),
        Column("flags", "text", "", "names of what the page sent but cannot be, parted by spaces"),
        Column("participant_flags", "text", "", f"what to look at in this participant: {PEOPLE_FLAGS}"),
        Column("received_at", "time", "", "when the server stored the answer"),
    )
