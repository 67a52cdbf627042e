"""A wav2vec 2.0 or HuBERT of torchaudio as one row of parts, which a graph can follow."""

from typing import Any

import torch
from timm.layers import register_notrace_module  # type: ignore[attr-defined]
from torch import Tensor, nn
from torch.nn import functional
from torchaudio.models import wav2vec2_model
from torchaudio.models.wav2vec2.components import ConvolutionalPositionalEmbedding

register_notrace_module(ConvolutionalPositionalEmbedding)


@register_notrace_module
class _Block(nn.Module):
    """A convolution or a transformer layer of torchaudio, which return more than their output; one node."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.block = block

    def forward(self, x: Tensor) -> Tensor:
        output: Tensor = self.block(x, None)[0]
        return output


@register_notrace_module
class _Labels(nn.Module):
    """The last layer, without the rows that the published files have beside the bundle's labels; one node."""

    kept: Tensor

    def __init__(self, linear: nn.Linear, left_out: tuple[int, ...]) -> None:
        super().__init__()
        self.linear = linear
        kept = [row for row in range(linear.out_features) if row not in left_out]
        self.register_buffer("kept", torch.tensor(kept), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.linear(x)
        return logits.index_select(-1, self.kept)


class Wav2Vec2(nn.Module):
    """Waveforms (batch, samples) to (batch, frames, labels), or to features where a bundle has no labels.

    torchaudio's own forward checks shapes in a way that torch.fx cannot follow; its parts are called here.
    Bundles that normalise the waveform do so per sound, where the library does over the whole batch.
    """

    def __init__(self, bundle: Any, samples: int) -> None:
        super().__init__()
        parameters, left_out = bundle._params, tuple(getattr(bundle, "_remove_aux_axis", None) or ())
        labels = parameters["aux_num_out"]
        rows = labels + len(left_out) if labels else None
        model = wav2vec2_model(**{**parameters, "aux_num_out": rows})
        transformer = model.encoder.transformer
        self.samples, self.normalised = samples, bool(bundle._normalize_waveform)
        self.norm_first = transformer.layer_norm_first
        self.convolutions = nn.Sequential(*map(_Block, model.feature_extractor.conv_layers))
        self.projection = model.encoder.feature_projection
        self.position = transformer.pos_conv_embed
        self.norm = transformer.layer_norm
        self.layers = nn.Sequential(*map(_Block, transformer.layers))
        self.final = _Labels(model.aux, left_out) if model.aux is not None else nn.Identity()

    def forward(self, sounds: Tensor) -> Tensor:
        if self.normalised:
            sounds = functional.layer_norm(sounds, (self.samples,))
        features = self.projection(self.convolutions(sounds.unsqueeze(1)).transpose(1, 2))
        x = features + self.position(features)
        x = self.layers(self.norm(x)) if self.norm_first else self.norm(self.layers(x))
        labels: Tensor = self.final(x)
        return labels
