"""The spec file of `python -m synthesis dimensions fit`."""

from pydantic import BaseModel, ConfigDict, Field

from synthesis.bundle.spec import FilePath, ModelName, Prepare, Weights


class FitSpec(BaseModel):
    """Which components are fitted, to which pictures.

    `pictures` is a folder of pictures at any depth. `axes` are the channel combinations that Gram matrices
    are reduced to, `components` how many independent ones are sought at each of `layers`. A folder of few
    pictures is made up with crops (`synthesis.dimensions.fitting.FEW`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: ModelName
    weights: Weights = "published"
    layers: list[str] = Field(min_length=1)
    pictures: FilePath
    prepare: Prepare | None = None
    axes: int = Field(default=32, ge=2, le=128)
    components: int = Field(default=10, ge=1, le=100)
    seed: int = Field(default=0, ge=0)
