"""The numbers of a CochResNet and the layers that metamers are matched at. Free of torch."""

from dataclasses import dataclass, field

from synthesis.hearing.settings import FEATHER2023, CochleagramSettings
from synthesis.networks.network import Layer

_NODES = {
    "cochleagram": "cochleagram",
    "conv1_relu1": "resnet.act1",
    **{f"layer{stage}": f"resnet.layer{stage}" for stage in (1, 2, 3, 4)},
    "avgpool": "resnet.global_pool",
    "final": "resnet.fc",
}


@dataclass(frozen=True)
class CochResNetSettings:
    """Of what size a CochResNet is; the defaults are CochResNet50's (Feather et al. 2023).

    `classes` counts the logits, a null class among them. `channels` are the widths of the four stages inside
    their bottlenecks, `blocks` their depths.

    Raises `ValueError` for numbers that make no network.
    """

    classes: int = 794
    cochleagram: CochleagramSettings = field(default=FEATHER2023)
    channels: tuple[int, int, int, int] = (64, 128, 256, 512)
    blocks: tuple[int, int, int, int] = (3, 4, 6, 3)

    def __post_init__(self) -> None:
        if len(self.channels) != 4 or len(self.blocks) != 4:
            raise ValueError("channels and blocks must have four numbers each")
        if min(self.classes, *self.channels, *self.blocks) < 1:
            raise ValueError("classes, the four channels and the four blocks must each be at least 1")

    @property
    def layers(self) -> tuple[Layer, ...]:
        """In depth order."""
        return tuple(Layer(name, node) for name, node in _NODES.items())
