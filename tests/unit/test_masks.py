"""Pink-noise masks."""

import numpy as np

from app.stimuli.png import fault
from app.tasks.image16.masks import SIZE_PX, mask_png, pink_noise
from synthesis.bundle.formats import PictureFormat


def test_the_amplitude_spectrum_falls_as_one_over_f() -> None:
    levels = np.stack([pink_noise(1, number)[..., 0] for number in range(8)]).astype(float)
    amplitude = np.sqrt((np.abs(np.fft.fft2(levels - levels.mean())) ** 2).mean(axis=0))
    frequency = np.hypot(np.fft.fftfreq(224)[:, None], np.fft.fftfreq(224)[None, :])
    # Between 4 and 56 cycles per picture, where neither the frame nor the rounding to 8 bits matter.
    band = (frequency > 4 / 224) & (frequency < 56 / 224)
    slope = np.polyfit(np.log(frequency[band]), np.log(amplitude[band]), 1)[0]
    assert abs(slope + 1) < 0.03


def test_a_mask_is_grey_on_average_and_uses_the_contrast_range() -> None:
    mask = pink_noise(1, 0)
    assert mask.shape == (224, 224, 3)
    assert abs(mask.mean() - 127.5) < 1
    assert 40 < mask.std() < 46


def test_masks_are_replayable_and_differ() -> None:
    assert mask_png(1, 0) == mask_png.__wrapped__(1, 0)
    assert len({mask_png(1, 0), mask_png(1, 1), mask_png(2, 0)}) == 3
    assert fault(mask_png(1, 0), PictureFormat(size_px=SIZE_PX)) is None
