"""What a bundle of dimensions must be before a study shows it, and what a session may come to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.cli.stimuli import _of_dimensions
from app.core.errors import Invalid
from app.db.tables import Bundle
from app.experiments.abx_design import abx_design
from app.experiments.checking import check_study
from app.experiments.schemas import StudyDefinition
from app.stimuli.schemas import Candidate, LevelPicture
from app.stimuli.service import verify_any
from synthesis.bundle.dimensions import CONTROL, DimensionManifest, Level
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError
from synthesis.common.yaml_file import load_yaml
from tests.levels import build_levels
from tests.support import abx_study_yaml


def _written(root: Path, **changes: Any) -> DimensionManifest:
    manifest = build_levels(root)
    return BundleStore(root).write_manifest(manifest.model_copy(update=changes))


def _levels(root: Path, change: Callable[[Level], dict[str, Any] | None]) -> list[Level]:
    """Those of the tiny bundle, each with what `change` says of it; None leaves it out."""
    changed = ((one, change(one)) for one in build_levels(root).levels)
    return [one.model_copy(update=update) for one, update in changed if update is not None]


def _first(one: Level) -> bool:
    return (one.original, one.dimension, one.level) == ("o00", "block2/1+", 1)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            lambda one: None if (one.original, one.dimension) == ("o01", CONTROL) else {},
            "there is no level of 'o01' along 'control'",
        ),
        (lambda one: {"value": -0.1} if _first(one) else {}, "the value -0.1, which cannot be"),
        (lambda one: {"original": "o77"} if _first(one) else {}, "'o77' and 'block2/1+', which it does not"),
        (lambda one: {"level": 0} if _first(one) else {}, "level 0 of 'o00' along 'block2/1+' is there"),
    ],
)
def test_levels_that_cannot_be_are_found(
    change: Callable[[Level], dict[str, Any] | None], complaint: str, tmp_path: Path
) -> None:
    _written(tmp_path, levels=_levels(tmp_path, change))
    with pytest.raises(BundleError) as refused:
        verify_any(tmp_path)
    assert complaint in str(refused.value) and "\n" not in str(refused.value)


def test_a_value_that_is_no_number_is_found(tmp_path: Path) -> None:
    _written(tmp_path, levels=_levels(tmp_path, lambda one: {"value": float("nan")} if _first(one) else {}))
    file = BundleStore(tmp_path).manifest_path
    file.write_text(file.read_text().replace('"value": null', '"value": NaN'))
    with pytest.raises(BundleError, match="and the value nan, which cannot be"):
        verify_any(tmp_path)


@pytest.mark.parametrize("changes", [{"originals": [], "levels": []}, {"dimensions": [], "levels": []}])
def test_an_empty_bundle_is_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    _written(tmp_path, **changes)
    with pytest.raises(BundleError, match="it lists no original or no dimension"):
        verify_any(tmp_path)


def test_a_dimension_with_a_single_level_measures_nothing(tmp_path: Path) -> None:
    root = tmp_path / "bundle"
    _written(root, levels=_levels(root, lambda one: None if one.dimension == CONTROL and one.level else {}))
    file = tmp_path / "study.yaml"
    file.write_text(abx_study_yaml(root))
    with pytest.raises(Invalid, match="'control' has one level, and a threshold lies among several"):
        check_study(file)


def test_a_bundle_without_a_control_says_so(tmp_path: Path) -> None:
    def in_words(manifest: DimensionManifest) -> str:
        return _of_dimensions(manifest, Bundle(digest=manifest.digest, model="tiny", layers=[]))[1]

    assert "no control" not in in_words(build_levels(tmp_path))
    manifest = _written(
        tmp_path,
        dimensions=[one for one in build_levels(tmp_path).dimensions if one.id != CONTROL],
        levels=_levels(tmp_path, lambda one: None if one.dimension == CONTROL else {}),
    )
    assert verify_any(tmp_path) == manifest
    assert in_words(manifest).endswith("It has no control: thresholds cannot be read beside those of noise.")


def test_a_session_has_at_most_100_000_trials(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(abx_study_yaml(tmp_path, adaptive="trials_per_dimension: 1000", practice_trials=0))
    definition = load_yaml(file, StudyDefinition)
    known = [f"stem/{number}+" for number in range(1, 96)]
    originals = [Candidate(1, "o", "dog", "natural", 0, certified=True)]

    def trials(dimensions: list[str]) -> int:
        levels = [
            LevelPicture(None, "o", dimension, number, target, target, certified=True)
            for dimension in dimensions
            for number, target in enumerate((0.5, 1.0))
        ]
        return abx_design(definition, dimensions, originals, levels).trials

    assert trials(known) == 99_750
    with pytest.raises(Invalid, match="a session would have 100,800 trials; give fewer trials_per_dimension"):
        trials([*known, CONTROL])
