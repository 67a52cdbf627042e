"""The papers' auditory networks, one entry each. Nothing here imports torch."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from string import ascii_lowercase
from typing import TYPE_CHECKING

from synthesis.hearing.settings import FEATHER2019
from synthesis.networks.entry import Entry
from synthesis.networks.hearing.cochcnn_settings import CochCNNSettings
from synthesis.networks.hearing.cochresnet_settings import CochResNetSettings
from synthesis.networks.inputs import SoundInput
from synthesis.networks.network import Layer

if TYPE_CHECKING:
    from torch import nn

_COCHCNN = CochCNNSettings(conv_bias=False)
# The pair of 2019 that differs in its pooling alone.
_COCHCNN_2019 = CochCNNSettings(cochleagram=FEATHER2019)
_REDUCED_ALIASING = replace(_COCHCNN_2019, reduced_aliasing=True)
# Mozilla's order, with the blank at the end.
_ENGLISH = (" ", *ascii_lowercase, "'", "")


def _cochcnn(settings: CochCNNSettings) -> nn.Module:
    from synthesis.networks.hearing.cochcnn import CochCNN

    return CochCNN(settings)


def _cochresnet() -> nn.Module:
    from synthesis.networks.hearing.cochresnet import CochResNet

    return CochResNet()


def _vggish(patches: int) -> nn.Module:
    from synthesis.networks.hearing.vggish import VGGish

    return VGGish(patches)


def _deepspeech() -> nn.Module:
    from synthesis.networks.hearing.deepspeech import DeepSpeechNetwork

    return DeepSpeechNetwork()


def _spectrotemporal() -> nn.Module:
    from synthesis.networks.hearing.spectrotemporal import SpectrotemporalNetwork

    return SpectrotemporalNetwork()


def _without_front_end(key: str) -> str:
    """The papers' code numbers the front end 0, whose filters it stores too, and the network 1."""
    return "" if key.startswith("0.") else key.removeprefix("1.")


def _in_resnet(key: str) -> str:
    own = _without_front_end(key)
    return own if not own or own.startswith("resnet.") else f"resnet.{own}"


def _readout_alone(key: str) -> str:
    """2023's file stores the transfer functions too, which are computed here."""
    own = _without_front_end(key)
    return "" if own.startswith("spectempfilterbank.") else own


def _vggish_key(key: str) -> str:
    """Ports name the two parts differently; the principal components after them are left out."""
    part, _, rest = key.partition(".")
    own = {"features_network": "features", "embedding_network": "embeddings", "pproc": ""}.get(part, part)
    return f"{own}.{rest}" if own else ""


def _vggish_entry(name: str, description: str, patches: int, samples: int) -> Entry:
    return Entry(
        name=name,
        description=f"VGGish{description}; its output is an embedding (weights from a checkpoint file)",
        build=partial(_vggish, patches),
        weights=None,
        layers=_layers(
            log_mel="log_mel",
            conv1="features.1",
            conv2="features.4",
            conv3_1="features.7",
            conv3_2="features.9",
            conv4_1="features.12",
            conv4_2="features.14",
            fc1_1="embeddings.1",
            fc1_2="embeddings.3",
            embedding="embeddings.5",
        ),
        feature_node="embeddings.3",
        input=SoundInput(16_000, samples),
        key=_vggish_key,
    )


def _layers(**nodes: str) -> tuple[Layer, ...]:
    return tuple(Layer(name, node) for name, node in nodes.items())


AUDITORY = (
    Entry(
        name="cochcnn9",
        description="CochCNN9 as in 2023 (weights from a checkpoint file)",
        build=partial(_cochcnn, _COCHCNN),
        weights=None,
        layers=_COCHCNN.layers,
        feature_node="relufc",
        input=SoundInput(),
        key=_without_front_end,
    ),
    Entry(
        name="cochcnn9_2019",
        description="CochCNN9 with the ear of 2019 (weights from a checkpoint file)",
        build=partial(_cochcnn, _COCHCNN_2019),
        weights=None,
        layers=_COCHCNN_2019.layers,
        feature_node="relufc",
        input=SoundInput(),
        key=_without_front_end,
    ),
    Entry(
        name="cochcnn9_reduced_aliasing",
        description="CochCNN9 with Hann pooling as in 2019 (weights from a checkpoint file)",
        build=partial(_cochcnn, _REDUCED_ALIASING),
        weights=None,
        layers=_REDUCED_ALIASING.layers,
        feature_node="relufc",
        input=SoundInput(),
        key=_without_front_end,
    ),
    Entry(
        name="cochresnet50",
        description="CochResNet50 as in 2023 (weights from a checkpoint file)",
        build=_cochresnet,
        weights=None,
        layers=CochResNetSettings().layers,
        feature_node="resnet.global_pool",
        input=SoundInput(),
        key=_in_resnet,
    ),
    _vggish_entry("vggish", "", 1, 15_600),
    _vggish_entry("vggish_2s", " on both patches of a 2-s clip", 2, 32_000),
    Entry(
        name="deepspeech",
        description="torchaudio's DeepSpeech, letters over time (weights from a checkpoint file)",
        build=_deepspeech,
        weights=None,
        layers=_layers(
            mfcc="mfcc",
            fc1="fc1",
            fc2="fc2",
            fc3="fc3",
            rnn="add",
            fc4="fc4",
            letters="out",
        ),
        feature_node="fc4",
        input=SoundInput(16_000, 32_000),
        letters=_ENGLISH,
    ),
    Entry(
        name="spectemp_filters",
        description="Spectrotemporal filters on a cochleagram (readout from a checkpoint file)",
        build=_spectrotemporal,
        weights=None,
        layers=_layers(
            input_after_preproc="cochleagram",
            filtered_signal="filters",
            spectempfilter_power="power",
            avgpool="avgpool",
            final="classification",
        ),
        feature_node="flatten",
        input=SoundInput(),
        key=_readout_alone,
    ),
)
