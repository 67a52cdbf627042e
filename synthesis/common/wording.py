"""Names and numbers as people read them; pure."""

import re
from collections.abc import Mapping

_SPELLING = {
    "efficientnet": "EfficientNet",
    "resnet": "ResNet",
    "alexnet": "AlexNet",
    "vgg": "VGG",
    "inception": "Inception",
    "lite": "Lite",
}


def readable(condition: str) -> str:
    """A condition's name: `natural` -> Natural, `block10` -> block 10, `vgg19/fc8` -> vgg19: fc 8."""
    if condition == "natural":
        return "Natural"
    network, slash, layer = condition.partition("/")
    return f"{network}: {readable(layer)}" if slash else readable_layer(condition)


def readable_layer(name: str) -> str:
    """A layer's name: `block10` -> block 10, `conv1_relu1` -> conv 1 relu 1."""
    return re.sub(r"(?<=[A-Za-z])(?=\d)", " ", name).replace("_", " ")


def readable_network(name: str) -> str:
    """A network's name as its authors write it: `efficientnet_lite0` -> EfficientNet-Lite0."""
    model, space, rest = name.partition(" ")
    parts = [
        re.sub("^[a-z]+", lambda word: _SPELLING.get(word[0], word[0]), part) for part in model.split("_")
    ]
    return "-".join(parts) + space + rest


def counted(number: int, noun: str) -> str:
    """`1 metamer`, `1,200 metamers`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def counts_in_brackets(counts: Mapping[str, int]) -> str:
    """` (2 inside the null, 1 another answer)`, with a space before it; nothing where there is nothing."""
    listed = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    return f" ({listed})" if listed else ""
