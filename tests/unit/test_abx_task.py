"""The ABX task: the published timing, what a study may change, what counts as on time."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.experiments.schemas import StudyDefinition
from app.tasks.abx.presets import AbxPreset
from app.tasks.abx.record import AbxRecord, on_time
from app.tasks.abx.task import ABX
from app.tasks.reading import read
from synthesis.common.errors import SpecError
from synthesis.common.yaml_file import load_yaml
from tests.architecture.sources import ROOT
from tests.support import study_yaml

SHOWN = {"achieved_a_ms": 200.0, "achieved_b_ms": 200.1, "achieved_x_ms": 199.9}
FRAME = {"requested_picture_ms": 200.0, "frame_ms": 16.7}
PRESET = ABX.presets["mame-abx"]
BESIDE = "display: {eccentricity_deg: 8}\n"


def load(folder: Path, extra: str, **fields: object) -> StudyDefinition:
    """An ABX study as an experimenter would write it, without what only metamers have."""
    text = study_yaml("b", name="apart", preset="mame-abx", extra=extra, **fields)
    file = folder / "study.yaml"
    file.write_text(text.replace("layers: all\n", ""))
    return load_yaml(file, StudyDefinition)


def parameters(study: StudyDefinition) -> AbxPreset:
    assert isinstance(study.parameters, AbxPreset)
    return study.parameters


def record(**fields: Any) -> AbxRecord:
    return read(AbxRecord, {**FRAME, **SHOWN, **fields}).record


def test_the_preset_has_the_published_timing() -> None:
    """Kamao et al. 2025: 1.5 s, then 0.2, 0.5, 0.2, 0.5, 0.2 and 1.0 s; 4 degrees at 70 cm."""
    told = json.loads(ABX.told(PRESET, [], "CODE").model_dump_json())
    assert told == {
        "kind": "abx",
        "timing": {"fixation_ms": 1500, "picture_ms": 200, "gap_ms": 500, "last_gap_ms": 1000},
        "picture_deg": 4.0,
        "eccentricity_deg": 0.0,
        "viewing_distance_cm": 70.0,
    }
    assert ABX.least_ms(PRESET, "main", 0) == 1500 + 200 + 500 + 200 + 500 + 200 + 1000
    assert ABX.choices(["cat", "dog"]) == ("first", "second")
    assert PRESET.practice_trials == 8


def test_a_trial_is_on_time_if_all_three_pictures_are() -> None:
    assert on_time(record()) is True
    assert on_time(record(achieved_x_ms=216.7)) is True  # one frame
    for name in SHOWN:
        assert on_time(record(**{name: 233.4})) is False
        assert on_time(record(**{name: 166.6})) is False
        assert on_time(record(**{name: None})) is None
    assert on_time(record(frame_ms=None)) is None


def test_a_record_that_claims_what_cannot_be_is_flagged_and_kept() -> None:
    sent = {
        **FRAME,
        "pressed": "foot",
        "gaze_tracked": True,
        "scale": "card",
        "flips_ms": {"a": 1500.0, "c": 1.0},
    }
    reading = read(AbxRecord, sent)
    assert (reading.record.pressed, reading.record.gaze_tracked, reading.record.scale) == (None, None, "card")
    assert reading.record.flips_ms.a == 1500.0
    assert set(reading.flags) == {"pressed", "gaze_tracked", "further"}


def test_a_study_has_durations_and_angles_of_its_own(tmp_path: Path) -> None:
    extra = "display: {picture_deg: 6}\n"
    own = parameters(load(tmp_path, extra, timing="{picture_ms: 150, gap_ms: 400}"))
    assert (own.picture_ms, own.gap_ms, own.last_gap_ms, own.picture_deg) == (150, 400, 1000, 6)


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        ("display: {picture_deg: 90}\n", "picture_deg is 90.0; give 0.5 to 40 degrees"),
        ("display: {picture_deg: yes}\n", "display.picture_deg"),
        (
            "display: {width_deg: 4}\n",
            "width_deg is no angle of this preset; known: picture_deg, eccentricity_deg",
        ),
        ("timing: {mask_ms: 4}\n", "mask_ms is no duration of this preset"),
        (BESIDE, "display.eccentricity_deg: needs the step screen_scale before the first trials"),
        (
            f"{BESIDE}steps: [practice, screen_scale, trials]\n",
            "needs the step screen_scale before the first",
        ),
    ],
)
def test_what_cannot_be_shown_is_refused_in_one_line(tmp_path: Path, extra: str, reason: str) -> None:
    with pytest.raises(SpecError) as refused:
        load(tmp_path, extra)
    assert reason in str(refused.value) and "\n" not in str(refused.value)


def test_pictures_of_other_tasks_have_no_angles(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(study_yaml("b", extra="display: {picture_deg: 4}\n"))
    with pytest.raises(SpecError, match="picture_deg is no angle of this preset; known: none"):
        load_yaml(file, StudyDefinition)


def test_the_example_measures_the_screen_and_shows_pictures_in_the_middle() -> None:
    study = load_yaml(ROOT / "docs/examples/abx-study.yaml", StudyDefinition)
    assert (parameters(study).picture_deg, parameters(study).eccentricity_deg) == (4, 0)
    assert [step.kind for step in study.course][:3] == ["consent", "screen_scale", "instructions"]


def test_methods_say_that_gaze_was_not_tracked_and_where_pictures_lay(tmp_path: Path) -> None:
    middle = ABX.sentence(PRESET, 2)
    assert "for 200 ms each, with gaps of 500 ms after A and B and of 1000 ms after X" in middle
    assert "4 degrees of visual angle" in middle and middle.endswith("Gaze was not tracked.")
    beside = load(tmp_path, f"{BESIDE}steps: [screen_scale, practice, trials]\n")
    assert "lay 8 degrees to the right of the fixation cross" in ABX.sentence(parameters(beside), 2)
