"""The tidy table of trials: its columns in order, and what each means."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column. `type` is text, integer, number, boolean (True or False) or time (ISO 8601, UTC)."""

    name: str
    type: str
    unit: str
    description: str


TRIAL_COLUMNS = (
    Column("study", "text", "", "name of the study"),
    Column("kind", "text", "", "live, pilot or simulated: which link the participant came by"),
    Column("participant_id", "integer", "", "number of the participant in this database; names nobody"),
    Column("slot", "integer", "", "number of the plan in the study's balanced series, from 0"),
    Column("completed", "boolean", "", "the participant finished the study"),
    Column("trial_index", "integer", "", "place in the participant's session, from 0, practice included"),
    Column("natural_id", "text", "", "the natural picture that was shown or matched"),
    Column("category", "text", "", "category of the natural picture, which is the right answer"),
    Column("condition", "text", "", "natural, or the layer whose activations the metamer matches"),
    Column("blob_sha256", "text", "", "SHA-256 of the picture's bytes; its file name in the bundle"),
    Column("answer", "text", "", "category that the participant chose"),
    Column("correct", "boolean", "", "answer equals category; decided on the server"),
    Column("rt_ms", "number", "ms", "from the onset of the response screen to the click"),
    Column("requested_image_ms", "number", "ms", "duration of the picture that the study asks for"),
    Column("image_frames", "integer", "frames", "frames that the picture was meant to be shown"),
    Column("achieved_image_ms", "number", "ms", "duration of the picture between the screen's flips"),
    Column("frame_ms", "number", "ms", "period of the participant's screen, as measured by the page"),
    Column(
        "image_within_one_frame",
        "boolean",
        "",
        "achieved and requested duration differ by at most one frame; empty if the page did not say",
    ),
    Column("dropped_frames", "integer", "frames", "frames that came late during the trial"),
    Column("focus_losses", "integer", "", "how often the page lost the focus during the trial"),
    Column("hidden", "boolean", "", "the page was hidden at some time during the trial"),
    Column("attended", "boolean", "", "the page kept the focus and was not hidden; empty if it did not say"),
    Column(
        "participant_excluded",
        "text",
        "",
        "the rule by which this participant is left out of the results; empty if the participant counts",
    ),
    Column("trial_excluded", "text", "", "the rule by which this trial is dropped; empty if it counts"),
    Column("received_at", "time", "", "when the server stored the answer"),
)
TIMING_NAMES = (
    "requested_image_ms",
    "image_frames",
    "achieved_image_ms",
    "frame_ms",
    "dropped_frames",
    "focus_losses",
    "hidden",
)
