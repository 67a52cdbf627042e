"""The published experiments as files: each is checked, opened and taken part in, on small stand-ins."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from fastapi import FastAPI

from app.analysis.results import StudyAnalysis
from app.analysis.service import analyse
from app.core.randomness import generator
from app.db.session import Database
from app.experiments.published import (
    PublishedExperiment,
    published_experiments,
    published_folder,
)
from app.experiments.schemas import StudyDefinition
from app.simulation.accuracies import study_accuracies
from app.simulation.queries import PlanTruth
from app.tasks.observer import SimulatedObserver
from synthesis.bundle.spec import SynthesisSpec
from synthesis.common.yaml_file import load_yaml
from tests.conftest import create_study
from tests.integration.test_analysis import simulate
from tests.integration.test_cli import Cli, cli  # noqa: F401  (a fixture)
from tests.support import build_tiny_bundle, tone

EXPERIMENTS = published_experiments(published_folder())
NAMES = [one.name for one in EXPERIMENTS]
# People, conditions and trials of each (Feather et al. 2019, Methods; 2023, the participant matrices).
PUBLISHED = {
    "2019/images": (16, 1 + 8 + 7 + 7, 10 * 23),
    "2019/words": (16, 1 + 2 * 9, 5 * 19),
    "2019/figure4": (16, 1 + 4 * 9, 5 * 37),
    "2023/vision1": (22, 1 + 8 + 5 + 7 + 7 + 9, 400),
    "2023/vision3": (20, 1 + 6 * 7, 400),
    "2023/vision4": (20, 1 + 5 * 8, 400),
    "2023/vision5": (21, 1 + 4 * 7, 400),
    "2023/vision6": (20, 1 + 5, 400),
    "2023/vision9": (20, 1 + 3 * 8, 400),
    "2023/vision10": (21, 1 + 2 * 8 + 2 * 7, 400),
    "2023/vision16": (23, 1 + 2 * 9, 400),
    "2023/audio1": (20, 1 + 8 + 9, 400),
    "2023/audio3": (20, 1 + 6 * 8, 400),
    "2023/audio6": (20, 1 + 5, 400),
    "2023/audio8": (20, 1 + 5 * 9, 400),
}
NATURALS, PRACTICE, TRIALS = 10, 2, 6


def test_the_numbers_are_the_published_ones() -> None:
    found = {one.name: (one.participants, one.conditions, one.trials) for one in EXPERIMENTS}
    assert len(found) == 19
    assert {name: found[name] for name in PUBLISHED} == PUBLISHED


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=NAMES)
def test_every_network_has_a_spec_of_the_layers_that_are_shown(experiment: PublishedExperiment) -> None:
    paper = experiment.name.partition("/")[0]
    for network in experiment.networks:
        spec = load_yaml(network.spec, SynthesisSpec)
        assert tuple(spec.layers) == network.layers, network.name
        assert spec.recipe == f"feather{paper}"


@pytest.mark.anyio
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=NAMES)
async def test_two_people_can_take_part(
    app: FastAPI, database: Database, experiment: PublishedExperiment, tmp_path: Path
) -> None:
    """On stand-ins of ten stimuli, so with few trials; networks, layers and conditions are the real ones."""
    file = stand_in(experiment, tmp_path)
    links = await create_study(database, file, opened=True)
    empty = await _analysis(database, file)
    given = study_accuracies(empty.layout, len(empty.choices))

    def observer(truth: PlanTruth) -> SimulatedObserver:
        return SimulatedObserver(given, empty.choices, generator(3, "observer", truth.slot))

    answered = await simulate(app, links["simulated"], 2, observer)
    aside = definition_of_file(file).gate_trials + definition_of_file(file).catch_trials
    assert answered == 2 * (PRACTICE + TRIALS + aside)
    analysis = await _analysis(database, file)
    assert (analysis.recognition.participants, analysis.recognition.trials) == (2, 2 * TRIALS)
    assert len(analysis.conditions) == experiment.conditions


def stand_in(experiment: PublishedExperiment, folder: Path) -> Path:
    """The experiment's study file beside tiny bundles of its networks."""
    study = yaml.safe_load(experiment.file.read_text())
    kind = "sound" if study["preset"].startswith("words") else "picture"
    for network in experiment.networks:
        build_tiny_bundle(
            folder / "bundles" / network.name,
            NATURALS,
            frozenset(),
            kind,
            layers=network.layers,
            model=network.name,
        )
    study.pop("trials_per_condition", None)
    study |= {"practice_trials": PRACTICE, "trials": TRIALS}
    if experiment.name.startswith("2023/"):
        steps = study.setdefault("steps", {"trials": {}})
        steps["gate"], steps["trials"]["catch"] = {"trials": 2, "pass_mark": 1}, 2
    file = folder / "studies" / experiment.file.name
    file.parent.mkdir()
    words = folder / "stimuli" / "clear-words" / "cat"
    words.mkdir(parents=True)
    (words / "spoken.wav").write_bytes(tone(1))
    file.write_text(yaml.safe_dump(study, sort_keys=False))
    return file


def definition_of_file(file: Path) -> StudyDefinition:
    return load_yaml(file, StudyDefinition)


async def _analysis(database: Database, file: Path) -> StudyAnalysis:
    async with database.reading() as session:
        return await analyse(session, yaml.safe_load(file.read_text())["name"], "simulated")


def test_check_says_what_is_needed_and_what_is_there(cli: Cli) -> None:  # noqa: F811
    code, out, err = cli("published", "check", "2023/vision1", "2023/audio6", "--json")
    audio, vision = json.loads(out)
    assert (code, err) == (1, "")
    needs = {state["network"]: state for state in (*audio["needs"], *vision["needs"])}
    assert needs["resnet50"]["weights_are"] in {"here", "fetched when needed"}
    assert "torchvision ResNet50_Weights.IMAGENET1K_V1" in needs["resnet50"]["weights"]
    assert (needs["cornet_s"]["problem"], needs["cornet_s"]["weights_are"]) == ("", "missing")
    assert (needs["spectemp_filters"]["problem"], needs["spectemp_filters"]["weights_are"]) == ("", "missing")
    assert not needs["resnet50"]["stimuli_here"] and not needs["resnet50"]["made"]


def test_check_sees_weights_stimuli_and_bundles_in_a_copy_of_the_files(cli: Cli, tmp_path: Path) -> None:  # noqa: F811
    copy = tmp_path / "mine"
    shutil.copytree(published_folder(), copy)
    (copy / "2019/stimuli/words").mkdir(parents=True)
    (copy / "2019/weights").mkdir()
    (copy / "2019/weights/vggish.pt").write_bytes(b"")
    build_tiny_bundle(copy / "2019/bundles/deepspeech", NATURALS, kind="sound")
    code, out, _ = cli("published", "check", "2019/other-ears", "--folder", copy)
    assert code == 0
    assert "vggish" in out and "weights here: " in out
    assert "deepspeech" in out and "metamers made" in out


def test_check_names_a_network_that_there_is_not(cli: Cli, tmp_path: Path) -> None:  # noqa: F811
    copy = tmp_path / "mine"
    shutil.copytree(published_folder(), copy)
    spec = copy / "2023/networks/hmax_standard.yaml"
    spec.write_text(spec.read_text().replace("model: hmax_standard", "model: hmax_of_mine"))
    code, out, _ = cli("published", "check", "2023/vision6", "--folder", copy)
    assert code == 1
    assert "the network 'hmax_of_mine' is not among those of `python -m synthesis models`" in out


def test_mistakes_are_one_line(cli: Cli, tmp_path: Path) -> None:  # noqa: F811
    code, _, err = cli("published", "check", "2023/vision2")
    assert code == 1 and err.startswith("error: there is no experiment '2023/vision2'; there are 2019/")
    code, _, err = cli("published", "list", "--folder", tmp_path)
    assert code == 1 and err == f"error: {tmp_path}: holds no PAPER/studies/EXPERIMENT.yaml\n"


def test_list_names_every_experiment(cli: Cli) -> None:  # noqa: F811
    code, out, _ = cli("published", "list")
    assert code == 0 and len(out.splitlines()) == len(EXPERIMENTS) + 1
    assert "2023/vision1 " in out and " 22 people " in out and " 37 conditions " in out
