"""Files of studies of thresholds: what is refused, and what a session comes to."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from app.core.errors import Invalid
from app.experiments.abx_design import AbxDesign
from app.experiments.checking import check_study
from synthesis.bundle.dimensions import CONTROL
from synthesis.common.errors import BundleError, SpecError
from tests.levels import DIMENSIONS, TARGETS, build_levels
from tests.support import abx_study_yaml, study_yaml


@pytest.fixture(scope="module")
def levels_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("levels") / "bundle"
    build_levels(root)
    return root


def _design(folder: Path, text: str) -> AbxDesign:
    file = folder / "study.yaml"
    file.write_text(text)
    design = check_study(file).design
    assert isinstance(design, AbxDesign)
    return design


def test_what_a_session_comes_to(tmp_path: Path, levels_bundle: Path) -> None:
    design = _design(tmp_path, abx_study_yaml(levels_bundle, adaptive="trials_per_dimension: 20"))
    assert design.dimensions == tuple(one.id for one in DIMENSIONS)
    assert design.levels["block2/1+"] == TARGETS
    assert design.not_certified == 2
    plan = design.plan(0)
    assert Counter(one.phase for one in plan) == {"practice": 4, "main": 60, "catch": 3}
    assert len(plan) == design.trials
    main = [one for one in plan if one.phase == "main"]
    assert all(a.dimension != b.dimension for a, b in pairwise(main))
    assert set(Counter(one.dimension for one in main).values()) == {20}
    # A level without certificate gives way to the nearest that has one.
    assert design.picture("stem/2-", "o01", 4.0).target == 2.0
    assert design.picture("stem/2-", "o00", 4.0).target == 4.0


def test_more_dimensions_than_a_session_holds_are_given_out_evenly(
    tmp_path: Path, levels_bundle: Path
) -> None:
    few = "dimensions_per_session: 2, trials_per_dimension: 5, catch_share: 0"
    design = _design(tmp_path, abx_study_yaml(levels_bundle, adaptive=few))
    shown = Counter(
        dimension for slot in range(6) for dimension in {one.dimension for one in design.plan(slot)}
    )
    assert shown == {CONTROL: 6, "stem/2-": 3, "block2/1+": 3}


@pytest.mark.parametrize(
    ("adaptive", "fields", "complaint"),
    [
        ("dimensions: [nose]", {}, "adaptive.dimensions: the bundle has no dimension 'nose'; it has stem/2-"),
        ("dimensions_per_session: 1", {}, "dimensions_per_session"),
        ("procedure: guess", {}, "no procedure 'guess'; there are: psi-marginal"),
        ("trials_per_dimension: 0", {}, "trials_per_dimension"),
        ("sd_octaves: .nan", {}, "sd_octaves"),
        ("sd_octaves: 0.3, least_trials: 50", {}, "least_trials: give at most trials_per_dimension"),
        ("source: moon", {}, "source"),
        ("colour: red", {}, "colour"),
        ("", {"trials": 30}, "trials: adaptive.trials_per_dimension says how many there are"),
        ("", {"trials_per_condition": 3}, "trials_per_condition: adaptive.trials_per_dimension"),
        ("", {"stop_when_sem": 0.02}, "stop_when_sem: adaptive.sd_octaves"),
        ("", {"vocabulary": "[ant, bee, cow, doe]"}, "vocabulary: the preset mame-abx asks for no words"),
        ("", {"steps": "[consent, {kind: trials, catch: 3}]", "practice_trials": 0}, "adaptive.catch_share"),
        (
            "",
            {"steps": "[consent, {kind: gate, trials: 4, pass_mark: 2}, trials]", "practice_trials": 0},
            "the preset mame-abx has no trials for it",
        ),
    ],
)
def test_bad_fields_are_refused_with_a_line(
    adaptive: str, fields: dict[str, object], complaint: str, tmp_path: Path, levels_bundle: Path
) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(abx_study_yaml(levels_bundle, adaptive=adaptive, **fields))
    with pytest.raises((SpecError, Invalid)) as refused:
        check_study(file)
    message = str(refused.value)
    assert complaint in message and "\n" not in message


def test_who_fails_catch_trials_can_be_left_out_where_there_are_some(
    tmp_path: Path, levels_bundle: Path
) -> None:
    rule = "{catch_right_below: 6}"  # of 3 dimensions with 40 trials, a twentieth
    design = _design(tmp_path, abx_study_yaml(levels_bundle, exclusions=rule))
    assert design.catch_trials == 6
    for share, trials in ((0, 0), (0.04, 5)):
        text = abx_study_yaml(levels_bundle, adaptive=f"catch_share: {share}", exclusions=rule)
        with pytest.raises(Invalid, match=f"6 of {trials} catch trials cannot be right; lower it, or give a"):
            _design(tmp_path, text)


def test_layers_are_not_for_such_studies(tmp_path: Path, levels_bundle: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(abx_study_yaml(levels_bundle) + "layers: [stem]\n")
    with pytest.raises(SpecError, match=r"layers: adaptive\.dimensions says what is shown"):
        check_study(file)


def test_the_kind_of_bundle_fits_the_preset(tmp_path: Path, levels_bundle: Path, tiny_bundle: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(study_yaml(levels_bundle))
    with pytest.raises(Invalid, match="is a bundle of dimensions, and the preset image16-online shows"):
        check_study(file)
    file.write_text(abx_study_yaml(tiny_bundle))
    with pytest.raises(Invalid, match="is a bundle of metamers, and the preset mame-abx shows"):
        check_study(file)
    file.write_text(study_yaml(tiny_bundle) + "adaptive: {trials_per_dimension: 20}\n")
    with pytest.raises(SpecError, match="adaptive: the preset image16-online chooses no levels"):
        check_study(file)


def test_a_picture_without_any_certified_level_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = {("o02", "stem/2-", number): "order broken" for number in range(len(TARGETS))}
    monkeypatch.setattr("tests.levels.FAULTS", faults)
    build_levels(tmp_path / "bundle")
    with pytest.raises(Invalid, match="no level of 'o02' along 'stem/2-' passed its certificate"):
        _design(tmp_path, abx_study_yaml(tmp_path / "bundle"))


def test_a_changed_picture_is_found(tmp_path: Path) -> None:
    manifest = build_levels(tmp_path / "bundle")
    (tmp_path / "bundle" / "blobs" / manifest.levels[3].blob.sha256).write_bytes(b"another")
    with pytest.raises(BundleError, match="its bytes were changed"):
        _design(tmp_path, abx_study_yaml(tmp_path / "bundle"))


def test_levels_that_do_not_rise_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.levels.TARGETS", (0.5, 2.0, 1.0, 4.0))
    build_levels(tmp_path / "bundle")
    with pytest.raises(BundleError, match="the levels of 'o00' along 'stem/2-' do not rise"):
        _design(tmp_path, abx_study_yaml(tmp_path / "bundle"))
