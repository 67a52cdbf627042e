"""What a training begins with, when not with random weights: another training, or a network's file."""

import math
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from synthesis.common.errors import UserError
from synthesis.networks.hearing.cochcnn import CochCNN
from synthesis.networks.hearing.trained_file import read_trained
from synthesis.training.checkpoint import FILE, read_checkpoint
from synthesis.training.model import TaskNetwork

_NORM_OF = {**{f"conv{index}": f"norm{index}" for index in range(5)}, "fullyconnected": "normfc"}


def start_from(path: Path, network: TaskNetwork, sounds: Tensor) -> None:
    """Give `network` the weights of the training in the folder `path`, or of the network's file `path`.

    A file has no training norms. Each is set so that on `sounds`, (batch, samples), it changes nothing: the
    network begins with the function of the file. A second task's head that is not there stays as it is.

    Raises `UserError` if `path` is neither, or of another network.
    """
    if path.suffix == ".safetensors":
        if read_trained(path) is None:
            raise UserError(f"start_from: {path} was not written by a training")
        weights = {f"trunk.{name}": value.float() for name, value in load_file(path).items()}
        if not _has_training_norms(network):
            _load(path, network, weights, without=("second.",))
            return
        # While a norm follows a layer, the layer's own bias is not there, or zero.
        biases = {layer: weights.pop(f"trunk.{layer}.bias", torch.zeros(1)) for layer in _NORM_OF}
        norms = (f"trunk.{norm}." for norm in _NORM_OF.values())
        _load(path, network, weights, without=("second.", "trunk.fullyconnected.bias", *norms))
        _set_norms(network, biases, sounds)
    elif (path / FILE).exists():
        _load(path, network, read_checkpoint(path)["network"], without=("second.",))
    else:
        raise UserError(f"start_from: {path} holds no training (it has no {FILE})")


def _has_training_norms(network: TaskNetwork) -> bool:
    return isinstance(network.trunk, CochCNN) and network.trunk.training_norms


def _load(path: Path, network: nn.Module, weights: dict[str, Tensor], without: tuple[str, ...]) -> None:
    """Load `weights`, in which what begins with one of `without` may be missing."""
    try:
        missing, unexpected = network.load_state_dict(weights, strict=False)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise UserError(f"start_from: the network in {path} is another one ({reason})") from None
    others = [*unexpected, *(name for name in missing if not name.startswith(without))]
    if others:
        raise UserError(f"start_from: the network in {path} is another one ({others[0]})")


@torch.no_grad()
def _set_norms(network: TaskNetwork, biases: dict[str, Tensor], sounds: Tensor) -> None:
    """One pass, in which each norm is given the statistics of what reaches it, and undoes itself.

    Kernels are brought to the length that random ones have, since an optimiser's step is relative to it.
    """
    hooks = []
    for layer, norm in _NORM_OF.items():
        part, after = network.trunk.get_submodule(layer), network.trunk.get_submodule(norm)
        assert isinstance(part, nn.Conv2d | nn.Linear)
        assert isinstance(after, nn.BatchNorm1d | nn.BatchNorm2d)
        lengths = torch.linalg.vector_norm(part.weight.flatten(1), dim=1)
        factor = math.sqrt(2) / lengths.clamp_min(1e-6)
        part.weight *= factor.view(-1, *[1] * (part.weight.dim() - 1))
        hooks.append(part.register_forward_hook(_setter(after, factor, biases[layer].to(factor.device))))
    network.eval()
    network(sounds)
    for hook in hooks:
        hook.remove()


def _setter(
    norm: nn.BatchNorm1d | nn.BatchNorm2d, factor: Tensor, bias: Tensor
) -> Callable[[nn.Module, object, Tensor], None]:
    """A hook after the layer before `norm`, whose kernels were multiplied by `factor`."""

    def set_norm(_layer: nn.Module, _inputs: object, outputs: Tensor) -> None:
        by_channel = outputs.float().transpose(0, 1).flatten(1)
        assert norm.running_mean is not None and norm.running_var is not None
        norm.running_mean.copy_(by_channel.mean(1))
        norm.running_var.copy_(by_channel.var(1))
        norm.weight.copy_((norm.running_var + norm.eps).sqrt() / factor)
        norm.bias.copy_(bias + norm.running_mean / factor)

    return set_norm
