"""The participant x stage x observer matrix of a study (`app.analysis.matrices.matrix_file`)."""

from collections.abc import Iterator

from app.analysis.matrices.matrix_file import COLUMNS
from app.analysis.results import StudyAnalysis
from app.analysis.tables.csv_tables import table_csv
from app.core.errors import Conflict
from app.exports.files import Files
from app.exports.source import Source

NATURAL_STAGE = 0


class MatrixFormat:
    """Proportions correct of participants who count; a missing cell has no row."""

    name = "matrix"
    title = "Participant x stage matrix"
    purpose = "Each participant's proportion correct at each stage, as the command analyze-matrix reads it."
    holds_panel_ids = False
    holds_levels = False

    async def write(self, source: Source, files: Files) -> int:
        rows = list(matrix_rows(source.analysis))
        if not rows:
            raise Conflict("all_excluded", "the exclusions leave nobody; --format csv writes all trials")
        with files.open("matrix.csv") as out:
            out.write(table_csv(COLUMNS, rows))
        return source.analysis.recognition.trials


def matrix_rows(analysis: StudyAnalysis) -> Iterator[list[object]]:
    """A row per network, participant and stage. Stage 0 is natural, which all networks share."""
    natural, proportions = analysis.conditions[0], analysis.proportions
    for network in analysis.layout.networks:
        layers = [analysis.layout.name(network.name, layer) for layer in network.layers]
        for number, row in proportions.iterrows():
            for stage, condition in enumerate((natural, *layers), start=NATURAL_STAGE):
                if row[condition] == row[condition]:
                    yield [
                        analysis.study.name, network.name, number, stage, condition, "human", row[condition]
                    ]  # fmt: skip
