"""A fit as one safetensors file: the projections of all layers, and in its header what they belong to."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load, save

from synthesis.common.errors import UserError
from synthesis.common.json_file import first_problem
from synthesis.common.safetensors_header import header_texts
from synthesis.dimensions.projection import Projection

HEADER = "metamerlab-dimensions"


class FitRecord(BaseModel):
    """Where the components came from. Digests are SHA-256; `pictures_sha256` is of the pictures as they are
    served.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    weights: str
    weights_sha256: str
    pictures: int = Field(ge=1)
    crops: int = Field(ge=0)
    pictures_sha256: str
    prepare: str
    axes: int
    components: int
    seed: int
    layers: list[str]


@dataclass(frozen=True)
class Fit:
    """The components of some layers of one network."""

    record: FitRecord
    layers: dict[str, Projection]

    def to_bytes(self) -> bytes:
        tensors = {
            f"{layer}|{part.name}": getattr(projection, part.name).contiguous()
            for layer, projection in self.layers.items()
            for part in fields(Projection)
        }
        return save(tensors, metadata={HEADER: self.record.model_dump_json()})


def read_fit(path: Path) -> Fit:
    """Raises `UserError` for a file that is missing, damaged, or of something else."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: the fit cannot be read ({error.strerror})") from None
    return fit_of_bytes(data, str(path))


def fit_of_bytes(data: bytes, name: str) -> Fit:
    """As `read_fit`; `name` stands for the file in messages."""
    try:
        tensors = load(data)
        record = FitRecord.model_validate_json(header_texts(data)[HEADER])
        layers = {layer: _projection(tensors, layer) for layer in record.layers}
    except ValidationError as error:
        raise UserError(f"{name}: its header does not fit: {first_problem(error)}") from None
    except (SafetensorError, KeyError, ValueError):
        raise UserError(f"{name}: is no fit; write one with `python -m synthesis dimensions fit`") from None
    return Fit(record, layers)


def _projection(tensors: dict[str, Any], layer: str) -> Projection:
    return Projection(**{part.name: tensors[f"{layer}|{part.name}"] for part in fields(Projection)})
