"""The task of naming pictures (Geirhos et al. 2018; Feather et al. 2019, 2023)."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.stimuli.medium import PICTURES
from app.tasks.image16 import page, simulator
from app.tasks.image16.catch import icon_picture
from app.tasks.image16.presets import PRESETS, PicturePreset
from app.tasks.image16.record import COLUMNS, PictureRecord, on_time
from app.tasks.image16.wording import sentence
from app.tasks.observer import SimulatedAnswer, SimulatedObserver
from app.tasks.task import SimulatedTrial, Told


class Image16:
    kind = "image16"
    medium = PICTURES
    presets: Mapping[str, PicturePreset] = PRESETS
    record = PictureRecord
    columns = COLUMNS
    has_vocabulary = False
    adaptive = False

    def on_time(self, record: PictureRecord) -> bool | None:
        return on_time(record)

    def choices(self, names: Sequence[str]) -> Sequence[str]:
        return names

    def right_answer(self, category: str, condition: str) -> str:
        return category

    def catch_picture(self, category: str, size_px: int) -> bytes | None:
        return icon_picture(category, size_px)

    def told(self, preset: PicturePreset, choices: Sequence[str], code: str) -> Told:
        return page.told(self.kind, preset, choices, code)

    def told_of_trial(self, code: str, index: int) -> dict[str, Any]:
        """The address of the mask that follows the picture."""
        return {"mask": page.mask_address(code, index)}

    def least_ms(self, preset: PicturePreset, phase: str, stimulus_ms: float) -> float:
        """Where the interval for the answer is fixed, its end, since no answer is sent before it."""
        image_ms, mask_ms = preset.image_ms, preset.mask_ms
        if phase == "practice":
            image_ms, mask_ms = preset.image_in_practice_ms, preset.mask_in_practice_ms
        return preset.fixation_ms + image_ms + mask_ms + (preset.response_ms or 0)

    def simulate(
        self, observer: SimulatedObserver, trial: SimulatedTrial, told: Mapping[str, Any]
    ) -> SimulatedAnswer:
        return simulator.simulate(observer, trial, told)

    def sentence(self, preset: PicturePreset, choices: int) -> str:
        return sentence(preset, choices)

    def practice_note(self, preset: PicturePreset) -> str:
        image_ms, mask_ms = preset.image_in_practice_ms, preset.mask_in_practice_ms
        if (image_ms, mask_ms) == (preset.image_ms, preset.mask_ms):
            return ""
        return f"picture {image_ms} ms, mask {mask_ms} ms"


IMAGE16 = Image16()
