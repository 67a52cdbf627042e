"""The simulated observer does what it was told, and the analysis finds it again."""

import numpy as np
import pandas as pd
import pytest

from app.analysis.measures.recognition import recognition, scores_of
from app.tasks.image16.task import IMAGE16
from app.tasks.observer import NATURAL_ACCURACY, SimulatedAnswer, SimulatedObserver, accuracies
from app.tasks.task import SimulatedTrial
from app.tasks.words.record import SoundRecord, on_time
from app.tasks.words.task import WORDS
from tests.support import wav

CATEGORIES = [f"category-{number}" for number in range(16)]
CONDITIONS = ["natural", "stem", "block2", "block4", "block10", "head"]
SOUND = wav(np.zeros(40_000, dtype=int), rate_hz=20_000)


TOLD = {
    name: IMAGE16.told(preset, CATEGORIES, "CODE").model_dump() for name, preset in IMAGE16.presets.items()
}


def name_picture(
    observer: SimulatedObserver, condition: str, category: str, preset: str = "image16-online"
) -> SimulatedAnswer:
    return IMAGE16.simulate(observer, SimulatedTrial(condition, category, "main", b""), TOLD[preset])


def type_word(observer: SimulatedObserver, condition: str, word: str) -> SimulatedAnswer:
    return WORDS.simulate(observer, SimulatedTrial(condition, word, "main", SOUND), {"lead_ms": 50.0})


def test_accuracy_starts_at_natural_falls_and_ends_at_chance() -> None:
    given = list(accuracies(CONDITIONS, 16).values())
    assert given[0] == pytest.approx(NATURAL_ACCURACY)
    assert given[-1] == pytest.approx(1 / 16)
    assert given == sorted(given, reverse=True)
    # By hand: relative depth 2/5, steepness 8: 1/(1+e^-0.8) = .68997, scaled by the ends .98201 and .01799.
    assert given[2] == pytest.approx(0.0625 + 0.8875 * (0.68997 - 0.01799) / (0.98201 - 0.01799), abs=1e-4)


def test_natural_alone_needs_no_layers() -> None:
    assert accuracies(["natural"], 4) == {"natural": pytest.approx(NATURAL_ACCURACY)}


def test_the_same_seed_gives_the_same_answers_and_another_seed_others() -> None:
    def run(seed: int) -> list[tuple[str, float | None]]:
        observer = SimulatedObserver({"stem": 0.5}, CATEGORIES, np.random.default_rng(seed))
        answers = [name_picture(observer, "stem", "category-3") for _ in range(20)]
        return [(answer.answer, answer.rt_ms) for answer in answers]

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_wrong_answers_are_spread_over_all_other_categories() -> None:
    observer = SimulatedObserver({"stem": 0.0}, CATEGORIES, np.random.default_rng(5))
    answers = [name_picture(observer, "stem", "category-3").answer for _ in range(1500)]
    counts = pd.Series(answers).value_counts()
    assert set(counts.index) == set(CATEGORIES) - {"category-3"}
    # 100 expected each, SD 9.7; five SDs either way (seeded, so this cannot fail by chance).
    assert counts.between(51, 149).all()


def test_response_times_are_log_normal_about_their_median() -> None:
    observer = SimulatedObserver({"stem": 1.0}, CATEGORIES, np.random.default_rng(6))
    times = np.log([name_picture(observer, "stem", "category-3").rt_ms for _ in range(2000)])
    assert np.median(times) == pytest.approx(np.log(900), abs=0.04)
    assert np.std(times) == pytest.approx(0.35, abs=0.03)


def test_timing_record_is_that_of_18_frames_at_60_hz() -> None:
    observer = SimulatedObserver({"stem": 1.0}, CATEGORIES, np.random.default_rng(7))
    timing = name_picture(observer, "stem", "category-3").timing
    assert timing["image_frames"] == 18
    assert timing["achieved_image_ms"] == pytest.approx(300.0)
    assert timing["flips_ms"] == {"fixation": 0.0, "image": 300.0, "mask": 600.0, "response": 900.0}
    assert (timing["dropped_frames"], timing["hidden"]) == (0, False)


def test_in_a_fixed_interval_the_last_click_counts_and_late_ones_are_no_answer() -> None:
    observer = SimulatedObserver({"stem": 1.0}, CATEGORIES, np.random.default_rng(9))
    answers = [name_picture(observer, "stem", "category-3", "image16-lab") for _ in range(3000)]
    unanswered = [given for given in answers if given.answer == "na"]
    # Log-normal, median 650, sd .35: P(more than 1500) = P(z > 2.39) = .0085, 25 expected, SD 5.
    assert 5 < len(unanswered) < 50
    assert all(given.rt_ms is None and given.timing["clicks"] == [] for given in unanswered)
    for given in answers:
        clicks = given.timing["clicks"]
        assert all(click["ms"] < 1500 for click in clicks)
        assert not clicks or (clicks[-1]["name"], clicks[-1]["ms"]) == (given.answer, given.rt_ms)
        assert given.timing["achieved_response_ms"] == 1500
    twice = sum(len(given.timing["clicks"]) == 2 for given in answers)
    assert 90 < twice < 210  # 150 expected, SD 12


def test_words_are_typed_after_the_sound_and_their_record_fits() -> None:
    observer = SimulatedObserver({"stem": 1.0}, ["cat", "water"], np.random.default_rng(8))
    answers = [type_word(observer, "stem", "water") for _ in range(400)]
    for given in answers:
        entry = given.timing["entry"]
        assert given.answer == "water"
        assert given.rt_ms > entry["first_key_ms"] > 2000
        assert entry["keystrokes"] == (6 if entry["how"] == "typed" else 5)
        assert SoundRecord.model_validate(given.timing).played_ms >= 2000  # type: ignore[operator]
    typed = sum(given.timing["entry"]["how"] == "typed" for given in answers)
    # 320 expected, SD 8; five SDs either way (seeded, so this cannot fail by chance).
    assert 280 < typed < 360
    assert sum(on_time(SoundRecord.model_validate(given.timing)) or 0 for given in answers) > 390


def test_analysis_recovers_the_given_accuracies() -> None:
    """Each given accuracy lies in its 99.9 % interval over 40 participants.

    Over 3,000 seeds of this design 2.2 % fail: more than 1 - .999^6 = .6 %, as the t interval is too narrow
    near 0 and 1. The seed is fixed, so the outcome is too.
    """
    given = accuracies(CONDITIONS, len(CATEGORIES))
    random = np.random.default_rng(20)
    rows = []
    for participant in range(40):
        observer = SimulatedObserver(given, CATEGORIES, random)
        for condition in CONDITIONS * 8:
            category = str(random.choice(CATEGORIES))
            correct = name_picture(observer, condition, category).answer == category
            rows.append((participant, condition, correct))
    trials = pd.DataFrame(rows, columns=["participant_id", "condition", "correct"])
    for point in recognition(scores_of(trials), CONDITIONS, CATEGORIES, level=0.999).conditions:
        assert point.ci_low is not None and point.ci_high is not None
        assert point.ci_low < given[point.condition] < point.ci_high, point
        assert point.ci_high - point.ci_low < 0.25, point
