"""Small auditory networks with random weights and statistics, and sounds for them."""

import torch
from torch import nn

from synthesis.hearing.settings import CochleagramSettings
from synthesis.networks.hearing.auditory import AUDITORY
from synthesis.networks.hearing.cochcnn import CochCNN, CochCNNSettings
from synthesis.networks.hearing.cochresnet import CochResNet
from synthesis.networks.hearing.deepspeech import DeepSpeechNetwork
from synthesis.networks.hearing.spectrotemporal import Modulations, SpectrotemporalNetwork
from synthesis.networks.hearing.vggish import VGGish
from synthesis.networks.modules import frozen
from synthesis.networks.registry import Network, SoundInput

EAR = CochleagramSettings(samples=12_000, filters=12, sample_factor=2, oversampling=4.0)
COCHCNN = CochCNNSettings(classes=7, cochleagram=EAR, widths=(4, 5, 6, 7, 8), fc_width=9)
REDUCED = CochCNNSettings(7, EAR, (4, 5, 6, 7, 8), 9, reduced_aliasing=True)
ENTRIES = {entry.name: entry for entry in AUDITORY}


def seeded(make):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        return with_statistics(make())


def with_statistics(module):
    """Batch norms that change what they are given, and biases that are not 0."""
    for part in module.modules():
        if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d):
            nn.init.normal_(part.running_mean, std=0.1)
            nn.init.uniform_(part.running_var, 0.5, 2)
            nn.init.uniform_(part.weight, 0.5, 2)
            nn.init.normal_(part.bias, std=0.3)
        if isinstance(part, nn.Conv2d | nn.Linear) and part.bias is not None:
            nn.init.normal_(part.bias, std=0.1)
    return module


def network(name, module, samples=EAR.samples, layers=None):
    """As the registry's entry of that name would have it, but smaller."""
    layers = layers or ENTRIES[name].layers
    return Network(name, frozen(module), layers, SoundInput(20_000, samples), ENTRIES[name].feature_node)


def small_networks():
    return {
        "cochcnn9": network("cochcnn9", seeded(lambda: CochCNN(COCHCNN))),
        "cochcnn9_reduced_aliasing": network("cochcnn9_reduced_aliasing", seeded(lambda: CochCNN(REDUCED))),
        "cochresnet50": network(
            "cochresnet50", seeded(lambda: CochResNet(7, EAR, channels=(4, 5, 6, 7), blocks=(1, 2, 1, 2)))
        ),
        "vggish": network("vggish", seeded(lambda: VGGish(fc_width=16)), samples=15_600),
        "spectemp_filters": network(
            "spectemp_filters",
            seeded(lambda: SpectrotemporalNetwork(7, EAR, Modulations((0, 4, 16), (0, 0.5), 2.0))),
        ),
        "deepspeech": network("deepspeech", seeded(lambda: DeepSpeechNetwork(hidden=12)), samples=8_000),
    }


def sounds(network, batch=1, seed=3):
    """Noise whose level rises and falls, RMS about 0.1, shape (batch, samples)."""
    made = torch.Generator().manual_seed(seed)
    samples = network.input.samples
    level = torch.linspace(0, 9, samples).sin() ** 2
    return 0.15 * level * torch.randn((batch, samples), generator=made)
