"""The task of naming pictures (Geirhos et al. 2018; Feather et al. 2019, 2023)."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.stimuli.medium import PICTURES
from app.tasks.image16 import page, simulator
from app.tasks.image16.presets import PRESETS, PicturePreset
from app.tasks.image16.record import COLUMNS, PictureRecord, on_time
from app.tasks.observer import SimulatedAnswer, SimulatedObserver
from app.tasks.task import SimulatedTrial, Told


class Image16:
    kind = "image16"
    medium = PICTURES
    presets: Mapping[str, PicturePreset] = PRESETS
    record = PictureRecord
    columns = COLUMNS
    has_vocabulary = False

    def on_time(self, record: PictureRecord) -> bool | None:
        return on_time(record)

    def choices(self, names: Sequence[str]) -> Sequence[str]:
        return names

    def right_answer(self, category: str, condition: str) -> str:
        return category

    def told(self, preset: PicturePreset, choices: Sequence[str], code: str) -> Told:
        return page.told(self.kind, preset, choices, code)

    def told_of_trial(self, code: str, index: int) -> dict[str, Any]:
        """The address of the mask that follows the picture."""
        return {"mask": page.mask_address(code, index)}

    def least_ms(self, preset: PicturePreset, phase: str, stimulus_ms: float) -> float:
        practice = phase == "practice"
        image_ms = preset.practice_image_ms if practice else preset.image_ms
        return preset.fixation_ms + image_ms + (preset.practice_mask_ms if practice else preset.mask_ms)

    def simulate(
        self, observer: SimulatedObserver, trial: SimulatedTrial, told: Mapping[str, Any]
    ) -> SimulatedAnswer:
        return simulator.simulate(observer, trial, told["timing"])

    def sentence(self, preset: PicturePreset, choices: int) -> str:
        return (
            f"the participant started a trial; after a blank screen ({preset.blank_ms} ms) and a fixation "
            f"cross ({preset.fixation_ms} ms) a picture was shown for {preset.image_ms} ms and masked by "
            f"noise for {preset.mask_ms} ms; then one of {choices} categories was chosen without time limit."
        )

    def practice_note(self, preset: PicturePreset) -> str:
        return f"picture {preset.practice_image_ms} ms, mask {preset.practice_mask_ms} ms"


IMAGE16 = Image16()
