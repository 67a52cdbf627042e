"""Making studies: frozen when opened, stored wholly or not at all."""

import json
import shutil
from pathlib import Path

import pytest

from app.accounts.actor import COMMAND_LINE
from app.core.bytes_cache import BytesCache
from app.core.clock import utc_now
from app.core.errors import Conflict, Invalid, NotFound
from app.db.session import Database
from app.db.tables import Bundle, Stimulus, Study, StudyLink
from app.experiments import service
from app.stimuli import service as stimuli
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError, SpecError
from tests.database import row_counts, rows_of
from tests.support import build_tiny_bundle, study_yaml

pytestmark = pytest.mark.anyio


async def create(database: Database, file: Path) -> Study:
    checked = service.check_study(file)
    async with database.writing() as session:
        return await service.create_study(session, COMMAND_LINE, checked, utc_now())


async def test_a_study_is_stored_with_its_bundle_and_links(database: Database, study_file: Path) -> None:
    study = await create(database, study_file)
    assert study.status == "draft"
    assert study.definition["title"] == "Naming pictures"
    links = await rows_of(database, StudyLink)
    assert [link.audience for link in links] == ["live", "pilot", "simulated"]
    assert len({link.code for link in links}) == 3
    (bundle,) = await rows_of(database, Bundle)
    assert (bundle.model, bundle.layers) == ("tiny", ["block2", "block10", "head"])
    pictures = await rows_of(database, Stimulus)
    assert len(pictures) == 20 * 4
    failed = {(p.natural_id, p.condition) for p in pictures if not p.certified}
    assert failed == {("n003", "head"), ("n011", "head")}


async def test_a_bundle_is_stored_once_wherever_it_is(
    database: Database, study_file: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    await create(database, study_file)
    before = await row_counts(database)
    copy = tmp_path / "copy"
    shutil.copytree(tiny_bundle, copy)
    manifest = stimuli.verify_bundle(copy)
    async with database.writing() as session:
        await stimuli.ingest(session, COMMAND_LINE, copy, manifest, utc_now())
    assert await row_counts(database) == before
    assert (await rows_of(database, Bundle))[0].path == str(copy)


async def test_a_bundle_at_an_s3_address_is_ingested_and_served_from_there(
    database: Database, s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stimuli, "_presented", BytesCache(0))
    address = f"{s3}/study"
    build_tiny_bundle(address)
    file = tmp_path / "study.yaml"
    file.write_text(study_yaml(address))
    await create(database, file)
    (bundle,) = await rows_of(database, Bundle)
    assert bundle.path == address
    pictures = await rows_of(database, Stimulus)
    assert len(pictures) == 80
    data = stimuli.read_stimulus(bundle.path, pictures[0].blob_sha256, pictures[0].media_type)
    assert data.startswith(b"\x89PNG")
    BundleStore(address).blob_path(pictures[0].blob_sha256).unlink()
    with pytest.raises(stimuli.DamagedStimulusError):
        stimuli.read_stimulus(bundle.path, pictures[0].blob_sha256, pictures[0].media_type)


async def test_a_draft_can_be_replaced_and_an_opened_study_cannot(
    database: Database, study_file: Path, tiny_bundle: Path
) -> None:
    await create(database, study_file)
    links = [link.code for link in await rows_of(database, StudyLink)]
    study_file.write_text(study_yaml(tiny_bundle, title="Another title"))
    await create(database, study_file)
    (study,) = await rows_of(database, Study)
    assert study.definition["title"] == "Another title"
    assert [link.code for link in await rows_of(database, StudyLink)] == links

    async with database.writing() as session:
        await service.open_study(session, COMMAND_LINE, "tiny", utc_now())
    study_file.write_text(study_yaml(tiny_bundle, title="A third title"))
    with pytest.raises(Conflict, match="was opened and is frozen"):
        await create(database, study_file)
    (study,) = await rows_of(database, Study)
    assert (study.status, study.definition["title"]) == ("open", "Another title")


async def test_a_study_is_opened_closed_and_opened_again(database: Database, study_file: Path) -> None:
    await create(database, study_file)
    first = utc_now()
    steps = [service.open_study, service.close_study, service.open_study]
    for step in steps:
        async with database.writing() as session:
            study = await step(session, COMMAND_LINE, "tiny", first if step is steps[0] else utc_now())
    assert (study.status, study.opened_at, study.closed_at) == ("open", first, None)
    async with database.writing() as session:
        with pytest.raises(Conflict, match="is open already"):
            await service.open_study(session, COMMAND_LINE, "tiny", utc_now())
        await service.close_study(session, COMMAND_LINE, "tiny", utc_now())
        with pytest.raises(Conflict, match="is not open"):
            await service.close_study(session, COMMAND_LINE, "tiny", utc_now())
        with pytest.raises(NotFound, match="there is no study 'other'"):
            await service.open_study(session, COMMAND_LINE, "other", utc_now())


async def test_bad_studies_are_named_in_one_line_and_leave_nothing_behind(
    database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(tiny_bundle, changed)
    blob = next((changed / "blobs").iterdir())
    blob.write_bytes(blob.read_bytes()[:-1] + b"x")
    missing = tmp_path / "missing"
    shutil.copytree(tiny_bundle, missing)
    lost = next((missing / "blobs").iterdir())
    lost.unlink()
    edited = tmp_path / "edited"
    shutil.copytree(tiny_bundle, edited)
    manifest = json.loads((edited / "manifest.json").read_text())
    manifest["naturals"][0]["category"] = "cat"
    (edited / "manifest.json").write_text(json.dumps(manifest))
    poor = build_tiny_bundle(tmp_path / "poor", naturals=6, failed=frozenset((n, 1) for n in range(6)))

    cases = [
        (study_yaml(tiny_bundle, tittle="x"), SpecError, "unknown field tittle; did you mean title?"),
        (study_yaml(tmp_path / "nowhere"), BundleError, "nowhere: no such folder"),
        (study_yaml(tmp_path), BundleError, "no manifest.json: an unfinished run"),
        (study_yaml(changed), BundleError, f"{blob.name}: its bytes were changed"),
        (study_yaml(missing), BundleError, f"{lost.name}: cannot be read"),
        (study_yaml(edited), BundleError, "manifest.json: its content was changed"),
        (
            study_yaml(tiny_bundle, layers="[block3]"),
            Invalid,
            "no layer 'block3'; it has block2, block10, head",
        ),
        (
            study_yaml(tiny_bundle, practice_trials=20),
            Invalid,
            "20 trials of practice and gate need more",
        ),
        (study_yaml(poor), Invalid, "no metamer of 'block10' passed its certificate"),
    ]
    file = tmp_path / "study.yaml"
    for text, kind, message in cases:
        file.write_text(text)
        with pytest.raises(kind, match=message) as error:
            await create(database, file)
        assert "\n" not in str(error.value)
    assert set((await row_counts(database)).values()) == {0}


async def test_pictures_with_text_in_them_are_refused(tmp_path: Path) -> None:
    bundle = build_tiny_bundle(tmp_path / "b", naturals=6)
    store = BundleStore(bundle)
    manifest = store.read_manifest()
    natural = manifest.naturals[0]
    data = store.read_blob(natural.blob.sha256)
    text_chunk = b"\x00\x00\x00\x0dtEXtcategory\x00bear\x00\x00\x00\x00"
    revealing = store.put_blob(data[:33] + text_chunk + data[33:], "image/png")
    changed = manifest.model_copy(
        update={"naturals": [natural.model_copy(update={"blob": revealing}), *manifest.naturals[1:]]}
    )
    store.write_manifest(changed)
    with pytest.raises(BundleError, match=r"carries metadata \(tEXt\)"):
        stimuli.verify_bundle(bundle)


async def test_a_failure_half_way_stores_nothing(database: Database, study_file: Path) -> None:
    checked = service.check_study(study_file)
    with pytest.raises(RuntimeError, match="power cut"):
        async with database.writing() as session:
            await service.create_study(session, COMMAND_LINE, checked, utc_now())
            raise RuntimeError("power cut")
    assert set((await row_counts(database)).values()) == {0}
