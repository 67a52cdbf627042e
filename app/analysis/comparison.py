"""People beside networks and published people: the numbers, and the files they become."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from app.analysis import observers
from app.analysis.difficulty import item_difficulty
from app.analysis.export import figure_files
from app.analysis.figures.observers import observers_figure
from app.analysis.service import StudyAnalysis, Trials
from app.analysis.tables import frame_csv


@dataclass(frozen=True)
class Comparison:
    """`curves` and `correlations` have the columns of `app.analysis.observers`."""

    curves: pd.DataFrame
    correlations: pd.DataFrame
    notes: tuple[str, ...]


def compare(trials: Trials, networks: pd.DataFrame, shown: pd.DataFrame) -> Comparison:
    """Networks' answers (`observers.read_answers`) beside people's, on the pictures that the study shows."""
    analysis = trials.analysis
    observed = observers.of_study(networks, analysis.bundle.model, shown)
    curves = observers.network_curves(observed.answers, analysis.conditions)
    points = [(point.condition, point.proportion_correct) for point in analysis.recognition.conditions]
    people = pd.DataFrame(points, columns=["condition", "proportion_correct"])
    found = observers.correlations(observed.answers, curves, people, item_difficulty(trials.kept))
    return Comparison(curves, found, observed.notes)


def compared_files(
    analysis: StudyAnalysis, compared: Comparison | None, published: pd.DataFrame | None, published_model: str
) -> Iterator[tuple[str, bytes]]:
    """The figure in every format, and the correlations."""
    curves = None if compared is None else compared.curves
    yield from figure_files("observers", observers_figure(analysis, curves, published, published_model))
    if compared is not None:
        yield "correlations.csv", frame_csv(compared.correlations)
