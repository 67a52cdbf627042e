"""People beside networks and published people: the numbers, and the files they become."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from app.analysis.figures.observers import observers_figure
from app.analysis.files import figure_files
from app.analysis.inference import records_csv
from app.analysis.matrices.matrix import Record
from app.analysis.matrices.stage_effect import network_participants, people_and_network
from app.analysis.measures import observers
from app.analysis.measures.consistency import consistency_with_people
from app.analysis.measures.difficulty import item_difficulty
from app.analysis.results import StudyAnalysis, Trials
from app.analysis.tables.csv_tables import frame_csv
from synthesis.common.names import composed


@dataclass(frozen=True)
class Comparison:
    """`curves` and `correlations` have the columns of `measures.observers`, `consistency` those of
    `measures.consistency`; `effects` are the mixed ANOVAs of observer x stage, three per network.
    """

    curves: pd.DataFrame
    correlations: pd.DataFrame
    consistency: pd.DataFrame
    effects: tuple[Record, ...]
    notes: tuple[str, ...]


def compare(trials: Trials, networks: pd.DataFrame, shown: pd.DataFrame) -> Comparison:
    """Networks' answers (`observers.read_answers`) beside people's, on the pictures that the study shows."""
    analysis = trials.analysis
    kept = trials.kept.assign(natural_id=trials.kept["natural_id"].map(composed))
    observed = observers.of_study(networks, shown)
    curves = observers.network_curves(observed.answers, analysis.conditions)
    points = [(point.condition, point.proportion_correct) for point in analysis.recognition.conditions]
    people = pd.DataFrame(points, columns=["condition", "proportion_correct"])
    found = observers.correlations(observed.answers, curves, people, item_difficulty(kept))
    consistency = consistency_with_people(kept, observed.answers, analysis.conditions)
    proportions = analysis.proportions
    effects = [
        record
        for name, network in network_participants(kept, observed.answers).items()
        for made in analysis.layout.networks
        for record in people_and_network(
            analysis.study.name,
            f"{name} on {made.name}" if analysis.layout.several else name,
            proportions[list(analysis.layout.of_network(made))],
            network,
        )
    ]
    return Comparison(curves, found, consistency, tuple(effects), observed.notes)


def compared_files(
    analysis: StudyAnalysis, compared: Comparison | None, published: pd.DataFrame | None, published_model: str
) -> Iterator[tuple[str, bytes]]:
    """The figure in every format, the correlations, error consistency and ANOVAs."""
    curves = None if compared is None else compared.curves
    yield from figure_files("observers", observers_figure(analysis, curves, published, published_model))
    if compared is not None:
        yield "correlations.csv", frame_csv(compared.correlations)
        yield "consistency.csv", frame_csv(compared.consistency)
        yield "observer_by_stage.csv", records_csv(compared.effects)
