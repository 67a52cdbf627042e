"""What a corpus of takes is made of: the spec file of `python -m synthesis corpus`, and its manifest."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from synthesis.bundle.spec import FilePath
from synthesis.speech.speakers import speaker

Bounds = tuple[Annotated[float, Field(gt=0.3, lt=3)], Annotated[float, Field(gt=0.3, lt=3)]]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class VoiceSpec(_Strict):
    """One voice of one engine."""

    engine: str
    voice: str
    takes: int = Field(default=1, ge=1, le=100)
    share: float = Field(default=1.0, gt=0, le=1)
    """Of the vocabulary, drawn anew for each take: slow engines can lend more voices for the same time."""
    sentences: int = Field(default=0, ge=0)
    """If above 0, each take is running speech: so many sentences of vocabulary words and common ones."""
    held_out: bool = False
    """For testing: training never uses it."""

    @model_validator(mode="after")
    def _words_or_sentences(self) -> Self:
        if self.sentences and self.share != 1:
            raise ValueError("share: sentences go through the vocabulary in turn; leave it out")
        return self


class CorpusSpec(_Strict):
    """Takes of each word by each voice, with rate, pitch and resampling drawn per take of a word."""

    voices: list[VoiceSpec] = Field(min_length=1)
    vocabulary: FilePath | None = None
    """A file of words; by default our own 587."""
    seed: int = Field(default=0, ge=0)
    rate: Bounds = (0.8, 1.3)
    pitch: Bounds = (0.75, 1.35)
    resampling: Bounds = (0.88, 1.14)
    """Factor on all frequencies (a longer or shorter vocal tract); its logarithm is drawn uniformly."""

    @model_validator(mode="after")
    def _bounds_in_order(self) -> Self:
        for name in ("rate", "pitch", "resampling"):
            low, high = getattr(self, name)
            if low > high:
                raise ValueError(f"{name}: the lower bound {low} is above the upper {high}")
        held_out: dict[str, bool] = {}
        listed: set[tuple[str, bool]] = set()
        for voice in self.voices:
            name, running = f"{voice.engine} {voice.voice}", voice.sentences > 0
            if held_out.setdefault(speaker(name), voice.held_out) != voice.held_out:
                raise ValueError(f"voices: the speaker of {name} is held out and trained on")
            if (name, running) in listed:
                raise ValueError(f"voices: {name} is listed twice")
            listed.add((name, running))
        return self


class Shard(_Strict):
    """One take by one voice: a .npz file of `synthesis.speech.takes.Takes`, or of `RunningSpeech`."""

    kind: Literal["words", "running"] = "words"
    file: str
    engine: str
    voice: str
    take: int
    held_out: bool
    words: int
    seconds: float
    sha256: str


class EngineRecord(_Strict):
    version: str
    licence: str


class CorpusManifest(_Strict):
    format: Literal["metamerlab-corpus/1"] = "metamerlab-corpus/1"
    sample_rate_hz: int
    vocabulary: tuple[str, ...]
    spec: CorpusSpec | None
    """None: the takes were cut from recordings."""
    engines: dict[str, EngineRecord]
    shards: tuple[Shard, ...]
