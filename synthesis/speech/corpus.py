"""Building a corpus: every voice speaks the vocabulary, a shard per take; what is there is kept.

A corpus is a folder with `manifest.json` and one `.npz` file per shard. Shards are written whole, so a build
that was interrupted goes on with the first one that is missing.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from scipy.signal import resample

from synthesis.common.errors import UserError
from synthesis.common.files import write_atomically
from synthesis.common.stopping import look
from synthesis.process.lock import exclusive_folder
from synthesis.process.progress import Counter
from synthesis.speech.corpus_spec import CorpusManifest, CorpusSpec, EngineRecord, Shard, VoiceSpec
from synthesis.speech.engine import SentenceEngine, SpeechEngine, Waveform
from synthesis.speech.engines import load_engine
from synthesis.speech.running import RunningSpeech, Span
from synthesis.speech.sentences import make_sentences
from synthesis.speech.takes import SAMPLE_RATE_HZ, Takes, to_take
from synthesis.vocabulary.words import default_vocabulary, read_vocabulary

_TRIES = 3
LoadEngine = Callable[[str], SpeechEngine]


def spec_vocabulary(spec: CorpusSpec) -> tuple[str, ...]:
    return read_vocabulary(spec.vocabulary) if spec.vocabulary else default_vocabulary()


def planned_takes(spec: CorpusSpec) -> list[tuple[VoiceSpec, int]]:
    """Each voice with the number of each of its takes, in the order they are made."""
    return [(voice, take) for voice in spec.voices for take in range(voice.takes)]


def build_corpus(
    spec: CorpusSpec, out: Path, counter: Counter, load: LoadEngine = load_engine
) -> CorpusManifest:
    """Make the shards that are missing in `out`, then the manifest.

    Raises
    ------
    EngineMissing
        Before anything is written, if an engine of the spec is not installed.
    UserError
        `out` holds a corpus of another spec, or is being written by another process, or a voice is unknown.
    """
    vocabulary = spec_vocabulary(spec)
    engines = {name: load(name) for name in dict.fromkeys(voice.engine for voice in spec.voices)}
    _check_voices(spec, engines)
    with exclusive_folder(out, "corpus"):
        manifest = _begin(spec, vocabulary, engines, out)
        done = {shard.file for shard in manifest.shards}
        for voice, take in planned_takes(spec):
            if _file(voice, take) in done:
                counter.skip()
                continue
            shard = _make_shard(engines[voice.engine], voice, take, spec, vocabulary, out)
            manifest = manifest.model_copy(update={"shards": (*manifest.shards, shard)})
            _write(manifest, out)
            counter.advance()
    return manifest


def _check_voices(spec: CorpusSpec, engines: dict[str, SpeechEngine]) -> None:
    for voice in spec.voices:
        if voice.voice not in engines[voice.engine].voices:
            known = ", ".join(engines[voice.engine].voices)
            raise UserError(f"{voice.engine} has no voice {voice.voice!r}; it has {known}")
        if voice.sentences and not isinstance(engines[voice.engine], SentenceEngine):
            raise UserError(
                f"{voice.engine} does not say when it speaks which word, so it cannot make running speech; "
                "leave sentences out, or take espeak or flite"
            )


def _begin(
    spec: CorpusSpec, vocabulary: tuple[str, ...], engines: dict[str, SpeechEngine], out: Path
) -> CorpusManifest:
    """The manifest of an earlier run of the same spec, else a new one."""
    records = {name: EngineRecord(version=it.version, licence=it.licence) for name, it in engines.items()}
    fresh = CorpusManifest(
        sample_rate_hz=SAMPLE_RATE_HZ, vocabulary=vocabulary, spec=spec, engines=records, shards=()
    )
    if not (out / "manifest.json").exists():
        return fresh
    earlier = read_manifest(out)
    if earlier.model_copy(update={"shards": ()}) != fresh:
        raise UserError(
            f"{out}: holds a corpus of another spec or other engine versions; name another folder"
        )
    return earlier


def read_manifest(folder: Path) -> CorpusManifest:
    """A corpus folder's manifest. Raises `UserError` if there is none, or none of this format."""
    try:
        return CorpusManifest.model_validate_json((folder / "manifest.json").read_bytes())
    except OSError:
        raise UserError(
            f"{folder}: no corpus (no manifest.json); make one: python -m synthesis corpus"
        ) from None
    except ValueError:
        raise UserError(f"{folder / 'manifest.json'}: not a corpus manifest of this version") from None


def _write(manifest: CorpusManifest, out: Path) -> None:
    write_atomically(out / "manifest.json", manifest.model_dump_json(indent=1).encode())


def _make_shard(
    engine: SpeechEngine,
    voice: VoiceSpec,
    take: int,
    spec: CorpusSpec,
    vocabulary: tuple[str, ...],
    out: Path,
) -> Shard:
    name = f"{voice.engine} {voice.voice}"
    rng = np.random.default_rng([spec.seed, zlib.crc32(name.encode()), take])
    takes: Takes | RunningSpeech
    if voice.sentences and isinstance(engine, SentenceEngine):
        takes = RunningSpeech.join(list(_speak_sentences(engine, voice, spec, vocabulary, rng)))
    else:
        takes = _single_words(engine, voice, spec, vocabulary, rng)
    data = takes.to_bytes()
    file = _file(voice, take)
    write_atomically(out / file, data)
    return Shard(
        kind="running" if voice.sentences else "words",
        file=file,
        engine=voice.engine,
        voice=voice.voice,
        take=take,
        held_out=voice.held_out,
        words=len(takes.words),
        seconds=round(len(takes.audio) / SAMPLE_RATE_HZ, 2),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _file(voice: VoiceSpec, take: int) -> str:
    kind = "_running" if voice.sentences else ""
    return f"{voice.engine}_{voice.voice}_{take}{kind}.npz".replace("+", "_").replace("/", "_")


def _single_words(
    engine: SpeechEngine,
    voice: VoiceSpec,
    spec: CorpusSpec,
    vocabulary: tuple[str, ...],
    rng: np.random.Generator,
) -> Takes:
    words = np.sort(rng.permutation(len(vocabulary))[: max(1, round(voice.share * len(vocabulary)))])
    spoken = [(int(word), said) for word, said in _speak(engine, voice, spec, vocabulary, words, rng)]
    return Takes.join([said for _, said in spoken], [word for word, _ in spoken])


def _speak_sentences(
    engine: SentenceEngine,
    voice: VoiceSpec,
    spec: CorpusSpec,
    vocabulary: tuple[str, ...],
    rng: np.random.Generator,
) -> Iterator[tuple[Waveform, list[tuple[int, Span]]]]:
    """Each sentence at 20 kHz, with the places of its words in the vocabulary and in time."""
    places = {word: place for place, word in enumerate(vocabulary)}
    for sentence in make_sentences(vocabulary, voice.sentences, rng):
        look()
        rate, pitch = rng.uniform(*spec.rate), rng.uniform(*spec.pitch)
        factor = float(np.exp(rng.uniform(*np.log(spec.resampling))))
        said = engine.speak_sentence(
            sentence, voice.voice, rate=rate, pitch=pitch, seed=int(rng.integers(2**31))
        )
        samples = round(len(said.spoken.waveform) * SAMPLE_RATE_HZ / (said.spoken.sample_rate_hz * factor))
        words = [
            (places[sentence[place]], (start_s / factor, end_s / factor))
            for place, start_s, end_s in said.words
            if sentence[place] in places
        ]
        if words:
            yield resample(said.spoken.waveform, samples).astype(np.float32), words


def _speak(
    engine: SpeechEngine,
    voice: VoiceSpec,
    spec: CorpusSpec,
    vocabulary: tuple[str, ...],
    words: np.ndarray,
    rng: np.random.Generator,
) -> Iterator[tuple[int, Waveform]]:
    """Each word with its take; a word that comes out too short or too long is tried again, then left out."""
    for word in words:
        look()
        for _ in range(_TRIES):
            rate, pitch = rng.uniform(*spec.rate), rng.uniform(*spec.pitch)
            resampling = float(np.exp(rng.uniform(*np.log(spec.resampling))))
            seed = int(rng.integers(2**31))
            said = engine.synthesise(vocabulary[word], voice.voice, rate=rate, pitch=pitch, seed=seed)
            take = to_take(said, resampling)
            if take is not None:
                yield int(word), take
                break
