"""Known thresholds, found again: simulated people through the interface that people use."""

from pathlib import Path

import httpx
import pandas as pd
import pytest
import yaml
from fastapi import FastAPI

from app.adaptive.registry import PROCEDURES
from app.analysis.service import analyse
from app.analysis.thresholds.results import Measured
from app.analysis.thresholds.service import measured_of
from app.core.errors import Conflict, Invalid
from app.db.session import Database
from app.db.tables import PlannedTrial, Response
from app.simulation.people.kinds import KINDS
from app.simulation.visits import run, visits_of
from synthesis.bundle.dimensions import CONTROL
from synthesis.common.wording import readable_layer
from tests.conftest import create_study
from tests.database import rows_of
from tests.support import abx_study_yaml
from tests.threshold_bundle import build_dimension_bundle

pytestmark = pytest.mark.anyio
PEOPLE = 8
NEAR, DEEP = (readable_layer(name) for name in ("block2", "block10"))
THREE_APART = {"block2/1+": 0.5, "block10/1+": 1.5, "block10/2-": 1.5, CONTROL: 0.04}
ALIKE = {"block2/1+": 0.9, "block10/1+": 0.9, "block10/2-": 0.9, CONTROL: 0.04}


@pytest.fixture(scope="module")
def dimension_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_dimension_bundle(tmp_path_factory.mktemp("bundles") / "dimensions")


@pytest.fixture(autouse=True)
def known_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans follow from it: the same people see the same in every run. It was not chosen by what is found."""
    monkeypatch.setattr("app.experiments.service.new_token", lambda: "truth")


async def _simulated(
    app: FastAPI,
    folder: Path,
    bundle: Path,
    thresholds: dict[str, float],
    adaptive: str,
    kinds: list[str],
    person_sd_octaves: float = 0.3,
    **fields: object,
) -> Measured:
    database: Database = app.state.database
    study, given = folder / "study.yaml", folder / "thresholds.yaml"
    study.write_text(abx_study_yaml(bundle, adaptive=adaptive, **fields))
    given.write_text(yaml.safe_dump({"thresholds": thresholds, "person_sd_octaves": person_sd_octaves}))
    await create_study(database, study, opened=True)
    async with database.reading() as session:
        visits = await visits_of(session, "abx", 0, [KINDS[name] for name in kinds], given)
    url = app.state.settings.database_url
    await run(visits, "http://localhost", url, lambda: None, lambda: httpx.ASGITransport(app))
    async with database.reading() as session:
        return await measured_of(session, await analyse(session, "abx", "simulated"))


def _between_layers(measured: Measured) -> pd.Series:
    table = measured.contrasts
    of_layers = table[table["scale"].eq("coordinate") & table["between"].eq("layers")]
    (found,) = [row for _, row in of_layers.iterrows() if {row["a"], row["b"]} == {NEAR, DEEP}]
    return found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # test_abx_sessions is on both
async def test_layers_whose_thresholds_are_three_times_apart_differ(
    app: FastAPI, tmp_path: Path, dimension_bundle: Path
) -> None:
    adaptive = "trials_per_dimension: 40"
    measured = await _simulated(app, tmp_path, dimension_bundle, THREE_APART, adaptive, ["layers"] * PEOPLE)
    found = _between_layers(measured)
    ratio = found["ratio"] if found["a"] == DEEP else 1 / found["ratio"]
    assert found["participants"] == PEOPLE
    assert 2 <= ratio <= 4.5
    assert found["p_holm"] < 0.05


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_layers_whose_thresholds_are_alike_do_not(
    app: FastAPI, tmp_path: Path, dimension_bundle: Path
) -> None:
    adaptive = "trials_per_dimension: 40"
    # Alike in each person: eight people who vary are not alike on average.
    measured = await _simulated(app, tmp_path, dimension_bundle, ALIKE, adaptive, ["layers"] * PEOPLE, 0.0)
    found = _between_layers(measured)
    assert 0.75 <= found["ratio"] <= 1.33
    assert found["p"] > 0.05


@pytest.mark.parametrize("procedure", sorted(PROCEDURES))
async def test_every_procedure_measures_through_the_interface(
    app: FastAPI, tmp_path: Path, dimension_bundle: Path, procedure: str
) -> None:
    adaptive = f"procedure: {procedure}, trials_per_dimension: 20"
    measured = await _simulated(app, tmp_path, dimension_bundle, THREE_APART, adaptive, ["layers"] * 2)
    assert measured.participants == 2
    assert set(measured.fits["trials"]) == {20}
    assert measured.trials["asked_level"].nunique() > 4


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_guessing_and_one_sided_people_are_named(
    app: FastAPI, tmp_path: Path, dimension_bundle: Path
) -> None:
    kinds = ["guessing", "one_sided", "layers", "ideal", "lapsing"]
    adaptive = "trials_per_dimension: 20, catch_share: 0.3"
    measured = await _simulated(app, tmp_path, dimension_bundle, THREE_APART, adaptive, kinds)
    observers = measured.observers
    assert observers["guesses"].tolist() == [True, True, False, False, False]
    assert observers["one_sided"].tolist() == [False, True, False, False, False]
    said = " ".join(measured.warnings)
    assert "Participant 1 may have guessed" in said and "Participant 2 prefers one answer" in said


async def test_the_stopping_rule_ends_sessions_early_and_bounds_what_is_not_known(
    app: FastAPI, tmp_path: Path, dimension_bundle: Path
) -> None:
    rule = "trials_per_dimension: 60, sd_octaves: 0.6, least_trials: 10"
    measured = await _simulated(app, tmp_path, dimension_bundle, THREE_APART, rule, ["layers"] * 3)
    answered = len(await rows_of(app.state.database, Response))
    planned = await rows_of(app.state.database, PlannedTrial)
    assert answered < len(planned)
    assert answered == sum(one.dropped_at is None for one in planned)
    assert measured.fits["sd_octaves"].max() <= 0.6
    assert measured.fits["trials"].min() >= 10


async def test_who_fails_catch_trials_is_left_out(
    app: FastAPI, tmp_path: Path, dimension_bundle: Path
) -> None:
    adaptive = "trials_per_dimension: 6, catch_share: 0.5"  # 12 of them
    rule = "{catch_right_below: 11}"
    kinds = ["one_sided", "ideal"]
    measured = await _simulated(app, tmp_path, dimension_bundle, ALIKE, adaptive, kinds, exclusions=rule)
    assert measured.participants == 1
    observers = measured.observers.set_index("participant_id")
    assert observers["catch_trials"].tolist() == [12, 12] and observers["catch_right"].tolist()[1] == 12
    assert observers["participant_excluded"].tolist() == ["catch", ""]


@pytest.mark.parametrize(
    ("thresholds", "complaint"),
    [
        ({"nose": 1.0}, "'nose' is no dimension of the study"),
        ({"block2/1+": 1.0}, "'block10/1\\+' has no threshold"),
        ({**ALIKE, CONTROL: 0.0}, "must be above 0"),
    ],
)
async def test_thresholds_that_do_not_fit_are_refused(
    app: FastAPI, tmp_path: Path, dimension_bundle: Path, thresholds: dict[str, float], complaint: str
) -> None:
    with pytest.raises(Invalid, match=complaint):
        await _simulated(app, tmp_path, dimension_bundle, thresholds, "source: grid", ["layers"])


async def test_thresholds_are_for_studies_that_measure_them(
    database: Database, open_links: dict[str, str], tmp_path: Path
) -> None:
    async with database.reading() as session:
        with pytest.raises(Conflict, match="--thresholds: the study 'tiny' measures none"):
            await visits_of(session, "tiny", 0, [KINDS["layers"]], tmp_path / "none.yaml")
