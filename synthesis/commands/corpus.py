"""`python -m synthesis corpus`: have speech engines speak a vocabulary."""

from pathlib import Path
from typing import Annotated

import typer

from synthesis.commands.shared import print_result


def corpus(
    spec: Annotated[Path, typer.Argument(help="SPEC.yaml: voices, vocabulary, seed, ...")],
    out: Annotated[Path, typer.Option(help="Folder of the corpus; an unfinished one is continued.")],
) -> None:
    """Make a corpus of spoken words for training. Prints one JSON line; what is there is kept."""
    from synthesis.common.yaml_file import load_yaml
    from synthesis.process.progress import Steps
    from synthesis.speech.corpus import build_corpus, planned_takes
    from synthesis.speech.corpus_spec import CorpusSpec

    wanted = load_yaml(spec, CorpusSpec)
    with Steps("takes of the vocabulary", len(planned_takes(wanted))) as steps:
        manifest = build_corpus(wanted, out, steps)
    minutes = sum(shard.seconds for shard in manifest.shards) / 60
    words = sum(shard.words for shard in manifest.shards)
    print_result(shards=len(manifest.shards), words=words, minutes=round(minutes, 1))
