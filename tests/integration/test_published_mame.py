"""The published experiment on thresholds as files: its numbers, and its plans on small pictures."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from app.core.resources import resource_folder
from app.experiments.abx_design import AbxDesign
from app.experiments.checking import check_study
from app.experiments.schemas import StudyDefinition
from synthesis.bundle.dimensions import CONTROL, Dimension
from synthesis.common.yaml_file import load_yaml
from synthesis.dimensions.grid_spec import GridSpec
from synthesis.dimensions.spec import FitSpec
from tests import threshold_bundle

FOLDER = resource_folder("examples") / "mame"
ECCENTRICITIES_DEG = (4.0, 8.0, 12.0)
PEOPLE = 8


def test_the_numbers_are_the_published_ones() -> None:
    """Kamao et al. 2025: 3 layers x 3 components x 2 directions x 3 eccentricities, 8 participants."""
    fit, grid = load_yaml(FOLDER / "fit.yaml", FitSpec), load_yaml(FOLDER / "grid.yaml", GridSpec)
    assert fit.layers == ["conv1", "layer3", "avgpool"] and fit.components == 100
    assert Counter(one.layer for one in grid.dimensions) == dict.fromkeys(fit.layers, 6)
    assert {one.direction for one in grid.dimensions} == {"+", "-"}
    studies = [load_yaml(file, StudyDefinition) for file in FOLDER.glob("study-*.yaml")]
    assert sorted(one.display["eccentricity_deg"] for one in studies) == list(ECCENTRICITIES_DEG)
    assert len(grid.dimensions) * len(studies) == 54
    for study in studies:
        assert (study.participants, study.measuring.procedure) == (PEOPLE, "two-down-one-up")
        shown = study.parameters
        names = ("fixation_ms", "picture_ms", "gap_ms", "last_gap_ms")
        times_ms = tuple(getattr(shown, name) for name in names)
        assert times_ms == (1500, 200, 500, 1000)


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files beside a bundle of small pictures that has the published dimensions and the control."""
    grid = load_yaml(FOLDER / "grid.yaml", GridSpec)
    dimensions = [
        Dimension(id=one.id, layer=one.layer, component=one.component, direction=one.direction)
        for one in grid.dimensions
    ]
    control = Dimension(id=CONTROL, unit="rms")
    monkeypatch.setattr(threshold_bundle, "DIMENSIONS", (*dimensions, control))
    copy = Path(shutil.copytree(FOLDER, tmp_path / "mame"))
    threshold_bundle.build_dimension_bundle(copy / "grid")
    return copy


@pytest.mark.parametrize("file", ["study-4deg.yaml", "study-8deg.yaml", "study-12deg.yaml"])
def test_every_dimension_is_given_out_equally_often(stand_in: Path, file: str) -> None:
    design = check_study(stand_in / file).design
    assert isinstance(design, AbxDesign)
    assert (len(design.dimensions), design.per_session) == (19, 7)
    assert design.trials == 8 + 7 * 40 + 14
    given = Counter[str]()
    for slot in range(3):  # 18 dimensions, 6 in each session
        main = Counter(trial.dimension for trial in design.plan(slot) if trial.phase == "main")
        assert set(main.values()) == {40} and CONTROL in main
        given.update(main.keys())
    assert given == {**dict.fromkeys(design.dimensions, 1), CONTROL: 3}
