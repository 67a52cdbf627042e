"""The numbers of a CochCNN and the layers that metamers are matched at. Free of torch."""

from dataclasses import dataclass, field

from synthesis.hearing.settings import FEATHER2023, CochleagramSettings
from synthesis.networks.network import Layer


@dataclass(frozen=True)
class CochCNNSettings:
    """Of what size a CochCNN is; the defaults are the published network's.

    `classes` counts the logits, a null class among them. `widths` are the channels of the five convolutions,
    `fc_width` the units of the hidden layer. `reduced_aliasing` replaces subsampling by Hann pooling.
    `conv_bias` is False in the checkpoints of 2023, whose convolutions have no biases.

    Raises `ValueError` for numbers that make no network.
    """

    classes: int = 794
    cochleagram: CochleagramSettings = field(default=FEATHER2023)
    widths: tuple[int, int, int, int, int] = (96, 256, 512, 1024, 512)
    fc_width: int = 4096
    reduced_aliasing: bool = False
    dropout: float = 0.5
    conv_bias: bool = True

    def __post_init__(self) -> None:
        if len(self.widths) != 5 or min(self.classes, self.fc_width, *self.widths) < 1:
            raise ValueError("classes, fc_width and the five widths must each be at least 1")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout {self.dropout:g} must be from 0 to below 1")

    @property
    def layers(self) -> tuple[Layer, ...]:
        """In depth order. With reduced aliasing the first two end in the pooling that takes the strides."""
        strided = "antialias" if self.reduced_aliasing else "relu"
        nodes = {"cochleagram": "cochleagram", "relu0": f"{strided}0", "relu1": f"{strided}1"}
        same = ("relu2", "relu3", "relu4", "avgpool", "relufc")
        nodes |= {name: name for name in same} | {"final": "classification"}
        return tuple(Layer(name, node) for name, node in nodes.items())

    @property
    def pooled_size(self) -> tuple[int, int]:
        """Height and width of the last pooling's output: 5 x 9 in the published network."""
        sizes = self.cochleagram.channels, self.cochleagram.frames
        # Convolution, pooling, convolution, pooling, pooling; each rounds up.
        for stride in (3, 2, 2, 2, 2):
            sizes = -(-sizes[0] // stride), -(-sizes[1] // stride)
        return sizes
