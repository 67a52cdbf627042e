"""What a network must be able to do before a run with it begins: each check is a few passes of noise."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from synthesis.bundle.spec import MatchedClamp
from synthesis.common.errors import UserError
from synthesis.media.registry import medium_of
from synthesis.networks.registry import Layer, Network
from synthesis.optimise.activations import Activations, MatchedActivation, output_node
from synthesis.optimise.objectives import relative_error
from synthesis.process.memory import is_out_of_memory

# Of the output's norm: what two passes may differ by through rounding. Noise and dropout change much more.
ROUNDING = 1e-4


@contextmanager
def shown_its_input(network: Network) -> Iterator[None]:
    """One line (`UserError`) for whatever a network raises when it is shown stimuli of its own format.

    Too little memory is left as it is, for those who can go on with less.
    """
    try:
        yield
    except Exception as error:  # any code may run in a forward
        if isinstance(error, UserError) or is_out_of_memory(error):
            raise
        reason = " ".join(str(error).split())[:200]
        shown = network.input.format
        raise UserError(
            f"{network.name}: fails when it is shown a {shown.kind} of {shown} "
            f"({type(error).__name__}: {reason}); if that is too small for it, say a larger `input` in its "
            "Network, else mend its forward"
        ) from error


def require_repeatable(network: Network) -> None:
    """Raise `UserError` unless the network takes its input and gives the same output each time.

    Dropout or noise that stays on would make certificates that nobody can compute again. Costs two forward
    passes of one item of noise: of the network itself, and of its graph, with which certificates are made.
    """
    noise, output = _noise(network), output_node(network.module)
    graph = Activations(network.module, {output: output})
    with torch.random.fork_rng(devices=[]), torch.inference_mode(), shown_its_input(network):
        own = network.module(noise)
        if (changed := _difference(own, graph(noise)[output])) <= ROUNDING:
            return
        repeated = _difference(own, network.module(noise))
    if repeated > ROUNDING:
        raise UserError(
            f"{network.name}: two passes of the same {network.input.format.kind} differ by {repeated:.2g} of "
            "the output's norm; metamers need a network that repeats itself: switch off dropout and noise in "
            "its forward"
        )
    raise UserError(
        f"{network.name}: its output differs by {changed:.2g} of its norm from that of its graph, as "
        "torch.fx follows it; its forward must do the same at each pass and draw no random numbers"
    )


def require_gradient(network: Network, layer: Layer, matched_clamp: MatchedClamp = "freed") -> None:
    """Raise `UserError` unless the layer's activation is finite and has a gradient to the input.

    Costs one forward and backward pass of one item of noise.
    """
    noise = _noise(network).requires_grad_()
    with shown_its_input(network):
        activation = MatchedActivation(network, layer, matched_clamp)(noise)
    where = f"{network.name}: layer {layer.name}"
    if not isinstance(activation, Tensor):
        raise UserError(f"{where}: gives {type(activation).__name__}, not a tensor; match another node")
    if not activation.requires_grad:
        raise UserError(
            f"{where}: has no gradient ({activation.dtype} {tuple(activation.shape)}); match another node"
        )
    if not bool(activation.isfinite().all()):
        raise UserError(f"{where}: is NaN or infinite for noise; check the weights")
    (gradient,) = torch.autograd.grad(activation.sum(), noise, allow_unused=True)
    if gradient is None or not bool(gradient.any()):
        raise UserError(f"{where}: its gradient is zero everywhere; match another node")


def _noise(network: Network) -> Tensor:
    """One item (1, ...), the same each time."""
    return torch.from_numpy(medium_of(network.input).white_noise(np.random.default_rng(0)))[None]


def _difference(one: Tensor, other: Tensor) -> float:
    if one.shape != other.shape:
        return float("inf")
    # Outputs that are not finite are refused elsewhere.
    first, second = one.float().nan_to_num(), other.float().nan_to_num()
    return float(relative_error(second, first).max())
