"""Psych-DS 1: CSV files below `data/`, with a data dictionary in `dataset_description.json`.

The rules are those of the standard's schema (https://psych-ds.github.io): names of data files are pairs of a
keyword and a value of letters and digits, joined by underscores, and end with `_data.csv`; every column is in
`variableMeasured`.
"""

from collections.abc import Iterable
from typing import Any

from app.analysis.pages import pages_of_study
from app.analysis.results import StudyAnalysis
from app.analysis.tables.steps import step_columns, survey_columns
from app.analysis.tables.written import WRITING, steps_csv, surveys_csv
from app.experiments.service import definition_of
from app.exports.files import Files
from app.exports.formats.sidecars import description, in_json, label
from app.exports.source import Source
from app.tasks.codebook import Column

SCHEMA_VERSION = "1.0.0"


class PsychDsFormat:
    """All answered main trials, steps and answers to surveys."""

    name = "psych-ds"
    title = "Psych-DS"
    purpose = "Tables with a data dictionary for programs, to publish a data set by psychology's standard."
    holds_panel_ids = False
    holds_levels = True

    async def write(self, source: Source, files: Files) -> int:
        analysis, steps = source.analysis, await source.steps()
        with files.open(_data_file(analysis, "trials")) as out:
            async for part in source.trials_csv():
                out.write(part)
        with files.open(_data_file(analysis, "steps")) as out:
            out.write(steps_csv(steps))
        with files.open(_data_file(analysis, "surveys")) as out:
            out.write(surveys_csv(steps))
        with files.open("dataset_description.json") as out:
            out.write(in_json(_dictionary(source)))
        with files.open("README.md") as out:
            out.write(_readme(analysis).encode())
        return analysis.answered


def _data_file(analysis: StudyAnalysis, what: str) -> str:
    return f"data/study-{label(analysis.study.name)}_description-{what}_data.csv"


def _dictionary(source: Source) -> dict[str, Any]:
    analysis = source.analysis
    columns = [
        *source.columns,
        *step_columns(pages_of_study(analysis.study)),
        *survey_columns(),
    ]
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": definition_of(analysis.study).title,
        "description": description(analysis),
        "schemaVersion": SCHEMA_VERSION,
        "keywords": ["model metamers", "psychophysics"],
        "variableMeasured": _variables(columns),
    }


def _variables(columns: Iterable[Column]) -> list[dict[str, str]]:
    """Each name once; what it means in one table is told before what it means in another."""
    meanings: dict[str, list[str]] = {}
    units: dict[str, str] = {}
    for column in columns:
        told = meanings.setdefault(column.name, [])
        if column.description not in told:
            told.append(column.description)
        units.setdefault(column.name, column.unit)
    return [
        {
            "@type": "PropertyValue",
            "name": name,
            "description": "; or: ".join(told),
            **({"unitText": units[name]} if units[name] else {}),
        }
        for name, told in meanings.items()
    ]


def _readme(analysis: StudyAnalysis) -> str:
    lines = [f"# {definition_of(analysis.study).title}", description(analysis)]
    lines.append(
        "A row of the trials is known by participant_id and trial_index, of the steps by "
        "participant_id and position."
    )
    lines += [f"{note[0].upper()}{note[1:]}." for note in WRITING]
    return "\n\n".join(lines) + "\n"
