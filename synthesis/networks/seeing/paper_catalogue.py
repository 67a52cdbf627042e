"""Networks of Feather et al. 2023 that no library has: written here from their papers. Imports no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synthesis.networks.entry import Entry, Normalisation
from synthesis.networks.inputs import PictureInput
from synthesis.networks.network import Layer

if TYPE_CHECKING:
    from torch import nn

_AS_SHOWN = Normalisation((0, 0, 0), (1, 1, 1))
_ALEXNET_GN_LAYERS = (
    *(Layer(name, name) for name in (f"conv_block_{number}" for number in range(1, 6))),
    *(Layer(name, name) for name in ("avgpool", "fc6", "fc7")),
    Layer("final", "fc_final"),
)
_HMAX_LAYERS = (
    *(Layer(name, name) for name in ("s1_out", "c1_out_no_reshape", "s2_out_reshape_to_list", "c2_out")),
    Layer("final", "fc"),
)


def _cornet_s() -> nn.Module:
    from synthesis.networks.seeing.cornet_s import CORnetS

    return CORnetS()


def _alexnet_gn() -> nn.Module:
    from synthesis.networks.seeing.alexnet_gn import AlexNetGN

    return AlexNetGN()


def _vone_alexnet() -> nn.Module:
    from synthesis.networks.seeing.vone_alexnet import VOneAlexNet

    return VOneAlexNet()


def _hmax() -> nn.Module:
    from synthesis.networks.seeing.hmax import HMAX

    return HMAX()


def _readout_key(key: str) -> str:
    """Without the embedding that contrastive learning compared, which the classifier is not given."""
    return "" if key.startswith("fc8.") else key


def _supervised_key(key: str) -> str:
    """Trained with labels, the network's own last layer is the classifier."""
    return key.replace("fc8.0.", "fc_final.", 1)


def _hmax_key(key: str) -> str:
    """Published files hold kernels of ones and sums of squares too, which are computed here."""
    return "" if ".uniform." in key or key.endswith(".patches_sum_sq") else key


PAPER_ENTRIES = (
    Entry(
        name="cornet_s",
        description="CORnet-S (weights from a checkpoint file)",
        build=_cornet_s,
        weights=None,
        layers=(*(Layer(area, area) for area in ("V1", "V2", "V4", "IT")), Layer("final", "decoder.linear")),
        feature_node="decoder.flatten",
    ),
    Entry(
        name="vonealexnet",
        description="VOneAlexNet, Gaussian noise of SD 4 held fixed (weights from a checkpoint file)",
        build=_vone_alexnet,
        weights=None,
        layers=(
            Layer("v1_output", "vone_block.output"),
            *(Layer(f"relu{at}", f"model.features.{node}") for at, node in ((1, 1), (2, 4), (3, 6), (4, 8))),
            Layer("fc0_relu", "model.classifier.2"),
            Layer("fc1_relu", "model.classifier.5"),
            Layer("final", "model.classifier.6"),
        ),
        feature_node="model.classifier.5",
    ),
    Entry(
        name="hmax_standard",
        description="HMAX (prototypes and readout from a checkpoint file, or random prototypes)",
        build=_hmax,
        weights=None,
        layers=_HMAX_LAYERS,
        feature_node="c2_out",
        input=PictureInput(250, 250, grey=True),
        normalisation=_AS_SHOWN,
        key=_hmax_key,
    ),
    Entry(
        name="alexnet_gn",
        description="AlexNet with group norms, classified from fc7 (weights from a checkpoint file)",
        build=_alexnet_gn,
        weights=None,
        layers=_ALEXNET_GN_LAYERS,
        feature_node="fc7",
        key=_readout_key,
    ),
    Entry(
        name="alexnet_gn_supervised",
        description="AlexNet with group norms, trained with labels (weights from a checkpoint file)",
        build=_alexnet_gn,
        weights=None,
        layers=_ALEXNET_GN_LAYERS,
        feature_node="fc7",
        key=_supervised_key,
    ),
)
