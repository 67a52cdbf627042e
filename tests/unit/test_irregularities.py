"""What is irregular, in words."""

import pandas as pd

from app.analysis.measures.irregularities import caveats, flags_of_table, flags_of_texts
from app.analysis.measures.learning import learning_curve
from app.analysis.measures.response_times import response_times
from app.sessions.endings.service import PLAN_SHARED, TOO_FAST


def test_each_kind_has_a_line_with_its_number() -> None:
    lines = caveats(
        {3: (PLAN_SHARED,), 8: (PLAN_SHARED, TOO_FAST), 9: ("translated",)},
        2,
        {"frame_ms": 12, "record": 1, "hidden": 3},
    )
    assert [line.split(": ")[:2] for line in lines] == [
        ["plan_shared", "2 participants (3, 8)"],
        ["too_fast", "1 participant (8)"],
        ["translated", "1 participant (9)"],
        ["2 trials passed without an answer", lines[3].split(": ")[1]],
        ["record", "1 answer"],
        [lines[5].split(": ")[0], "frame_ms (12), hidden (3)."],
    ]


def test_nothing_irregular_is_no_line() -> None:
    assert caveats({}, 0, {}) == ()


def test_flags_are_counted_once_per_answer() -> None:
    table = pd.DataFrame({"flags": ["", "frame_ms rt_ms", "frame_ms frame_ms"]})
    assert flags_of_table(table) == {"frame_ms": 2, "rt_ms": 1}
    texts = [('["frame_ms"]', 5), ('["rt_ms", "frame_ms"]', 2), ("null", 1), ("{broken", 1), ("[1, {}]", 1)]
    assert flags_of_texts(texts) == {"frame_ms": 7, "rt_ms": 2}


def test_medians_are_over_the_response_times_that_are_there() -> None:
    trials = pd.DataFrame(
        {
            "participant_id": [1, 1, 1, 2],
            "trial_index": [0, 1, 2, 0],
            "condition": ["a"] * 4,
            "correct": [True] * 4,
            "rt_ms": [100.0, None, 300.0, None],
        }
    )
    times = response_times(trials, ["a"]).set_index("answers").loc["all"]
    assert (times["trials"], times["n"], times["mean"]) == (2, 1, 200.0)
    (block,) = learning_curve(trials, blocks=1).to_dict("records")
    assert (block["participants"], block["rt_participants"], block["rt_ms"]) == (2, 1, 200.0)
