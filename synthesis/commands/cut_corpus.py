"""`python -m synthesis cut-corpus`: take words out of recordings."""

from pathlib import Path
from typing import Annotated

import typer

from synthesis.commands.shared import print_result


def cut_corpus(
    folder: Annotated[Path, typer.Argument(help="Recordings and words.csv: file, word, start_ms, end_ms.")],
    out: Annotated[Path, typer.Option(help="Folder of the corpus; a new one.")],
    licence: Annotated[str, typer.Option(help="Of the recordings, for the corpus's record.")],
    vocabulary: Annotated[Path | None, typer.Option(help="A file of words; by default our own 587.")] = None,
    held_out: Annotated[bool, typer.Option("--held-out", help="For testing only.")] = False,
) -> None:
    """Make a corpus of recordings whose words' times are known. Prints one JSON line."""
    from synthesis.process.progress import Steps
    from synthesis.speech import recordings
    from synthesis.vocabulary.words import default_vocabulary, read_vocabulary

    words = read_vocabulary(vocabulary) if vocabulary else default_vocabulary()
    speakers = {row.speaker for row in recordings.read_table(folder) if row.word in words}
    with Steps("speakers", len(speakers)) as steps:
        manifest = recordings.cut_corpus(folder, words, out, held_out, licence, steps)
    print_result(speakers=len(manifest.shards), words=sum(shard.words for shard in manifest.shards))
