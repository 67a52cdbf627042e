"""Linear readouts: category scores = features @ weight.T + bias, kept as safetensors with their metadata.

A readout belongs to one network with one set of weights; both are written into the file and checked.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from synthesis.common.errors import UserError
from synthesis.common.json_file import loads
from synthesis.common.names import composed
from synthesis.common.safetensors_header import header_texts

FORMAT = "metamerlab-readout/1"


@dataclass(frozen=True)
class Readout:
    """A fitted readout.

    weight : (categories, features) float32; bias : (categories,) float32. `fitted` says how the numbers were
    made (JSON). `network` and `weights_sha256` name the network that the features come from.
    """

    weight: Tensor
    bias: Tensor
    categories: tuple[str, ...]
    network: str
    weights_sha256: str
    fitted: dict[str, Any] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """The safetensors file. Equal readouts give equal bytes."""
        record = {
            "categories": list(self.categories),
            "network": self.network,
            "weights_sha256": self.weights_sha256,
            "fitted": self.fitted,
        }
        # One metadata entry: safetensors writes several in no fixed order.
        metadata = {FORMAT: json.dumps(record, sort_keys=True)}
        return save({"weight": self.weight.contiguous(), "bias": self.bias.contiguous()}, metadata)

    def check_network(self, network: str, weights_sha256: str, where: str) -> None:
        """Raise `UserError` if this readout was not fitted to the features of that network."""
        if self.network != network:
            raise UserError(
                f"{where}: a readout of {self.network}, not of {network}; "
                f"fit one with `python -m synthesis readout FOLDER --model {network} --out FILE`"
            )
        if self.weights_sha256 != weights_sha256:
            raise UserError(
                f"{where}: fitted to {network} with other weights ({self.weights_sha256[:12]}, "
                f"here {weights_sha256[:12]}); fit it again with `python -m synthesis readout`"
            )


def parse_readout(data: bytes, where: str) -> Readout:
    """Read a readout from its bytes; `where` stands for the file in messages.

    Raises
    ------
    UserError
        The bytes are not a readout file, or its parts do not fit each other.
    """
    try:
        tensors = load(data)
        record = loads(header_texts(data)[FORMAT])
        readout = Readout(
            weight=tensors["weight"],
            bias=tensors["bias"],
            categories=tuple(composed(name) for name in record["categories"]),
            network=record["network"],
            weights_sha256=record["weights_sha256"],
            fitted=record["fitted"],
        )
    except (SafetensorError, ValueError, KeyError, TypeError):
        raise UserError(
            f"{where}: not a readout file; write one with `python -m synthesis readout`"
        ) from None
    count = len(readout.categories)
    if readout.weight.ndim != 2 or len(readout.weight) != count or readout.bias.shape != (count,):
        raise UserError(
            f"{where}: {count} categories, but weight {tuple(readout.weight.shape)} and bias "
            f"{tuple(readout.bias.shape)}; fit it again with `python -m synthesis readout`"
        )
    return readout
