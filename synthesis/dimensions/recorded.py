"""The network that a bundle of dimensions was made with, found again from its record."""

from pathlib import Path

from synthesis.bundle.dimensions import DimensionManifest
from synthesis.bundle.spec import FileWeights, RandomWeights, Weights
from synthesis.common.errors import UserError
from synthesis.networks.registry import Network, load_network


def network_of(manifest: DimensionManifest, weights: Path | None, model: str | None) -> Network:
    """The network, with the weights of the bundle's record.

    `weights` is the checkpoint file of a bundle that was made with one, `model` where a user's own module
    lies. Raises `UserError` when one of them is needed and not given, or the weights are other ones.
    """
    network = load_network(_model(manifest, model), _weights(manifest, weights))
    if network.weights_sha256 != manifest.model.weights_sha256:
        raise UserError(
            f"{manifest.model.name}: its weights here are not those that the bundle was made with"
        )
    return network


def _model(manifest: DimensionManifest, model: str | None) -> str:
    name = manifest.model.name
    if ".py:" not in name:
        return name
    if model is None or Path(model).name != name:
        raise UserError(f"made with {name}, a module of its own; say where it is: --model path/to/{name}")
    return model


def _weights(manifest: DimensionManifest, weights: Path | None) -> Weights:
    recorded = manifest.spec["weights"]
    if isinstance(recorded, dict) and "random" in recorded:
        return RandomWeights(random=recorded["random"])
    if isinstance(recorded, dict):
        if weights is None:
            raise UserError("made with weights of a checkpoint file; say where it is: --weights FILE")
        return FileWeights(file=weights)
    return "published"
