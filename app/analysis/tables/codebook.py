"""The tidy table of trials: its columns in order, and what each means."""

from app.analysis.measures.irregularities import FLAGGED_PEOPLE
from app.tasks.codebook import Column
from app.tasks.task import Task

PEOPLE_FLAGS = "; ".join(f"{flag}: {meaning}" for flag, meaning in FLAGGED_PEOPLE.items())

ATTENTION_COLUMNS = (
    Column("focus_losses", "integer", "", "how often the page lost the focus during the trial"),
    Column("hidden", "boolean", "", "the page was hidden at some time during the trial"),
)

UTC_OFFSET = Column(
    "utc_offset_minutes",
    "integer",
    "min",
    "the participant's local time less UTC, as the page said when it was last opened; empty if it did not",
)


def record_columns(task: Task) -> tuple[Column, ...]:
    """What the table takes from the page's record."""
    return (*task.columns, *ATTENTION_COLUMNS)


def trial_columns(task: Task) -> tuple[Column, ...]:
    """All columns of a table of trials of a task."""
    medium, kind = task.medium, task.medium.kind
    return (
        Column("study", "text", "", "name of the study"),
        Column("audience", "text", "", "live, pilot or simulated: which link the participant came by"),
        Column("participant_id", "integer", "", "number of the participant in this database; names nobody"),
        Column("slot", "integer", "", "number of the plan in the study's balanced series, from 0"),
        Column("completed", "boolean", "", "the participant finished the study"),
        Column("trial_index", "integer", "", "place in the participant's session, from 0, practice included"),
        Column("natural_id", "text", "", f"the natural {kind} that was presented or matched"),
        Column("category", "text", "", f"category or word of the natural {kind}"),
        Column(
            "condition",
            "text",
            "",
            "natural, or the layer that the metamer matches; network/layer where networks are named",
        ),
        Column("network", "text", "", "the network that the metamer was made with; empty if natural"),
        Column("layer", "text", "", "the network's layer that the metamer matches; empty if natural"),
        Column("blob_sha256", "text", "", f"SHA-256 of the {kind}'s bytes; its file name in the bundle"),
        Column("answer", "text", "", "category or word that the participant gave; na: none in time"),
        Column("correct", "boolean", "", "the answer is the right one; decided on the server"),
        Column("rt_ms", "number", "ms", f"from {medium.rt_onset} to the answer; empty without one"),
        *record_columns(task),
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
        UTC_OFFSET,
    )
