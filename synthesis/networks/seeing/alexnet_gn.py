"""AlexNet with group norms, as trained by instance-prototype contrastive learning (Konkle & Alvarez 2022)."""

from torch import Tensor, nn

_GROUPS = 32


def _block(inputs: int, outputs: int, kernel: int, stride: int = 1, padding: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
    return nn.Sequential(conv, nn.GroupNorm(_GROUPS, outputs), nn.ReLU())


def _dense(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), nn.ReLU())


class AlexNetGN(nn.Module):
    """Laid out like the checkpoints of 2023. Input (batch, 3, 224, 224), output (batch, 1000).

    `fc_final` is the classifier on fc7. The embedding that training compared (`fc8`) is not on the way to it,
    so it is left out.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv_block_1 = _block(3, 96, 11, 4, 2)
        self.maxpool_1 = nn.MaxPool2d(3, 2)
        self.conv_block_2 = _block(96, 256, 5, 1, 2)
        self.maxpool_2 = nn.MaxPool2d(3, 2)
        self.conv_block_3 = _block(256, 384, 3)
        self.conv_block_4 = _block(384, 384, 3)
        self.conv_block_5 = _block(384, 256, 3)
        self.maxpool_5 = nn.MaxPool2d(3, 2)
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.flatten = nn.Flatten()
        self.fc6 = _dense(256 * 6 * 6, 4096)
        self.fc7 = _dense(4096, 4096)
        self.fc_final = nn.Linear(4096, 1000)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool_1(self.conv_block_1(x))
        x = self.maxpool_2(self.conv_block_2(x))
        x = self.conv_block_5(self.conv_block_4(self.conv_block_3(x)))
        x = self.flatten(self.avgpool(self.maxpool_5(x)))
        logits: Tensor = self.fc_final(self.fc7(self.fc6(x)))
        return logits
