"""A study of thresholds as one file: another installation, on either database, finds the same thresholds."""

import json
import shutil
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.accounts.actor import COMMAND_LINE
from app.analysis.service import analyse
from app.analysis.thresholds.files import TABLES
from app.analysis.thresholds.service import thresholds
from app.core.clock import utc_now
from app.core.errors import Invalid
from app.db.session import Database
from app.db.tables import AbxTrial, Bundle, PlannedTrial, Stimulus
from app.exports.archive import layout
from app.exports.archive.checking import opened
from app.exports.archive.importing import Imported, import_archive
from app.exports.archive.stimuli import MADE_ELSEWHERE
from app.exports.archive.writing import write_archive
from app.stimuli import service as stimuli
from app.stimuli.levels import MADE_LIVE
from synthesis.bundle.store import BundleStore
from tests.database import rows_of
from tests.integration.test_thresholds import (  # noqa: F401  (a fixture)
    dimension_bundle,
    observers,
    stored,
)
from tests.support import _blocks_png
from tests.threshold_bundle import SIDE_PX
from tests.threshold_study import NAME

pytestmark = pytest.mark.anyio
DIMENSION = "block10/1+"


@pytest.fixture
def folder(dimension_bundle: Path, tmp_path: Path) -> Path:  # noqa: F811
    """A bundle of dimensions to which pictures are added."""
    return Path(shutil.copytree(dimension_bundle, tmp_path / "there" / "dimensions"))


@pytest.fixture
async def source(sqlite_template: Path, tmp_path: Path, folder: Path) -> AsyncIterator[Database]:
    """The installation in which the study ran: one trial showed a picture made meanwhile, another nobody."""
    database = Database(f"sqlite+aiosqlite:///{shutil.copy(sqlite_template, tmp_path / 'source.db')}")
    await stored(database, folder, observers(2), unfinished=[1])
    async with database.writing() as session:
        shown = _made_live(folder, 3)
        session.add_all([shown, _made_live(folder, 4)])
        await session.flush()
        trial = next(
            one for one in await _abx_trials(database) if one.dimension == DIMENSION and one.issued_at
        )
        (await session.get_one(AbxTrial, trial.planned_trial_id)).stimulus_id = shown.id
    yield database
    await database.close()


async def _abx_trials(database: Database) -> list[AbxTrial]:
    return list(await rows_of(database, AbxTrial))


def _made_live(folder: Path, step: int) -> Stimulus:
    """Without certificate, so that it tells nothing of how levels look."""
    data = _blocks_png(1_000 + step, SIDE_PX)
    return Stimulus(
        bundle_id=1,
        natural_id="o0",
        category="dog",
        condition=DIMENSION,
        seed=MADE_LIVE + step,
        blob_sha256=BundleStore(folder).put_blob(data, "image/png").sha256,
        media_type="image/png",
        certified=False,
        certificate={"target": 0.3, "value": 0.3, "rms": 0.006, "drift": 0.01, "fault": "level missed"},
    )


async def archived(source: Database, file: Path, *, with_bundles: bool) -> Path:
    async with source.reading() as session:
        with file.open("wb") as out:
            await write_archive(session, NAME, out, with_bundles=with_bundles)
    return file


async def imported(target: Database, file: Path, folder: Path, name: str = NAME) -> Imported:
    with opened(file) as archive:
        async with target.writing() as session:
            return await import_archive(session, COMMAND_LINE, archive, name, folder, utc_now())


async def files_of(database: Database) -> dict[str, bytes]:
    async with database.reading() as session:
        found = await thresholds(session, await analyse(session, NAME, "simulated"))
    return {name: make(found) for name, make in TABLES.items()}


async def test_another_installation_finds_the_same_byte_by_byte(
    source: Database, database: Database, tmp_path: Path
) -> None:
    file = await archived(source, tmp_path / "study.zip", with_bundles=True)
    found = await imported(database, file, tmp_path / "here")
    assert (found.participants, found.same_figures, found.bundles_to_fetch) == (2, True, ())
    there, here = await files_of(source), await files_of(database)
    assert here == there and len(there["abx_trials.csv"]) > 10_000

    dropped = [one for one in await rows_of(database, PlannedTrial) if one.dropped_at is not None]
    assert len(dropped) == 2 * 2
    again = await archived(database, tmp_path / "again.zip", with_bundles=True)
    assert contents(again) == contents(file)


def contents(file: Path) -> dict[str, bytes]:
    """All but what tells of the installation."""
    told = {"archive.json", "definition.json", "study.yaml"}
    with zipfile.ZipFile(file) as read:
        return {name: read.read(name) for name in read.namelist() if name not in told}


async def test_pictures_made_meanwhile_come_along_where_a_trial_showed_them(
    source: Database, database: Database, tmp_path: Path
) -> None:
    file = await archived(source, tmp_path / "study.zip", with_bundles=True)
    await imported(database, file, tmp_path / "here")
    live = [one for one in await rows_of(database, Stimulus) if one.seed >= MADE_LIVE]
    assert [one.seed for one in live] == [MADE_LIVE + 3]
    assert [one.stimulus_id for one in await rows_of(database, AbxTrial)].count(live[0].id) == 1
    (bundle,) = await rows_of(database, Bundle)
    assert stimuli.read_stimulus(bundle.path, live[0].blob_sha256, "image/png")
    assert bundle.dimensions is not None and bundle.dimensions[0]["explained"] == 0.2


async def test_a_server_with_the_bundle_gets_only_what_it_has_not(
    source: Database,
    database: Database,
    dimension_bundle: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Another picture of the same level was made here: both are kept."""
    own = Path(shutil.copytree(dimension_bundle, tmp_path / "own"))
    async with database.writing() as session:
        bundle = await stimuli.ingest(session, COMMAND_LINE, own, stimuli.verify_any(own), utc_now())
        other = _made_live(own, 3)
        other.bundle_id, other.blob_sha256 = bundle.id, "0" * 64
        session.add(other)
        before, place = bundle.id, bundle.path
    file = await archived(source, tmp_path / "study.zip", with_bundles=True)
    await imported(database, file, tmp_path / "here")
    live = [one for one in await rows_of(database, Stimulus) if one.seed >= MADE_LIVE]
    assert [one.bundle_id for one in live] == [before, before]
    assert [one.seed >= MADE_ELSEWHERE for one in live] == [False, True]
    assert stimuli.read_stimulus(place, live[1].blob_sha256, "image/png")


async def test_another_bundle_of_the_same_digest_is_refused(
    source: Database, database: Database, tmp_path: Path
) -> None:
    file = await archived(source, tmp_path / "study.zip", with_bundles=False)
    await imported(database, file, tmp_path / "here")
    async with database.writing() as session:
        kept = next(
            one for one in await rows_of(database, Stimulus) if one.condition == DIMENSION and not one.seed
        )
        (await session.get_one(Stimulus, kept.id)).blob_sha256 = "1" * 64
    with pytest.raises(Invalid, match="is another stimulus here than there"):
        await imported(database, file, tmp_path / "here", "again")


async def test_rows_of_the_release_before_are_read(source: Database, tmp_path: Path) -> None:
    """It says nothing of dropped trials, levels or dimensions."""
    file = await archived(source, tmp_path / "study.zip", with_bundles=False)
    with zipfile.ZipFile(file) as read:
        row = json.loads(read.read("tables/trials.jsonl").splitlines()[0])
        bundle = json.loads(read.read("tables/bundles.jsonl"))
    assert {"dropped_at", "abx"} <= set(row) and bundle["dimensions"]

    old = layout.TrialRow.model_validate({k: v for k, v in row.items() if k not in ("dropped_at", "abx")})
    assert (old.dropped_at, old.abx) == (None, None)
    del bundle["dimensions"]
    assert layout.BundleRow.model_validate(bundle).dimensions is None
