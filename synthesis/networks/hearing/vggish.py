"""VGGish (Hershey et al. 2017): a VGG on log-mel spectrograms, whose output is an embedding, no classes."""

from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from timm.layers import register_notrace_module  # type: ignore[attr-defined]
from torch import Tensor, nn

# 15,600 samples at 16 kHz are 96 frames of 25 ms, one every 10 ms.
_SAMPLE_RATE_HZ = 16_000
_FRAME, _HOP, _FFT = 400, 160, 512
_MELS, _LOW_HZ, _HIGH_HZ, _OFFSET = 64, 125.0, 7_500.0, 0.01


@register_notrace_module
class LogMel(nn.Module):
    """Waveforms (batch, 15600) at 16 kHz to log-mel spectrograms (batch, 1, 96 frames, 64 bands).

    Magnitudes of Hann-windowed spectra, triangular bands on the mel scale, log(x + 0.01), as the published
    weights expect. Float32 under autocast too; one node of a graph.
    """

    window: Tensor
    bands: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("window", torch.hann_window(_FRAME), persistent=False)
        self.register_buffer("bands", torch.from_numpy(mel_bands()).float(), persistent=False)

    def forward(self, sounds: Tensor) -> Tensor:
        with torch.autocast(sounds.device.type, enabled=False):
            frames = sounds.to(torch.promote_types(sounds.dtype, torch.float32)).unfold(-1, _FRAME, _HOP)
            spectra = torch.fft.rfft(frames * self.window, _FFT).abs()
            levels = torch.log(spectra @ self.bands + _OFFSET)
        return levels.unsqueeze(1)


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


class VGGish(nn.Module):
    """Waveforms (batch, 15600) at 16 kHz to embeddings (batch, 128); laid out like the torch ports."""

    def __init__(self, fc_width: int = 4096) -> None:
        super().__init__()
        self.log_mel = LogMel()
        parts: list[nn.Module] = []
        inputs = 1
        for widths in ((64,), (128,), (256, 256), (512, 512)):
            for width in widths:
                parts += [nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU()]
                inputs = width
            parts.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*parts)
        sizes = (512 * 6 * 4, fc_width, fc_width, 128)
        self.embeddings = nn.Sequential(
            *(part for a, b in pairwise(sizes) for part in (nn.Linear(a, b), nn.ReLU()))
        )

    def forward(self, sounds: Tensor) -> Tensor:
        maps = self.features(self.log_mel(sounds))
        # Frames, bands, channels: the order in which the published weights see them.
        embedding: Tensor = self.embeddings(maps.permute(0, 2, 3, 1).flatten(1))
        return embedding
