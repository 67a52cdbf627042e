"""Three networks in one study, from the study file to the tables and the figure, on both databases."""

import io
import json
import shutil
from collections import Counter
from pathlib import Path

import httpx
import numpy as np
import pandas as pd
import pytest
from fastapi import FastAPI
from PIL import Image
from sqlalchemy import select

from app.analysis.figures.figure import FORMATS
from app.analysis.files import all_files, recognition_figure
from app.analysis.report.content import report_of
from app.analysis.report.page import to_html
from app.analysis.results import StudyAnalysis
from app.analysis.service import analyse, answers, quality, trials
from app.core.randomness import generator
from app.db.session import Database
from app.db.tables import Bundle, PlannedTrial, Stimulus, Study, StudyBundle
from app.experiments import service as experiments
from app.simulation.accuracies import study_accuracies
from app.simulation.queries import PlanTruth
from app.stimuli.medium import PAGE_PICTURE_PX
from app.tasks.observer import SimulatedObserver
from synthesis.bundle.manifest import NATURAL
from synthesis.bundle.store import BundleStore
from tests.conftest import create_study
from tests.database import rows_of
from tests.integration.test_analysis import simulate
from tests.integration.test_one_length import conditions_by_address, fetched, headers_of
from tests.integration.test_slots import enter_as_another
from tests.support import CATEGORIES, build_tiny_bundle, networks_study_yaml

pytestmark = pytest.mark.anyio

NATURALS, PRACTICE = 40, 4
LAYERS = {"vgg": ["conv1", "fc8"], "resnet": ["layer1", "layer4"], "inception": ["mixed", "logits"]}
SIZES = {"vgg": 224, "resnet": 224, "inception": 299}
NAMES = [NATURAL, *(f"{network}/{layer}" for network, layers in LAYERS.items() for layer in layers)]
PEOPLE = 7  # a block of plans


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("networks")
    return {
        name: build_tiny_bundle(
            folder / name,
            NATURALS,
            failed=frozenset({(3, 1)}),
            layers=layers,
            model=f"torchvision/{name}",
            size_px=SIZES[name],
        )
        for name, layers in LAYERS.items()
    }


@pytest.fixture
async def links(database: Database, bundles: dict[str, Path], tmp_path: Path) -> dict[str, str]:
    """Codes of the links of an open study of the three networks, with five trials of each condition."""
    file = tmp_path / "networks.yaml"
    entries = [f"bundle: {folder}, layers: all" for folder in bundles.values()]
    file.write_text(networks_study_yaml(entries, trials_per_condition=5, practice_trials=PRACTICE))
    return await create_study(database, file, opened=True)


async def analysis_of(database: Database) -> StudyAnalysis:
    async with database.reading() as session:
        return await analyse(session, "tiny", "simulated")


async def take_part(app: FastAPI, database: Database, code: str, people: int) -> dict[str, float]:
    """Send simulated people through the study; returns the accuracies that they were given."""
    async with database.reading() as session:
        study = await experiments.get_study(session, "tiny")
        held = await experiments.bundles_of_study(session, study.id)
    given = study_accuracies(experiments.conditions_of(experiments.definition_of(study), held), 16)

    def observer(truth: PlanTruth) -> SimulatedObserver:
        return SimulatedObserver(given, CATEGORIES, generator(3, "observer", truth.slot))

    await simulate(app, code, people, observer)
    return given


async def test_from_the_study_file_to_table_figure_and_report(
    app: FastAPI, database: Database, links: dict[str, str]
) -> None:
    given = await take_part(app, database, links["simulated"], PEOPLE)
    async with database.reading() as session:
        analysis = await analyse(session, "tiny", "simulated")
        given_answers, single = await answers(session, analysis), await trials(session, analysis)
        numbers = await quality(session, analysis)
    figure = recognition_figure(analysis)
    table = pd.read_csv(io.BytesIO(FORMATS["csv"].make(figure)), keep_default_na=False)
    assert list(table.columns[:3]) == ["condition", "network", "layer"]
    assert list(table["condition"]) == NAMES == list(given)
    assert list(zip(table["network"], table["layer"], strict=True)) == [
        ("", ""),
        *((network, layer) for network, layers in LAYERS.items() for layer in layers),
    ]
    assert (table["participants"] == PEOPLE).all() and (table["trials"] == 5 * PEOPLE).all()
    reach = 5.959 * table["sem"].astype(float)  # Student's t, 6 degrees of freedom, 99.95 % (table)
    assert ((table["proportion_correct"] - [given[name] for name in NAMES]).abs() < reach.clip(0.1)).all()
    # Three curves, each a series of its own, and one natural point.
    assert figure.spec is not None
    scale = figure.spec["layer"][3]["encoding"]["color"]["scale"]
    assert scale["domain"] == list(LAYERS)
    assert len(set(scale["range"])) == 3
    assert FORMATS["png"].make(figure).startswith(b"\x89PNG")

    counted = single.table.groupby(["participant_id", "condition"]).size()
    assert (counted == 5).all() and len(counted) == PEOPLE * len(NAMES)
    places = single.table[["condition", "network", "layer"]].drop_duplicates()
    assert {tuple(row) for row in places.to_numpy()} == {
        tuple(row) for row in table[["condition", "network", "layer"]].to_numpy()
    }
    assert not single.table.duplicated(["participant_id", "natural_id"]).any()
    files = dict(all_files(given_answers, single))
    effects = pd.read_csv(io.BytesIO(files["stage_effect.csv"]))
    assert list(effects["model"][:3]) == list(LAYERS)
    assert list(effects["effect"]) == ["stage"] * 3 + ["model", "stage", "interaction"]
    assert (effects["df1"][3:] == [2, 1, 2]).all()
    contrasts = pd.read_csv(io.BytesIO(files["network_contrasts.csv"]))
    assert len(contrasts) == 3 * 2 and (contrasts["participants"] == PEOPLE).all()
    page = to_html(report_of(given_answers, single, numbers)).decode()
    for network in LAYERS:
        assert f"{network}, which is the model torchvision/{network}" in page
    assert "All 3 networks had the same natural pictures" in page
    assert "all were served at 224 x 224 px, resampled by Pillow’s LANCZOS filter" in page
    assert "5 main trials in each condition" in page


async def test_natural_pictures_come_once_and_from_the_bundles_in_turn(
    app: FastAPI, database: Database, links: dict[str, str]
) -> None:
    for _ in range(PEOPLE):
        await enter_as_another(app, links["live"])
    stimuli = {one.id: one for one in await rows_of(database, Stimulus)}
    planned = await rows_of(database, PlannedTrial)
    for person in {trial.participant_id for trial in planned}:
        own = [stimuli[trial.stimulus_id].natural_id for trial in planned if trial.participant_id == person]
        assert len(own) == len(set(own)) == PRACTICE + 5 * len(NAMES)
    naturals = {trial.stimulus_id for trial in planned if stimuli[trial.stimulus_id].condition == NATURAL}
    shown = Counter(stimuli[one].natural_id for one in naturals)
    assert set(shown.values()) == {1}  # always the same bundle's copy
    cells = Counter(trial.stimulus_id for trial in planned if trial.phase == "main")
    assert set(cells.values()) == {1}
    async with database.reading() as session:
        study = await experiments.get_study(session, "tiny")
        of_study = await experiments.cells_of(session, study)
    column = [of_study.stimuli[row, 0][0].id for row in range(NATURALS)]
    bundle_of = {one.id: one.bundle_id for one in stimuli.values()}
    for rows in (of_study.practice, sorted(set(range(NATURALS)) - set(of_study.practice))):
        turns = Counter(bundle_of[column[row] or 0] for row in rows)
        assert max(turns.values()) - min(turns.values()) <= 1 and len(turns) == 3


async def test_pictures_of_several_sizes_are_served_as_one(
    client: httpx.AsyncClient, database: Database, links: dict[str, str], bundles: dict[str, Path]
) -> None:
    responses = await fetched(client, links["live"])
    stimuli = await conditions_by_address(database)
    held = {one.id: one for one in await rows_of(database, Bundle)}
    first, *others = responses.values()
    for other in others:
        assert headers_of(other) == headers_of(first)
        assert other.content[:48] == first.content[:48]
        assert len(other.content) == len(first.content)
    sizes = set()
    for address, response in responses.items():
        stimulus = stimuli[address]
        blob = BundleStore(held[stimulus.bundle_id].path).read_blob(stimulus.blob_sha256)
        with Image.open(io.BytesIO(blob)) as made, Image.open(io.BytesIO(response.content)) as shown:
            sizes.add(made.width)
            expected = made.convert("RGB").resize((PAGE_PICTURE_PX,) * 2, Image.Resampling.LANCZOS)
            assert np.array_equal(np.asarray(expected), np.asarray(shown))
            if made.width == PAGE_PICTURE_PX:
                assert np.array_equal(np.asarray(made), np.asarray(shown))
    assert sizes == {224, 299}
    async with database.reading() as session:
        assert await session.scalar(select(Study.picture_px)) == PAGE_PICTURE_PX
    task = (await client.get(f"/api/{links['live']}/session")).json()["task"]
    assert task["image_px"] == PAGE_PICTURE_PX
    assert not any(network in json.dumps(task) for network in LAYERS)


async def test_the_study_keeps_its_bundles_in_order_and_a_draft_takes_others(
    database: Database, bundles: dict[str, Path], tmp_path: Path
) -> None:
    file = tmp_path / "study.yaml"
    for chosen in (["inception", "vgg"], ["vgg", "resnet", "inception"], ["resnet"]):
        file.write_text(networks_study_yaml([f"bundle: {bundles[name]}" for name in chosen]))
        await create_study(database, file, opened=False)
        stored = sorted(await rows_of(database, StudyBundle), key=lambda one: one.position)
        assert [one.network for one in stored] == chosen
        assert len(await rows_of(database, Bundle)) <= 3
    async with database.reading() as session:
        study = await experiments.get_study(session, "tiny")
        assert study.picture_px is None
        cells = await experiments.cells_of(session, study)
    assert cells.conditions.names == (NATURAL, "resnet/layer1", "resnet/layer4")
    assert cells.main_trials == NATURALS - 4 - 1  # one picture failed at the deeper layer, if not in practice


async def test_a_natural_picture_of_other_names_is_one_stimulus(
    app: FastAPI, database: Database, bundles: dict[str, Path], tmp_path: Path
) -> None:
    """A bundle may call the same source otherwise; the first bundle's name is the study's."""
    store = BundleStore(bundles["resnet"])
    manifest = store.read_manifest()
    renamed = manifest.model_copy(
        update={
            "naturals": [one.model_copy(update={"id": f"z{one.id}"}) for one in reversed(manifest.naturals)],
            "items": [one.model_copy(update={"stimulus": f"z{one.stimulus}"}) for one in manifest.items],
        }
    )
    folder = tmp_path / "renamed"
    shutil.copytree(bundles["resnet"], folder)
    BundleStore(folder).write_manifest(renamed)
    file = tmp_path / "study.yaml"
    file.write_text(networks_study_yaml([f"bundle: {bundles['vgg']}", f"bundle: {folder}"], trials=20))
    links = await create_study(database, file, opened=True)
    await take_part(app, database, links["simulated"], 2)
    async with database.reading() as session:
        single = await trials(session, await analyse(session, "tiny", "simulated"))
    assert set(single.table["natural_id"]) <= {f"n{number:03d}" for number in range(NATURALS)}
    assert not single.table.duplicated(["participant_id", "natural_id"]).any()
    by_name = single.table.groupby("natural_id")["category"].nunique()
    assert (by_name == 1).all()
