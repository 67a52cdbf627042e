"""What holds for every task, so that one that is added is checked by being registered."""

import json

import numpy as np
import pytest

from app.core.languages import FALLBACK, catalogue
from app.steps.course import checked, preset_course
from app.tasks.observer import SimulatedObserver
from app.tasks.reading import flat, read
from app.tasks.record import TrialRecord
from app.tasks.registry import TASKS, forget, preset_names, preset_of, register, task_of
from app.tasks.task import SimulatedTrial, Task
from app.tasks.timing import adjusted
from tests.architecture.sources import ROOT
from tests.support import tone
from tests.third_task import NATURAL_OR_MADE

NAMES = ["bear", "cat", "dog", "oven"]
EACH = pytest.mark.parametrize("task", TASKS.values(), ids=list(TASKS))


def simulated(task: Task, phase: str = "main", name: str = "") -> tuple[str, dict[str, object]]:
    """The answer and the record of a simulated participant who is always right."""
    name = name or next(iter(task.presets))
    told = json.loads(task.told(task.presets[name], NAMES, "CODE").model_dump_json())
    observer = SimulatedObserver({"natural": 1.0}, task.choices(NAMES), np.random.default_rng(1))
    given = task.simulate(observer, SimulatedTrial("natural", "bear", phase, tone(1)), told)
    return given.answer, given.timing


@EACH
def test_its_presets_say_all_that_people_are_told(task: Task) -> None:
    assert task.presets
    for name, preset in task.presets.items():
        assert task_of(name) is task and preset_of(name) is preset
        assert catalogue(FALLBACK)(preset.summary) and catalogue(FALLBACK).paragraphs(preset.instructions)
        checked(
            preset_course(preset.course, preset.practice_trials), preset.practice_trials, task.medium.kind
        )
        sentence = task.sentence(preset, 16)
        start = ("the participant started a trial", "each trial began by itself")
        assert sentence.startswith(start) and sentence.endswith(".")
        assert 0 <= preset.practice_trials <= 100


@EACH
@pytest.mark.parametrize("phase", ["practice", "main"])
def test_its_simulator_sends_a_record_that_its_model_understands_whole(task: Task, phase: str) -> None:
    for name in task.presets:
        answer, timing = simulated(task, phase, name)
        reading = read(task.record, timing)
        assert answer == task.right_answer("bear", "natural")
        assert reading.flags == () and reading.record.further == {}
        assert task.on_time(reading.record) is True
    assert task.on_time(read(task.record, {}).record) is None


@EACH
def test_its_codebook_describes_fields_of_its_record(task: Task) -> None:
    fields = flat(read(task.record, simulated(task)[1]).record)
    described = [column.name for column in task.columns]
    assert set(described) <= set(fields)
    assert not set(described) & set(TrialRecord.model_fields)
    assert len(set(described)) == len(described)
    assert all(column.description for column in task.columns)
    assert all(column.unit for column in task.columns if column.name.endswith(("_ms", "_hz")))


@EACH
def test_its_durations_are_fields_of_its_presets_and_within_their_ranges(task: Task) -> None:
    for preset in task.presets.values():
        for name, (least_ms, most_ms) in preset.durations.items():
            value = getattr(preset, name)
            assert value is None or least_ms <= value <= most_ms
            assert getattr(adjusted(preset, {name: most_ms}), name) == most_ms


@EACH
def test_a_trial_lasts_some_time(task: Task) -> None:
    for preset in task.presets.values():
        for phase in ("practice", "main"):
            assert task.least_ms(preset, phase, 400.0) >= 100


@EACH
def test_its_page_has_a_folder_of_the_same_name(task: Task) -> None:
    assert (ROOT / "static/participant/tasks" / task.kind / "task.js").is_file()


@EACH
def test_pages_are_told_the_same_of_every_trial_but_for_its_number(task: Task) -> None:
    told = [json.dumps(task.told_of_trial("CODE", index)) for index in range(30)]
    assert len({text.translate(str.maketrans("", "", "0123456789")) for text in told}) == 1


def test_two_tasks_cannot_have_one_name() -> None:
    with pytest.raises(ValueError, match="already"):
        register(next(iter(TASKS.values())))
    known = preset_names()
    register(NATURAL_OR_MADE)
    assert preset_names() == (*known, "natural-or-made")
    forget(NATURAL_OR_MADE)
    assert preset_names() == known
