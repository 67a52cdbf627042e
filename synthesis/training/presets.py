"""Trainings as published. What differs from the papers all the same is listed in docs/training.md.

Feather et al. 2023: Methods and public code (the notes beside the checkpoints of the auditory networks; the
defaults and augmentation of its `robustness` library). Feather et al. 2019: the ear and the accuracy at which
trainings ended; its code has no training, so everything else is that of 2023.
"""

from typing import Any

WORDS_2023 = 793
_NAMES = ("published-2023", "published-2019")

_CLIPS: dict[str, Any] = {
    "context": 1.0,
    "snr_db": (-10.0, 10.0),
    "clean": 0.0,
    "shift_ms": 500.0,
    "level_db": 0.0,
    "colour_db": 0.0,
    "room": 0.0,
    "voice_change": 1.0,
}
_COCHCNN: dict[str, Any] = {
    "widths": (96, 256, 512, 1024, 512),
    "fc_width": 4096,
    "dropout": 0.5,
    "training_norms": False,
}
# Rate and batch of the two architectures of 2023; each step divides the rate by 10 after 50 of 150 epochs.
_PEAK = {"cochcnn": 0.01, "cochresnet50": 0.1}
_BATCH = {"cochcnn": 128, "cochresnet50": 256}
_EPOCHS = 150


def filled(values: dict[str, Any]) -> dict[str, Any]:
    """The spec with what it leaves open taken from its preset.

    Raises `ValueError` for the name `published`, which there were two trainings of.
    """
    preset = values.get("preset")
    if preset == "published":
        raise ValueError(f"preset: there are two published trainings; name one: {' or '.join(_NAMES)}")
    if preset not in _NAMES:
        return values
    found = dict(values)
    for part, numbers in _numbers(str(preset), values).items():
        given = values.get(part, {})
        if isinstance(numbers, dict) and isinstance(given, dict):
            found[part] = {**numbers, **given}
        else:
            found.setdefault(part, numbers)
    if "examples" in values:  # a number of clips in place of epochs
        found["epochs"] = values.get("epochs")
    return found


def _numbers(preset: str, values: dict[str, Any]) -> dict[str, Any]:
    network = values.get("network")
    architecture = network.get("architecture") if isinstance(network, dict) else None
    architecture = "cochresnet50" if architecture == "cochresnet50" else "cochcnn"
    of_2019 = preset == "published-2019"
    numbers: dict[str, Any] = {
        "network": {"ear": "feather2019" if of_2019 else "feather2023"},
        "clips": dict(_CLIPS),
        "optimiser": {
            "schedule": "steps",
            "peak": _PEAK[architecture],
            "weight_decay": 1e-4,
            "label_smoothing": 0.0,
            "curriculum": 0.0,
        },
        "batch": _BATCH[architecture],
        "epochs": _EPOCHS,
    }
    if architecture == "cochcnn":
        numbers["network"] |= {**_COCHCNN, "conv_bias": of_2019}
    if of_2019:
        numbers["stop_at_accuracy"] = 0.57
    else:
        numbers["null_class"] = True
        numbers["clips"]["without_speech"] = 1 / (WORDS_2023 + 1)
    return numbers
