"""Which devices a study can be done with: by what was measured, and by nothing else."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.steps.device_check import OUTCOME, DeviceCheck, DeviceCheckParameters, DeviceCheckRecord, faults
from app.steps.registry import parameters_of
from app.steps.step import Parts, Setting, Step
from app.tasks.reading import read
from app.tasks.registry import TASKS

CASES = json.loads((Path(__file__).parent / "device_cases.json").read_text())["cases"]
CHECK = DeviceCheck()
RANDOM = np.random.default_rng(0)


def needing(**needs: Any) -> DeviceCheckParameters:
    parameters = parameters_of({"kind": "device_check", **needs})
    assert isinstance(parameters, DeviceCheckParameters)
    return parameters


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_table_of_cases(case: dict[str, Any]) -> None:
    reading = read(DeviceCheckRecord, case["found"])
    assert not set(reading.flags) - {"record"}
    parameters = needing(**case["needs"])
    assert list(faults(parameters, reading.record)) == case["faults"]
    assert CHECK.judged(parameters, reading.record, RANDOM).outcome == (OUTCOME if case["faults"] else None)


def test_sound_is_needed_where_the_stimuli_are_sounds_unless_the_study_says_otherwise() -> None:
    assert needing().for_medium("sound") == needing(audio=True)
    assert needing().for_medium("picture") == needing(audio=False)
    assert needing(audio=False).for_medium("sound") == needing(audio=False)
    assert needing(audio=True).for_medium("picture") == needing(audio=True)


@pytest.mark.parametrize(
    "needs",
    [
        {},
        {"phones": "refused", "touch": "refused", "least_width_px": 2000, "least_height_px": 1200},
        {"browsers": ["safari", "firefox"], "least_refresh_hz": 120, "audio": True},
    ],
)
def test_a_simulated_device_is_as_the_study_needs_it(needs: dict[str, Any]) -> None:
    parameters = needing(**needs)
    told = CHECK.told(Step(0, parameters, 0), Setting(TASKS["words"], (), Parts(0, 0, 1)))
    reading = read(DeviceCheckRecord, CHECK.simulate(told, RANDOM))
    assert (reading.flags, faults(parameters, reading.record)) == ((), ())


def test_giving_up_alone_ends_nothing() -> None:
    record = read(DeviceCheckRecord, {"gave_up": True, "window_width_px": 900}).record
    assert CHECK.judged(needing(least_width_px=800), record, RANDOM).outcome is None


def test_what_the_methods_say_of_it() -> None:
    setting = Setting(TASKS["image16"], (), Parts(0, 0, 1))
    recorded = "The participant’s browser, window, screen and sound device were recorded"
    assert CHECK.sentence(needing(), setting) == f"{recorded}."
    strict = needing(phones="refused", least_width_px=800, browsers=["chrome", "edge"], audio=True)
    assert CHECK.sentence(strict, setting) == (
        f"{recorded}; the study needed no phone, a window at least 800 CSS px wide, sound, one of the "
        "browsers chrome, edge."
    )


@pytest.mark.parametrize(
    ("needs", "where"),
    [
        ({"browsers": ["netscape"]}, "device_check: browsers.0: Input should be 'chrome'"),
        ({"phones": "no"}, "device_check: phones: Input should be 'allowed' or 'refused'"),
        ({"least_width_px": 0}, "device_check: least_width_px: Input should be greater than or equal to 1"),
        (
            {"least_refresh_hz": float("nan")},
            "device_check: least_refresh_hz: Input should be a finite",
        ),
    ],
)
def test_what_cannot_be_needed_is_refused(needs: dict[str, Any], where: str) -> None:
    with pytest.raises(ValueError) as refused:
        needing(**needs)
    assert str(refused.value).startswith(where)
