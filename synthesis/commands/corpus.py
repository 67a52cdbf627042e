"""`python -m synthesis corpus`: have speech engines speak a vocabulary."""

import json
from pathlib import Path
from typing import Annotated

import typer

from synthesis.common.yaml_file import load_yaml
from synthesis.process.progress import Steps


def corpus(
    spec: Annotated[Path, typer.Argument(help="SPEC.yaml: voices, vocabulary, seed, ...")],
    out: Annotated[Path, typer.Option(help="folder of the corpus; an unfinished one is continued")],
) -> None:
    """Make a corpus of spoken words for training. Prints one JSON line; what is there is kept."""
    from synthesis.speech.corpus import build_corpus, planned_takes
    from synthesis.speech.corpus_spec import CorpusSpec

    wanted = load_yaml(spec, CorpusSpec)
    with Steps("takes of the vocabulary", len(planned_takes(wanted))) as steps:
        manifest = build_corpus(wanted, out, steps)
    minutes = sum(shard.seconds for shard in manifest.shards) / 60
    words = sum(shard.words for shard in manifest.shards)
    typer.echo(json.dumps({"shards": len(manifest.shards), "words": words, "minutes": round(minutes, 1)}))


def cut_corpus(
    folder: Annotated[Path, typer.Argument(help="recordings and words.csv: file, word, start_ms, end_ms")],
    out: Annotated[Path, typer.Option(help="folder of the corpus; a new one")],
    licence: Annotated[str, typer.Option(help="of the recordings, for the corpus's record")],
    vocabulary: Annotated[Path | None, typer.Option(help="a file of words; by default our own 587")] = None,
    held_out: Annotated[bool, typer.Option("--held-out", help="for testing only")] = False,
) -> None:
    """Make a corpus of recordings whose words' times are known. Prints one JSON line."""
    from synthesis.speech import recordings
    from synthesis.vocabulary.words import default_vocabulary, read_vocabulary

    words = read_vocabulary(vocabulary) if vocabulary else default_vocabulary()
    speakers = {row.speaker for row in recordings.read_table(folder) if row.word in words}
    with Steps("speakers", len(speakers)) as steps:
        manifest = recordings.cut_corpus(folder, words, out, held_out, licence, steps)
    found = sum(shard.words for shard in manifest.shards)
    typer.echo(json.dumps({"speakers": len(manifest.shards), "words": found}))
