"""What a synthesis run is asked to make: the schema of SPEC.yaml."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from synthesis.common.errors import UserError


def _beside_the_file(path: Path, info: ValidationInfo) -> Path:
    """A relative path in a YAML file is meant from the folder of that file."""
    folder = (info.context or {}).get("folder")
    return path if folder is None or path.is_absolute() else folder / path


def _module_beside_the_file(model: str, info: ValidationInfo) -> str:
    """A user's own network, `path/module.py:factory`, is named by a path too."""
    path, separator, factory = model.rpartition(":")
    if not separator or not path.endswith(".py"):
        return model
    return f"{_beside_the_file(Path(path), info)}:{factory}"


def _address_or_folder(place: Path | str, info: ValidationInfo) -> Path | str:
    return place if "://" in str(place) else _beside_the_file(Path(place), info)


def _starter_or_file(path: Path, info: ValidationInfo) -> Path:
    return path if path == STARTER_READOUT else _beside_the_file(path, info)


def _reference_or_file(path: Path, info: ValidationInfo) -> Path:
    return path if path == REFERENCE_NULL else _beside_the_file(path, info)


REFERENCE_NULL = Path("reference")  # the word, not a file: the null that ships for the network
STARTER_READOUT = Path("starter")  # the word, not a file: the readout that comes with the starter pictures
FilePath = Annotated[Path, AfterValidator(_beside_the_file)]
ModelName = Annotated[str, AfterValidator(_module_beside_the_file)]
BundlePlace = Annotated[Path | str, AfterValidator(_address_or_folder)]  # a folder, or s3://bucket/prefix
NullPath = Annotated[Path, AfterValidator(_reference_or_file)]
ReadoutPath = Annotated[Path, AfterValidator(_starter_or_file)]
RecipeName = Literal["fast", "feather2019", "feather2023"]
Prepare = Literal["square-resize", "resize-256-crop-224", "none"]
MatchedClamp = Literal["freed", "kept"]
SpaceName = Literal["waveform", "cochleagram"]
DecisionName = Literal["feather", "geirhos", "readout", "words", "own", "letters", "none"]


class FileWeights(BaseModel):
    """Weights from a checkpoint file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: FilePath


class RandomWeights(BaseModel):
    """A network as it is initialised, from this seed: another seed is another network."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    random: int = Field(ge=0)


Weights = Literal["published"] | FileWeights | RandomWeights


def parse_weights(text: str | None) -> Weights:
    """A command line's choice: `published` (also None), `random:SEED`, or a checkpoint file's path.

    Raises `UserError` for a seed that is no number.
    """
    if text is None or text == "published":
        return "published"
    kind, colon, seed = text.partition(":")
    if (kind, colon) != ("random", ":"):
        return FileWeights(file=Path(text))
    if not (seed.isascii() and seed.isdigit()):
        raise UserError(f"--weights {text}: random weights need a seed; say random:0")
    return RandomWeights(random=int(seed))


class SynthesisSpec(BaseModel):
    """One run: every stimulus x layer x seed is one item.

    `model` is a name of ``python -m synthesis models``, `torchvision/NAME`, `timm/NAME`, or a user's own
    `path/module.py:factory`, whose code is run. `layers` are its published layers or any of its graph nodes.

    `weights` are the ones that were published with the network (from a package or a local file, else by the
    library's own download), those of a checkpoint file, or random ones from a seed.

    `stimuli` is a folder with one sub-folder of pictures, or of sounds, per category.

    The null distribution is made from `null_stimuli`, a folder of further natural stimuli (any depth), or
    taken from `null_file`: one that ``python -m synthesis null`` wrote, or the word `reference` for the one
    that ships for the network. With neither it is made from the stimuli themselves.

    `prepare` is what is done with pictures: `square-resize`, as published, takes the largest centre square
    and resizes it; `resize-256-crop-224` resizes the short side and cuts the centre out, for networks of
    another size in their own two numbers; `none` takes files that have the network's size.

    `matched_clamp` is `freed` where the clamp that a layer comes out of passes its gradient on unchanged, as
    published; with `kept` it keeps its own, for the comparison in figure 2 of Feather et al. 2019.
    `decision` names the rule that turns the network's output into one of the categories: `feather` and
    `geirhos` need the 16 published categories and ImageNet classes; `readout` takes the file written by
    ``python -m synthesis readout``, or the word `starter` for the one that comes with the starter pictures;
    `words` takes the best of the words that a network of sounds knows: its categories; `letters` the text
    that a network of speech spells; `none` asks for no answer, so that the null alone certifies.

    With `optimise: cochleagram`, for a network that begins with one, a cochleagram is optimised at the layer,
    and then a waveform to have that cochleagram (Feather et al. 2023, supplement).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: ModelName
    weights: Weights = "published"
    layers: list[str] = Field(min_length=1)
    stimuli: FilePath
    prepare: Prepare | None = Field(default=None, description="of pictures; by default square-resize")
    null_stimuli: FilePath | None = None
    null_file: NullPath | None = None
    seed: int = Field(default=0, ge=0)
    seeds_per_stimulus: int = Field(default=1, ge=1, le=100)
    attempts: int = Field(default=3, ge=1, le=20, description="at an item, each from other noise")
    recipe: RecipeName = "fast"
    max_steps: int | None = Field(default=None, ge=1, description="instead of the recipe's own number")
    matched_clamp: MatchedClamp = "freed"
    decision: DecisionName = "feather"
    readout: ReadoutPath | None = None
    optimise: SpaceName = "waveform"

    @model_validator(mode="after")
    def _fields_that_fit(self) -> "SynthesisSpec":
        if (self.decision == "readout") != (self.readout is not None):
            raise ValueError("decision: readout and readout: FILE go together; give both or neither")
        if self.null_file is not None and self.null_stimuli is not None:
            raise ValueError("null_file and null_stimuli: give one of the two")
        if len(set(self.layers)) != len(self.layers):
            raise ValueError("layers: a layer is named twice")
        return self
