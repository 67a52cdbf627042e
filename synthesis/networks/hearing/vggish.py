"""VGGish (Hershey et al. 2017): a VGG on log-mel spectrograms, whose output is an embedding, no classes."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from timm.layers import register_notrace_module  # type: ignore[attr-defined]
from torch import Tensor, nn

# A patch is 96 frames of 25 ms, one every 10 ms: 15,600 samples at 16 kHz.
_SAMPLE_RATE_HZ = 16_000
_FRAME, _HOP, _FFT = 400, 160, 512
_PATCH_FRAMES = 96
_MELS, _LOW_HZ, _HIGH_HZ, _OFFSET = 64, 125.0, 7_500.0, 0.01


@register_notrace_module
class LogMel(nn.Module):
    """Waveforms (batch, samples) at 16 kHz to log-mel patches (batch, patches, 1, 96 frames, 64 bands).

    Patches follow one another without overlap; frames after the last are left out, as in VGGish's own code.
    Magnitudes of Hann-windowed spectra, triangular bands on the mel scale, log(x + 0.01), as the published
    weights expect. Float32 under autocast too; one node of a graph.
    """

    window: Tensor
    bands: Tensor

    def __init__(self, patches: int = 1) -> None:
        super().__init__()
        self.patches = patches
        self.register_buffer("window", torch.hann_window(_FRAME), persistent=False)
        self.register_buffer("bands", torch.from_numpy(mel_bands()).float(), persistent=False)

    def forward(self, sounds: Tensor) -> Tensor:
        with torch.autocast(sounds.device.type, enabled=False):
            frames = sounds.to(torch.promote_types(sounds.dtype, torch.float32)).unfold(-1, _FRAME, _HOP)
            spectra = torch.fft.rfft(frames * self.window, _FFT).abs()
            levels = torch.log(spectra @ self.bands + _OFFSET)
        whole = levels[:, : self.patches * _PATCH_FRAMES]
        return whole.reshape(-1, self.patches, 1, _PATCH_FRAMES, _MELS)


def mel_bands() -> NDArray[np.floating[Any]]:
    """Weights (257 frequencies, 64 bands): triangles of height 1, straight on the mel scale."""

    def mel(frequency_hz: NDArray[np.floating[Any]] | float) -> NDArray[np.floating[Any]]:
        return np.asarray(1127 * np.log1p(np.asarray(frequency_hz) / 700))

    edges = np.linspace(mel(_LOW_HZ), mel(_HIGH_HZ), _MELS + 2)
    frequencies = mel(np.fft.rfftfreq(_FFT, 1 / _SAMPLE_RATE_HZ))[:, None]
    rising = (frequencies - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - frequencies) / (edges[2:] - edges[1:-1])
    bands: NDArray[np.floating[Any]] = np.clip(np.minimum(rising, falling), 0, None)
    bands[0] = 0  # no band hears 0 Hz
    return bands


@register_notrace_module
class PatchConv2d(nn.Conv2d):
    """A convolution of (batch, patches, channels, frames, bands), each patch by itself."""

    def forward(self, input: Tensor) -> Tensor:
        return _by_itself(super().forward, input)


@register_notrace_module
class PatchMaxPool2d(nn.MaxPool2d):
    """The same for pooling."""

    def forward(self, input: Tensor) -> Tensor:
        return _by_itself(super().forward, input)


def _by_itself(function: Callable[[Tensor], Tensor], patches: Tensor) -> Tensor:
    """A function of (n, ...) applied to (batch, patches, ...)."""
    output = function(patches.flatten(0, 1))
    return output.reshape(*patches.shape[:2], *output.shape[1:])


class VGGish(nn.Module):
    """Waveforms (batch, samples) at 16 kHz to embeddings (batch, patches, 128); laid out like torch ports."""

    def __init__(self, patches: int = 1, fc_width: int = 4096) -> None:
        super().__init__()
        self.log_mel = LogMel(patches)
        parts: list[nn.Module] = []
        inputs = 1
        for widths in ((64,), (128,), (256, 256), (512, 512)):
            for width in widths:
                parts += [PatchConv2d(inputs, width, 3, padding=1), nn.ReLU()]
                inputs = width
            parts.append(PatchMaxPool2d(2))
        self.features = nn.Sequential(*parts)
        sizes = (512 * 6 * 4, fc_width, fc_width, 128)
        self.embeddings = nn.Sequential(
            *(part for a, b in pairwise(sizes) for part in (nn.Linear(a, b), nn.ReLU()))
        )

    def forward(self, sounds: Tensor) -> Tensor:
        maps = self.features(self.log_mel(sounds))
        # Frames, bands, channels: the order in which the published weights see them.
        embedding: Tensor = self.embeddings(maps.permute(0, 1, 3, 4, 2).flatten(2))
        return embedding
