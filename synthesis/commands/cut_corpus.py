"""`python -m synthesis cut-corpus`: make a corpus of recordings."""

from pathlib import Path
from typing import Annotated

import typer

from synthesis.commands.shared import print_result


def cut_corpus(
    folder: Annotated[
        Path, typer.Argument(help="Recordings with words.csv, or each with a .TextGrid or .json beside it.")
    ],
    out: Annotated[Path, typer.Option(help="Folder of the corpus; a new one.")],
    licence: Annotated[str, typer.Option(help="Of the recordings, for the corpus's record.")],
    vocabulary: Annotated[Path | None, typer.Option(help="A file of words; by default our own 587.")] = None,
    held_out: Annotated[bool, typer.Option("--held-out", help="All voices for testing only.")] = False,
    held_out_voice: Annotated[
        list[str] | None, typer.Option(help="A voice for testing only; can be given several times.")
    ] = None,
    single_words: Annotated[
        bool, typer.Option("--single-words", help="Cut the words out, to be pasted together in clips.")
    ] = False,
) -> None:
    """Make a corpus of recordings whose words' times are known. Prints one JSON line."""
    from synthesis.process.progress import Steps
    from synthesis.speech import recordings
    from synthesis.speech.timings import read_timings
    from synthesis.vocabulary.words import default_vocabulary, read_vocabulary

    words = read_vocabulary(vocabulary) if vocabulary else default_vocabulary()
    speakers = {row.speaker for row in read_timings(folder) if row.word in words}
    tested = held_out or frozenset(held_out_voice or ())
    with Steps("speakers", len(speakers)) as steps:
        manifest = recordings.cut_corpus(folder, words, out, tested, licence, steps, not single_words)
    print_result(
        speakers=len(manifest.shards),
        held_out=sum(shard.held_out for shard in manifest.shards),
        words=sum(shard.words for shard in manifest.shards),
        minutes=round(sum(shard.seconds for shard in manifest.shards) / 60, 1),
    )
