"""What is wrong with a study of several networks is said in one line, before anything is stored."""

from pathlib import Path

import numpy as np
import pytest

from app.core.errors import Invalid
from app.db.session import Database
from app.experiments.service import check_study
from synthesis.bundle.formats import SoundFormat
from synthesis.bundle.store import BundleStore
from tests.conftest import create_study
from tests.database import row_counts
from tests.support import SOUND, build_tiny_bundle, networks_study_yaml, study_yaml, wav

pytestmark = pytest.mark.anyio


def tiny(folder: Path, model: str, **options: object) -> Path:
    """Twelve pictures with metamers at three layers, none of which failed unless `failed` says so."""
    given = {"naturals": 12, "failed": frozenset(), "model": model, **options}
    return build_tiny_bundle(folder / model, **given)  # type: ignore[arg-type]


async def refusal(database: Database, folder: Path, text: str) -> str:
    """The message with which a study is refused, without the file's name; nothing was stored."""
    file = folder / "study.yaml"
    file.write_text(text)
    with pytest.raises(Invalid) as caught:
        await create_study(database, file, opened=False)
    assert set((await row_counts(database)).values()) == {0}
    message = str(caught.value)
    assert message.startswith(f"{file}: ") and "\n" not in message
    return message.removeprefix(f"{file}: ")


async def test_bundles_of_different_media(database: Database, tmp_path: Path) -> None:
    bundles = [tiny(tmp_path, "a"), tiny(tmp_path, "b", kind="sound")]
    message = await refusal(database, tmp_path, networks_study_yaml([f"bundle: {one}" for one in bundles]))
    assert message == "preset: image16-online is for pictures; the bundle of b holds sounds"


async def test_bundles_of_different_categories(database: Database, tmp_path: Path) -> None:
    others = [f"c{number}" for number in range(12)]
    bundles = [tiny(tmp_path, "a"), tiny(tmp_path, "b", categories=others)]
    message = await refusal(database, tmp_path, networks_study_yaml([f"bundle: {one}" for one in bundles]))
    assert message.startswith(
        "stimuli, b: its categories are not those of a: only a has 'airplane'; make the bundles with"
    )


async def test_sounds_of_different_formats(database: Database, tmp_path: Path) -> None:
    first = tiny(tmp_path, "a", kind="sound")
    manifest = BundleStore(tiny(tmp_path, "b", kind="sound")).read_manifest()
    assert isinstance(manifest.model.input, SoundFormat)
    short = tmp_path / "short"
    store = BundleStore(short)
    blob = store.put_blob(wav(np.zeros(SOUND.samples // 2)), "audio/wav")
    half = manifest.model.input.model_copy(update={"samples": SOUND.samples // 2})
    store.write_manifest(
        manifest.model_copy(
            update={
                "model": manifest.model.model_copy(update={"input": half}),
                "naturals": [one.model_copy(update={"blob": blob}) for one in manifest.naturals],
                "items": [one.model_copy(update={"blob": blob}) for one in manifest.items],
            }
        )
    )
    text = networks_study_yaml([f"bundle: {first}", f"bundle: {short}"], preset="words-online")
    assert await refusal(database, tmp_path, text) == (
        "stimuli, b: its sounds are of 0.2 s at 20000 Hz, those of a of 0.4 s at 20000 Hz; sounds of one "
        "study have one format"
    )


async def test_a_natural_stimulus_that_only_one_bundle_has(database: Database, tmp_path: Path) -> None:
    bundles = [tiny(tmp_path, "a", naturals=13), tiny(tmp_path, "b")]
    message = await refusal(database, tmp_path, networks_study_yaml([f"bundle: {one}" for one in bundles]))
    assert message == (
        "stimuli: only a has the natural stimulus 'n012', b has not; make the bundles from the same stimuli"
    )


async def test_one_bundle_twice(database: Database, tmp_path: Path) -> None:
    bundle = tiny(tmp_path, "a")
    entries = [f"bundle: {bundle}, network: x", f"bundle: {bundle}, network: y"]
    message = await refusal(database, tmp_path, networks_study_yaml(entries))
    assert message == f"stimuli, y: {bundle} is the same bundle as {bundle}; leave one out"


async def test_one_name_twice(database: Database, tmp_path: Path) -> None:
    bundles = [tiny(tmp_path, "a"), tiny(tmp_path, "b")]
    entries = [f"bundle: {bundles[0]}", f"bundle: {bundles[1]}, network: a"]
    message = await refusal(database, tmp_path, networks_study_yaml(entries))
    assert message == "stimuli, a: two networks have this name; give one of them another by network:"


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ("[block3]", "stimuli, b, layers: the bundle has no layer 'block3'; it has block2, block10, head"),
        (
            "[block2, head]",
            "stimuli, b, layers: no metamer of 'head' passed its certificate (12 inside the null); "
            "leave the layer out",
        ),
    ],
)
async def test_layers_that_name_no_certified_cell(
    database: Database, tmp_path: Path, layers: str, message: str
) -> None:
    failed = frozenset((number, 2) for number in range(12))
    bundles = [tiny(tmp_path, "a"), tiny(tmp_path, "b", failed=failed)]
    entries = [f"bundle: {bundles[0]}, layers: [head]", f"bundle: {bundles[1]}, layers: {layers}"]
    assert await refusal(database, tmp_path, networks_study_yaml(entries)) == message


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"trials_per_condition": 2},
            "trials_per_condition: 2 in each of 5 conditions are 10, more than a participant can have: "
            "'natural' has 8 certified stimuli besides those for practice; give 1 at most, or make a "
            "larger bundle",
        ),
        (
            {"trials": 9},
            "trials: 9 are more than a participant can have: 'natural' has 8 certified stimuli besides those "
            "for practice; give 8 at most, or make a larger bundle",
        ),
        (
            {"trials_per_condition": 1, "practice_trials": 8},
            "trials_per_condition: 1 in each of 5 conditions are 5, more than a participant can have: "
            "'natural' has 4 certified stimuli besides those for practice; take fewer layers, or "
            "make a larger bundle",
        ),
    ],
)
async def test_more_trials_than_the_stimuli_allow(
    database: Database, tmp_path: Path, fields: dict[str, object], message: str
) -> None:
    bundles = [tiny(tmp_path, "a"), tiny(tmp_path, "b")]
    entries = [f"bundle: {one}, layers: [block2, head]" for one in bundles]
    assert await refusal(database, tmp_path, networks_study_yaml(entries, **fields)) == message


async def test_one_network_may_have_a_number_of_trials_too(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(study_yaml(tiny(tmp_path, "a"), trials_per_condition=2))
    checked = check_study(file)
    assert checked.cells.main_trials == 8
    assert checked.cells.trials == 12
    assert checked.cells.conditions.names == ("natural", "block2", "block10", "head")
