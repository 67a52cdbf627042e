"""Where a training stands: what its checkpoint keeps beside the weights."""

from dataclasses import dataclass, field


@dataclass
class Standing:
    """`step` counts batches; `seconds` are those spent so far, over all parts of an interrupted training.

    `validations` are accuracies by name, each with the number of `examples` seen; `snapshots` the accuracies
    at which a file was written. `stopped` says that the wanted accuracy was reached.
    """

    step: int = 0
    seconds: float = 0.0
    stopped: bool = False
    snapshots: list[float] = field(default_factory=list)
    validations: list[dict[str, float]] = field(default_factory=list)
