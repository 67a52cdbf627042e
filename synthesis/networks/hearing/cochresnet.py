"""CochResNet50: ResNet-50 on a cochleagram (Feather et al. 2023), of any width and depth."""

from timm.models.resnet import Bottleneck, ResNet
from torch import Tensor, nn

from synthesis.hearing.cochleagram import Cochleagram
from synthesis.hearing.settings import FEATHER2023, CochleagramSettings
from synthesis.networks.hearing.cochresnet_settings import CochResNetSettings


class CochResNet(nn.Module):
    """Waveforms (batch, samples) in [-1, 1] to logits (batch, classes).

    `channels` are the widths of the four stages inside their bottlenecks, `blocks` their depths. Parameters
    have the names of the published checkpoints, which are torchvision's, under `resnet`.
    """

    def __init__(
        self,
        classes: int = 794,
        cochleagram: CochleagramSettings = FEATHER2023,
        channels: tuple[int, int, int, int] = (64, 128, 256, 512),
        blocks: tuple[int, int, int, int] = (3, 4, 6, 3),
    ) -> None:
        super().__init__()
        self.settings = CochResNetSettings(classes, cochleagram, channels, blocks)
        self.cochleagram = Cochleagram(cochleagram)
        # The last batch norms start at 1, as in the published network, not at 0.
        self.resnet = ResNet(
            Bottleneck,  # type: ignore[arg-type]
            blocks,
            classes,
            in_chans=1,
            channels=channels,
            zero_init_last=False,
        )
        self.dropout = nn.Identity()  # the published network has none

    def forward(self, sounds: Tensor) -> Tensor:
        logits: Tensor = self.resnet(self.cochleagram(sounds))
        return logits

    @property
    def classification(self) -> nn.Module:
        """The layer from the pooled features to the logits."""
        layer: nn.Module = self.resnet.fc
        return layer

    @property
    def hidden_units(self) -> int:
        """Length of the pooled features."""
        units: int = self.resnet.num_features
        return units

    def features(self, sounds: Tensor) -> Tensor:
        """The pooled features, (batch, hidden_units): what heads for further tasks are given."""
        return self.features_after_ear(self.cochleagram(sounds))

    def features_after_ear(self, cochleagrams: Tensor) -> Tensor:
        """The pooled features of cochleagrams, (batch, 1, channels, frames)."""
        pooled: Tensor = self.resnet.global_pool(self.resnet.forward_features(cochleagrams))
        return pooled

    def folded(self) -> "CochResNet":
        """The network as it is written: nothing has to be folded."""
        return self.eval()
