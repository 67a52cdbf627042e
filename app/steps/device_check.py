"""Whether the participant's device is one that the study can be done with; pure.

Nobody is refused for what could not be measured.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, FiniteFloat

from app.core.text import CleanText
from app.steps.columns import DEVICE_PIXEL_RATIO, SAMPLE_RATE, PixelRatio, SampleRate
from app.steps.step import Judgement, Page, Setting, Step, StepParameters, StepRecord
from app.stimuli.medium import Kind as MediumKind
from app.tasks.codebook import Column

OUTCOME = "device"
# A screen of 60 Hz is measured as anything from 59 to 61; static/participant/steps/device.js allows as much.
REFRESH_TOLERANCE = 0.05
LONGEST_NAME = 64

Family = Literal["chrome", "edge", "firefox", "safari", "opera", "samsung"]
Allowed = Literal["allowed", "refused"]
Pixels = Annotated[int, Field(ge=1, le=20_000)]
Pixel = Annotated[int, Field(ge=0, le=100_000)]
Name = Annotated[CleanText, Field(max_length=LONGEST_NAME)]


class DeviceCheckParameters(StepParameters):
    """What the study needs; lengths in CSS px.

    `touch` is about devices whose first pointer is a finger. `audio` says that the device must play sounds;
    by default that is so if the study's stimuli are sounds. `browsers` are the only ones that are taken, if
    any are named. `least_refresh_hz` is how often the screen must be redrawn in a second.
    """

    kind: Literal["device_check"] = "device_check"
    phones: Allowed = "allowed"
    touch: Allowed = "allowed"
    least_width_px: Pixels | None = None
    least_height_px: Pixels | None = None
    audio: bool | None = None
    browsers: Annotated[tuple[Family, ...], Field(max_length=10)] = ()
    least_refresh_hz: Annotated[FiniteFloat, Field(ge=10, le=500)] | None = None

    def for_medium(self, medium: MediumKind) -> StepParameters:
        if self.audio is not None:
            return self
        return self.model_copy(update={"audio": medium == "sound"})


class DeviceCheckRecord(StepRecord):
    """What the page found. The window is what can be seen of it: a pinch zoom makes it smaller.

    `gave_up` says that the participant could not mend what was said to be wrong.
    """

    browser: Name | None = None
    browser_version: Annotated[int, Field(ge=0, le=100_000)] | None = None
    phone: bool | None = None
    touch: bool | None = None
    window_width_px: Pixel | None = None
    window_height_px: Pixel | None = None
    screen_width_px: Pixel | None = None
    screen_height_px: Pixel | None = None
    device_pixel_ratio: PixelRatio | None = None
    audio: bool | None = None
    sample_rate_hz: SampleRate | None = None
    refresh_hz: Annotated[float, Field(ge=1, le=1_000)] | None = None
    browser_language: Name | None = None
    gave_up: bool | None = None


def faults(parameters: DeviceCheckParameters, record: DeviceCheckRecord) -> tuple[str, ...]:
    """What of the device is not as the study needs it; nothing that was not measured is among it."""
    found = {
        "phone": parameters.phones == "refused" and record.phone is True,
        "touch": parameters.touch == "refused" and record.touch is True,
        "browser": bool(parameters.browsers) and record.browser not in (None, *parameters.browsers),
        "audio": parameters.audio is True and record.audio is False,
        "window": _less(record.window_width_px, parameters.least_width_px)
        or _less(record.window_height_px, parameters.least_height_px),
        "refresh": _less(record.refresh_hz, parameters.least_refresh_hz, REFRESH_TOLERANCE),
    }
    return tuple(name for name, is_so in found.items() if is_so)


def _less(measured: float | None, least: float | None, tolerance: float = 0) -> bool:
    return measured is not None and least is not None and measured < least * (1 - tolerance)


class DeviceCheck(Page):
    name = "device_check"
    parameters = DeviceCheckParameters
    result = DeviceCheckRecord
    outcomes: Mapping[str, str] = {OUTCOME: "a device that the study cannot be done with"}
    columns = (
        Column(
            "browser",
            "text",
            "",
            "family of the browser, as chrome or firefox; unknown if not among them",
        ),
        Column("browser_version", "integer", "", "main version of the browser"),
        Column("phone", "boolean", "", "the device says that it is a phone"),
        Column("touch", "boolean", "", "the device is used by touch first"),
        Column("window_width_px", "integer", "CSS px", "width of what can be seen of the window"),
        Column("window_height_px", "integer", "CSS px", "height of what can be seen of the window"),
        Column("screen_width_px", "integer", "CSS px", "width of the screen"),
        Column("screen_height_px", "integer", "CSS px", "height of the screen"),
        DEVICE_PIXEL_RATIO,
        Column("audio", "boolean", "", "the browser could open the sound device"),
        SAMPLE_RATE,
        Column("refresh_hz", "number", "Hz", "how often the screen is redrawn, by the clock of its frames"),
        Column("browser_language", "text", "", "first language of the browser's settings"),
        Column("gave_up", "boolean", "", "the participant could not mend what was wrong with the window"),
    )

    def told(self, step: Step, setting: Setting) -> dict[str, Any]:
        told: dict[str, Any] = step.parameters.model_dump(mode="json", exclude={"kind"})
        return told

    def judged(
        self, parameters: DeviceCheckParameters, record: DeviceCheckRecord, secret: np.random.Generator
    ) -> Judgement:
        return Judgement(record, OUTCOME if faults(parameters, record) else None)

    def simulate(self, told: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
        """A computer that is as the study needs it."""
        width, height = told["least_width_px"] or 0, told["least_height_px"] or 0
        found = {
            "browser": (told["browsers"] or ["chrome"])[0],
            "browser_version": int(random.integers(120, 140)),
            "phone": False,
            "touch": False,
            "window_width_px": max(width, 1366),
            "window_height_px": max(height, 657),
            "screen_width_px": max(width, 1366),
            "screen_height_px": max(height, 768),
            "device_pixel_ratio": 1.0,
            "audio": True,
            "sample_rate_hz": 48_000.0,
            "refresh_hz": max(told["least_refresh_hz"] or 0.0, 60.0),
            "browser_language": "en-US",
            "gave_up": False,
        }
        return {**super().simulate(told, random), **found}

    def sentence(self, parameters: DeviceCheckParameters, setting: Setting) -> str:
        needs = _needs(parameters)
        text = "The participant’s browser, window, screen and sound device were recorded"
        return f"{text}; the study needed {', '.join(needs)}." if needs else f"{text}."


def _needs(parameters: DeviceCheckParameters) -> list[str]:
    needs = {
        "no phone": parameters.phones == "refused",
        "no touch screen": parameters.touch == "refused",
        f"a window at least {parameters.least_width_px} CSS px wide": parameters.least_width_px,
        f"a window at least {parameters.least_height_px} CSS px high": parameters.least_height_px,
        "sound": parameters.audio,
        f"one of the browsers {', '.join(parameters.browsers)}": parameters.browsers,
        f"a screen that is redrawn {parameters.least_refresh_hz} times a second": parameters.least_refresh_hz,
    }
    return [name for name, is_so in needs.items() if is_so]
