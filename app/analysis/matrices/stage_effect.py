"""The ANOVAs of a study: the effect of stage among people, and observer x stage beside a network; pure."""

from dataclasses import replace

import pandas as pd

from app.analysis.matrices.matrix import Record, human_stage, observer_by_stage
from app.analysis.matrices.matrix_file import Table

PERMUTATIONS = 10_000
MANY, FEWER_PERMUTATIONS = 200, 1_000  # beyond so many people, fewer, so that a page need not wait
MATCHED = "each network participant is the network on the pictures that one person saw"


def people_by_stage(experiment: str, model: str, people: pd.DataFrame) -> Record:
    """Repeated-measures ANOVA of stage. `people` is the table of `recognition.proportions_of`."""
    permutations, note = permutations_for(len(people))
    record = human_stage(_table(experiment, model, {"human": people}), permutations=permutations)
    return noted(record, note)


def network_participants(people: pd.DataFrame, answers: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Each network's proportions correct, as if it had taken part once for every person.

    Parameters
    ----------
    people
        People's trials: `participant_id`, `condition`, `natural_id`.
    answers
        Networks' answers: `observer`, `condition`, `stimulus`, `correct`; seeds are averaged.

    Returns
    -------
    By observer, a row per person and a column per condition: the network's proportion correct on those of
    the person's pictures that it was shown.
    """
    by_picture = answers.groupby(["observer", "condition", "stimulus"], sort=False)["correct"].mean()
    seen = people[["participant_id", "condition", "natural_id"]].merge(
        by_picture.reset_index(), left_on=["condition", "natural_id"], right_on=["condition", "stimulus"]
    )
    return {
        str(observer): part.groupby(["participant_id", "condition"])["correct"].mean().unstack("condition")
        for observer, part in seen.groupby("observer", sort=False)
    }


def people_and_network(
    experiment: str, observer: str, people: pd.DataFrame, network: pd.DataFrame
) -> list[Record]:
    """Mixed ANOVA of observer (human, network) x stage; the effects observer, stage and interaction.

    `people` and `network` have a row per participant and a column per condition. The records' `model` is the
    network that answered. A network that gives everybody's pictures the same answers does not vary; then the
    notes say what is not defined.
    """
    permutations, note = permutations_for(len(people))
    table = _table(
        experiment, observer, {"human": people, "network": network.reindex(columns=people.columns)}
    )
    records = observer_by_stage(table, permutations=permutations)
    return [noted(record, f"{MATCHED}; {note}" if note else MATCHED) for record in records]


def _table(experiment: str, model: str, observers: dict[str, pd.DataFrame]) -> Table:
    people = observers["human"]
    seen = [name for name in people.columns if people[name].notna().any()]
    cells = {
        (observer, str(who)): {
            stage: float(row[name]) for stage, name in enumerate(seen) if pd.notna(row[name])
        }
        for observer, table in observers.items()
        for who, row in table.iterrows()
    }
    unseen = [name for name in people.columns if name not in seen]
    notes = [f"nobody saw {', '.join(unseen)}"] if unseen else []
    return Table(experiment, model, dict(enumerate(seen)), cells, notes)


def permutations_for(people: int) -> tuple[int, str]:
    """How many permutations so many people are given, and what to say of it."""
    if people <= MANY:
        return PERMUTATIONS, ""
    return FEWER_PERMUTATIONS, f"p_perm of {FEWER_PERMUTATIONS} permutations, for more than {MANY} people"


def noted(record: Record, note: str) -> Record:
    """The record with one more note."""
    return replace(record, note="; ".join(text for text in (record.note, note) if text))
