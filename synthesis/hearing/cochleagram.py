"""The cochleagram: what the auditory networks are shown of a sound."""

import torch
from timm.layers import register_notrace_module  # type: ignore[attr-defined]
from torch import Tensor, nn

from synthesis.hearing.compression import compress
from synthesis.hearing.envelopes import Envelopes
from synthesis.hearing.settings import CochleagramSettings


@register_notrace_module
class Cochleagram(nn.Module):
    """Waveforms (batch, samples) in [-1, 1] to cochleagrams (batch, 1, channels, frames), from low to high.

    Half-cosine filters on the ERB-number scale, the envelope of each as the magnitude of its analytic signal,
    smoothed and sampled at the frame rate, then compressed (Feather et al. 2019, 2023). Differentiable, with
    finite gradients at silence; float32 under autocast too. It has no weights, and is one node of a network's
    graph.
    """

    def __init__(self, settings: CochleagramSettings) -> None:
        super().__init__()
        self.settings = settings
        self.envelopes = Envelopes(settings)

    def forward(self, sounds: Tensor) -> Tensor:
        """Raises `ValueError` for sounds of another length."""
        if sounds.shape[-1] != self.settings.samples:
            raise ValueError(f"{sounds.shape[-1]} samples; this cochleagram takes {self.settings.samples}")
        with torch.autocast(sounds.device.type, enabled=False):
            spectra = torch.fft.rfft(sounds.to(_at_least_float32(sounds.dtype)))
            envelopes = self.envelopes(spectra)
            made = self.settings
            compressed = compress(envelopes, made.scale, made.offset, made.exponent, made.derivative_limit)
        return compressed.unsqueeze(1)


def _at_least_float32(dtype: torch.dtype) -> torch.dtype:
    return torch.promote_types(dtype, torch.float32)
