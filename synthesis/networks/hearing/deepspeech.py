"""DeepSpeech (Hannun et al. 2014) by torchaudio, on cepstral coefficients with their context."""

import torch
from timm.layers import register_notrace_module  # type: ignore[attr-defined]
from torch import Tensor, nn
from torchaudio.models import DeepSpeech
from torchaudio.transforms import MFCC

_SAMPLE_RATE_HZ = 16_000
_COEFFICIENTS, _CONTEXT = 26, 9


@register_notrace_module
class CepstralFrames(nn.Module):
    """Waveforms (batch, samples) at 16 kHz to (batch, 1, frames, 26 x 19): each frame with 9 to either side.

    26 mel-frequency cepstral coefficients in windows of 32 ms every 20 ms, zeros beyond the ends. Float32
    under autocast too; one node of a graph.
    """

    def __init__(self) -> None:
        super().__init__()
        mel = {"n_fft": 512, "hop_length": 320, "n_mels": 40, "center": False}
        self.mfcc = MFCC(_SAMPLE_RATE_HZ, _COEFFICIENTS, log_mels=True, melkwargs=mel)

    def forward(self, sounds: Tensor) -> Tensor:
        with torch.autocast(sounds.device.type, enabled=False):
            coefficients = self.mfcc(sounds.to(torch.promote_types(sounds.dtype, torch.float32)))
        around = nn.functional.pad(coefficients, (_CONTEXT, _CONTEXT)).unfold(-1, 2 * _CONTEXT + 1, 1)
        # (batch, coefficients, frames, context) to frames of (context, coefficients)
        return around.permute(0, 2, 3, 1).flatten(2).unsqueeze(1)


class DeepSpeechNetwork(nn.Module):
    """Waveforms (batch, samples) at 16 kHz to logits (batch, frames, classes) of letters.

    torchaudio's own forward puts time before the batch; its parts are called here, with the batch first.
    """

    def __init__(self, classes: int = 29, hidden: int = 2048) -> None:
        super().__init__()
        self.mfcc = CepstralFrames()
        parts = DeepSpeech(_COEFFICIENTS * (2 * _CONTEXT + 1), hidden, classes)
        self.hidden = hidden
        self.fc1, self.fc2, self.fc3, self.fc4 = parts.fc1, parts.fc2, parts.fc3, parts.fc4
        self.bi_rnn, self.out = parts.bi_rnn, parts.out
        self.bi_rnn.batch_first = True

    def forward(self, sounds: Tensor) -> Tensor:
        x = self.fc3(self.fc2(self.fc1(self.mfcc(sounds)))).squeeze(1)
        both, _ = self.bi_rnn(x)
        forwards_and_backwards = both[..., : self.hidden] + both[..., self.hidden :]
        letters: Tensor = self.out(self.fc4(forwards_and_backwards))
        return letters
