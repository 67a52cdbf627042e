"""wav2vec 2.0 and HuBERT by torchaudio's bundles: `torchaudio/WAV2VEC2_ASR_BASE_960H` and its like."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from synthesis.common.errors import UserError
from synthesis.networks.entry import Entry
from synthesis.networks.inputs import SoundInput
from synthesis.networks.network import Layer, nearest_first
from synthesis.networks.sources import WeightsSource, torchaudio_file

if TYPE_CHECKING:
    from torch import nn

_SECONDS = 2
# The library's names of parameters, and those of `Wav2Vec2`, which holds the same parts in one row.
_RENAMED = (
    (r"feature_extractor\.conv_layers\.(\d+)\.", r"convolutions.\1.block."),
    (r"encoder\.feature_projection\.", "projection."),
    (
        r"encoder\.transformer\.pos_conv_embed\.conv\.weight_g",
        "position.conv.parametrizations.weight.original0",
    ),
    (
        r"encoder\.transformer\.pos_conv_embed\.conv\.weight_v",
        "position.conv.parametrizations.weight.original1",
    ),
    (r"encoder\.transformer\.pos_conv_embed\.", "position."),
    (r"encoder\.transformer\.layer_norm\.", "norm."),
    (r"encoder\.transformer\.layers\.(\d+)\.", r"layers.\1.block."),
    (r"aux\.", "final.linear."),
)


def wav2vec2_entry(name: str, bundle: str) -> Entry:
    """The entry of a bundle. Raises `UserError` when torchaudio has no such bundle of these families."""
    import torchaudio

    known = {
        each: found
        for each in dir(torchaudio.pipelines)
        if getattr(found := getattr(torchaudio.pipelines, each), "_model_type", "") == "Wav2Vec2"
    }
    if bundle not in known:
        near = ", ".join(nearest_first(bundle, sorted(known))[:5])
        raise UserError(f"unknown model {name!r}; torchaudio's wav2vec 2.0 and HuBERT bundles: {near}, ...")
    described = known[bundle]
    rate_hz = int(described.sample_rate)
    shown = SoundInput(rate_hz, rate_hz * _SECONDS)
    return Entry(
        name=name,
        description=f"torchaudio's {bundle}",
        build=partial(_build, described, shown.samples),
        weights=WeightsSource(
            file=described._path.rsplit("/", 1)[-1],
            licence="see torchaudio",
            description=f"torchaudio {bundle}",
            download=partial(torchaudio_file, bundle),
        ),
        layers=_layers(described._params),
        feature_node="layers" if described._params["encoder_layer_norm_first"] else "norm",
        input=shown,
        key=_own_key,
        letters=_letters(described),
    )


def _letters(described: Any) -> tuple[str, ...]:
    """Of a bundle that spells speech; one for alignment has a label more than its network has logits."""
    if not described._params["aux_num_out"]:
        return ()
    return tuple(described.get_labels(blank=""))[: described._params["aux_num_out"]]


def _build(described: Any, samples: int) -> nn.Module:
    from synthesis.networks.hearing.wav2vec2_module import Wav2Vec2

    return Wav2Vec2(described, samples)


def _layers(parameters: dict[str, Any]) -> tuple[Layer, ...]:
    convolutions = len(parameters["extractor_conv_layer_config"])
    nodes = [(f"conv{index}", f"convolutions.{index}") for index in range(convolutions)]
    nodes.append(("projection", "projection"))
    nodes += [(f"layer{index}", f"layers.{index}") for index in range(parameters["encoder_num_layers"])]
    if parameters["aux_num_out"]:
        nodes.append(("final", "final"))
    return tuple(Layer(name, node) for name, node in nodes)


def _own_key(key: str) -> str:
    for library, own in _RENAMED:
        if found := re.match(library, key):
            return found.expand(own) + key[found.end() :]
    return "" if key == "mask_generator.mask_embedding" else key
