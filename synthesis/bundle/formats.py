"""What a stimulus is when it is served: one format per kind of stimulus, found by the kind's name.

Another kind registers its format here, its medium with `synthesis.media.registry`, and can then be made,
certified and verified.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import BeforeValidator, Field, SerializeAsAny, ValidationError

from synthesis.bundle.record import Record
from synthesis.common.json_file import first_problem


class StimulusFormat(Record):
    """`kind` names the kind, to programs and people; `media_type` is that of the served files.

    As text (`str`) a format is what people read of it.
    """

    kind: str
    media_type: ClassVar[str]


Format = TypeVar("Format", bound=StimulusFormat)
_formats: dict[str, type[StimulusFormat]] = {}


def register_format(known: type[Format]) -> type[Format]:
    """Let manifests be read that hold stimuli of this format; `kind` must have a default."""
    _formats[known.model_fields["kind"].default] = known
    return known


@register_format
class PictureFormat(StimulusFormat):
    """A served picture: a square PNG, 8 bits per channel."""

    media_type: ClassVar[str] = "image/png"
    kind: Literal["picture"] = "picture"
    size_px: int = Field(gt=0)

    def __str__(self) -> str:
        return f"{self.size_px} x {self.size_px} px"


@register_format
class SoundFormat(StimulusFormat):
    """A served sound: a mono WAV of 16-bit PCM, exactly `samples` long."""

    media_type: ClassVar[str] = "audio/wav"
    kind: Literal["sound"] = "sound"
    sample_rate_hz: int = Field(gt=0)
    samples: int = Field(gt=0)

    def __str__(self) -> str:
        return f"{self.samples / self.sample_rate_hz:g} s at {self.sample_rate_hz} Hz"


@register_format
class GraphFormat(StimulusFormat):
    """A stored graph: arrays in an npz of fixed bytes (`synthesis.graphs.files`). Sizes of graphs differ."""

    media_type: ClassVar[str] = "application/x-graph+npz"
    kind: Literal["graph"] = "graph"
    features: int = Field(gt=0, description="numbers at each node")
    classes: int = Field(gt=1)
    labels: Literal["nodes", "graphs"] = Field(description="what has a label")

    def __str__(self) -> str:
        return f"{self.features} features per node, {self.classes} classes of {self.labels}"


def _of_its_kind(given: Any) -> StimulusFormat:
    if isinstance(given, StimulusFormat):
        return given
    kind = given.get("kind") if isinstance(given, Mapping) else None
    known = _formats.get(str(kind))
    if known is None:
        raise ValueError(f"stimuli of the kind {kind!r} are not known here; known: {', '.join(_formats)}")
    try:
        return known.model_validate(given)
    except ValidationError as error:
        raise ValueError(first_problem(error)) from None


AnyFormat = Annotated[SerializeAsAny[StimulusFormat], BeforeValidator(_of_its_kind)]
