"""What a run with graphs is asked to make: the schema of a SPEC.yaml that has the field `graphs`."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)

from synthesis.bundle.graphs import Optimised
from synthesis.bundle.spec import ModelName

Architecture = Literal["gcn", "gat", "sage", "gin", "cheb", "mlp", "dense-gcn"]
ARCHITECTURES: tuple[str, ...] = ("gcn", "gat", "sage", "gin", "cheb", "mlp", "dense-gcn")
Activation = Literal["relu", "elu"]
FeatureKind = Literal["real", "non-negative", "binary"]
Kept = Literal["edges", "degrees"]
Weights = Literal["trained", "random"]


def _file_beside(graphs: str, info: ValidationInfo) -> str:
    """A name of the program's data sets, or a .npz file, meant from the folder of the spec."""
    folder = (info.context or {}).get("folder")
    if not graphs.endswith(".npz") or folder is None or Path(graphs).is_absolute():
        return graphs
    return str(folder / graphs)


def _architecture(name: str) -> str:
    if name in ARCHITECTURES or ".py:" in name:
        return name
    raise ValueError(f"unknown network {name!r}; known: {', '.join(ARCHITECTURES)}, or FILE.py:FACTORY")


def _from_name(given: Any) -> Any:
    return {"kind": given} if isinstance(given, str) else given


class GraphNetworkSpec(BaseModel):
    """A network: `kind`, and how it is built and trained. `depth` counts its graph layers, each `width` wide.

    With `adversarial` it is trained on features that were moved against it, in each dimension by up to a
    quarter of the features' standard deviation.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Annotated[ModelName, AfterValidator(_architecture)]
    width: int = Field(default=16, ge=1, le=1024)
    depth: int = Field(default=2, ge=1, le=32)
    activation: Activation = "relu"
    residual: bool = False
    adversarial: bool = False

    @property
    def title(self) -> str:
        """Its kind, and in what it differs from the usual."""
        own = Path(self.kind.rpartition(":")[0]).stem if ".py:" in self.kind else self.kind
        parts = [own]
        parts += [self.activation] if self.activation != "relu" else []
        parts += ["residual"] if self.residual else []
        parts += ["adversarial"] if self.adversarial else []
        parts += [f"width{self.width}"] if self.width != 16 else []
        parts += [f"depth{self.depth}"] if self.depth != 2 else []
        return "-".join(parts)


class GraphSpec(BaseModel):
    """One run: every graph x network x layer x what is optimised x restart is one item.

    `graphs` is one of the program's data sets, or a .npz file (docs/graphs.md). Of a set with a label for
    each graph, the first `originals` graphs that were not trained on get metamers.

    Each network is trained, or left as it is initialised, once for each of `seeds` seeds. `layers` are those
    that are matched, by default all.

    `optimise` says what is free: the features at the nodes, with the edges fixed, or the edges, with the
    features fixed. `features` is what features may be: any numbers, non-negative ones, or as many ones among
    zeros as the original has. `keep` is what the edges keep: their number, or every node's degree.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    graphs: Annotated[str, AfterValidator(_file_beside)]
    originals: int = Field(default=4, ge=1, le=1000)
    networks: list[Annotated[GraphNetworkSpec, BeforeValidator(_from_name)]] = Field(min_length=1)
    weights: list[Weights] = Field(default=["trained"], min_length=1)
    seeds: int = Field(default=5, ge=1, le=100)
    epochs: int = Field(default=200, ge=1, le=100_000)
    layers: list[str] | None = Field(default=None, min_length=1)
    optimise: list[Optimised] = Field(default=["features"], min_length=1)
    features: FeatureKind = "real"
    keep: Kept = "edges"
    restarts: int = Field(default=2, ge=1, le=100)
    max_steps: int = Field(default=1000, ge=1)
    seed: int = Field(default=0, ge=0)
    geometry: bool = Field(default=True, description="ranks of Jacobians and changes of volume")

    @model_validator(mode="after")
    def _named_once(self) -> "GraphSpec":
        for field in ("weights", "layers", "optimise"):
            values = getattr(self, field) or []
            if len(set(values)) != len(values):
                raise ValueError(f"{field}: one is named twice")
        titles = [network.title for network in self.networks]
        if len(set(titles)) != len(titles):
            raise ValueError("networks: two would have the same name; let them differ")
        return self
