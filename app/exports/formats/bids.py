"""BIDS: behavioural data without a recording (`beh/`), with what was presented in `stimuli/`.

Brain Imaging Data Structure 1.10, https://bids-specification.readthedocs.io, "Behavioral experiments".
"""

import asyncio
from collections.abc import Iterable

import pandas as pd

from app.analysis.results import StudyAnalysis
from app.core.version import code_version
from app.experiments.service import definition_of
from app.exports import queries
from app.exports.files import Files
from app.exports.formats.sidecars import described, description, in_json, label, tsv
from app.exports.source import Source
from app.tasks.codebook import Column
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError, StorageError

VERSION = "1.10.0"
SUFFIXES = {"image/png": "png", "audio/wav": "wav"}
OF_PEOPLE = (
    Column("participant_id", "text", "", "sub- and the participant's number in the database"),
    Column("slot", "integer", "", "number of the plan in the study's balanced series, from 0"),
    Column("completed", "boolean", "", "the participant finished the study"),
    Column("participant_excluded", "text", "", "the rule by which the participant is left out; n/a if not"),
    Column("utc_offset_minutes", "integer", "min", "the participant's local time less UTC"),
)
# Of the participant, or the same in all rows: not repeated with each trial.
_ELSEWHERE = {"study", "audience", "participant_id", "slot", "completed", "participant_excluded"}
RESPONSE_TIME = Column("response_time", "number", "s", "as rt_ms, in seconds")
STIM_FILE = Column("stim_file", "text", "", "file of the stimulus in the folder stimuli")

ORIGINAL_FILE = Column("original_file", "text", "", "file of the picture that it is told from, there too")


class BidsFormat:
    """All answered main trials, a file per participant."""

    name = "bids"
    title = "BIDS"
    purpose = "Behavioural data (beh) with the stimuli, for archives and tools that know the BIDS standard."
    holds_panel_ids = False
    holds_levels = True

    async def write(self, source: Source, files: Files) -> int:
        analysis = source.analysis
        task = label(analysis.study.name)
        blobs = await queries.blobs(source.session, analysis.study.id)
        originals = await queries.originals(source.session, analysis.study.id)
        people, seen, rows = [], set[str](), 0
        async for number, trials in source.people():
            who = f"sub-{number:04d}"
            people.append((who, *(trials[column.name].iloc[0] for column in OF_PEOPLE[1:])))
            seen.update(trials["blob_sha256"])
            if "original" in trials:
                seen.update(originals[name] for name in trials["original"])
            rows += len(trials)
            with files.open(f"{who}/beh/{who}_task-{task}_beh.tsv") as out:
                out.write(tsv(_of_person(trials, blobs, originals)))
        with files.open("participants.tsv") as out:
            out.write(tsv(pd.DataFrame(people, columns=[column.name for column in OF_PEOPLE])))
        missing = await _write_stimuli(sorted(seen), blobs, files)
        for name, content in _descriptions(source, task, missing):
            with files.open(name) as out:
                out.write(content)
        return rows


def _of_person(
    trials: pd.DataFrame, blobs: dict[str, tuple[str, str]], originals: dict[str, str]
) -> pd.DataFrame:
    rest = trials.drop(columns=list(_ELSEWHERE))
    rest[RESPONSE_TIME.name] = trials["rt_ms"] / 1000
    rest[STIM_FILE.name] = [_file_name(sha256, blobs[sha256][1]) for sha256 in trials["blob_sha256"]]
    if "original" in trials:
        shown = [originals[name] for name in trials["original"]]
        rest[ORIGINAL_FILE.name] = [_file_name(sha256, blobs[sha256][1]) for sha256 in shown]
    return rest


def _file_name(sha256: str, media_type: str) -> str:
    return f"{sha256}.{SUFFIXES[media_type]}"


async def _write_stimuli(seen: Iterable[str], blobs: dict[str, tuple[str, str]], files: Files) -> int:
    """Copy what was presented from its bundles; returns how many could not be read."""
    missing = 0
    for sha256 in seen:
        place, media_type = blobs[sha256]
        try:
            data = await asyncio.to_thread(BundleStore(place).read_blob, sha256)
        except (BundleError, StorageError):
            missing += 1
            continue
        with files.open(f"stimuli/{_file_name(sha256, media_type)}") as out:
            out.write(data)
    return missing


def _descriptions(source: Source, task: str, missing: int) -> list[tuple[str, bytes]]:
    analysis = source.analysis
    definition = definition_of(analysis.study)
    columns = [column for column in source.columns if column.name not in _ELSEWHERE]
    files = (STIM_FILE, ORIGINAL_FILE) if analysis.task.adaptive else (STIM_FILE,)
    of_trials = {column.name: described(column) for column in (*columns, RESPONSE_TIME, *files)}
    whole = {
        "Name": definition.title,
        "BIDSVersion": VERSION,
        "DatasetType": "raw",
        "GeneratedBy": [{"Name": "metamerlab", "Version": code_version()}],
    }
    return [
        ("dataset_description.json", in_json(whole)),
        (f"task-{task}_beh.json", in_json({"TaskName": definition.title, **of_trials})),
        ("participants.json", in_json({one.name: described(one) for one in OF_PEOPLE[1:]})),
        ("README", _readme(analysis, missing).encode()),
    ]


def _readme(analysis: StudyAnalysis, missing: int) -> str:
    lines = [
        description(analysis),
        "",
        "Each participant who answered a main trial has a file in beh, with all of these trials; those that "
        "do not count say by which rule. Its columns are described in the JSON file at the top.",
        "stimuli has the pictures or sounds that were presented, named by the SHA-256 of their bytes.",
        "In the TSV files, text that a spreadsheet would run as a formula has an apostrophe before it.",
    ]
    if missing:
        lines.append(f"{missing} stimuli are missing here: their bundle could not be read.")
    return "\n".join(lines) + "\n"
