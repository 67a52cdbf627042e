"""What a study draws cannot be worked out from what participants see; earlier studies keep their plans."""

import hashlib
import io
import json
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select

from app.accounts.actor import COMMAND_LINE
from app.core.clock import utc_now
from app.core.randomness import secret_seed
from app.db.session import Database
from app.db.tables import PlannedTrial, Stimulus, Study
from app.experiments import service
from app.experiments.cells import BundleStimuli, Cells, study_cells
from app.tasks.image16.masks import pink_noise
from tests.accounts import sign_in
from tests.conftest import create_study
from tests.database import rows_of
from tests.http import answer_all, enter
from tests.support import build_tiny_bundle, study_yaml

pytestmark = pytest.mark.anyio

# Made by the code before there were secrets: the first nine plans of the tiny study, and its first two masks.
PLANS_SHA256 = "749cffbaf7db2242deb6d7b2bec4323a51530fb4df588047e27b1004290c6208"
MASKS_SHA256 = "25684d1d99b2d8389fd0c57a0e2d2ce025ec192ed7e915751100f5d2d5348b7d"
SEEDS_TO_TRY = 200


def pixels(response: httpx.Response) -> np.ndarray:
    with Image.open(io.BytesIO(response.content)) as picture:
        return np.asarray(picture)


def plans_sha256(cells: Cells) -> str:
    rows = [
        [[each.phase, each.stimulus.natural_id, each.stimulus.condition] for each in cells.plan(slot)]
        for slot in range(9)
    ]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


async def forget_secret(database: Database) -> None:
    """The study as it would be if it had been opened before there were secrets."""
    async with database.writing() as session:
        (study,) = (await session.scalars(select(Study))).all()
        study.secret = ""


async def test_a_study_from_before_there_were_secrets_keeps_its_plans_and_masks(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    await forget_secret(database)
    async with database.reading() as session:
        study = await service.get_study(session, "tiny")
        cells = await service.cells_of(session, study)
    assert plans_sha256(cells) == PLANS_SHA256
    masks = [pixels(await client.get(f"/masks/{open_links['live']}/{number}")) for number in range(2)]
    assert hashlib.sha256(b"".join(mask.tobytes() for mask in masks)).hexdigest() == MASKS_SHA256
    # Opened again, it still has none: its next plans must balance those that were given.
    async with database.writing() as session:
        await service.close_study(session, COMMAND_LINE, "tiny", utc_now())
        assert (await service.open_study(session, COMMAND_LINE, "tiny", utc_now())).secret == ""


async def test_the_secret_is_drawn_once_when_the_study_is_stored(
    draft_links: dict[str, str], database: Database
) -> None:
    seen = [(await rows_of(database, Study))[0].secret]
    for change in (service.open_study, service.close_study, service.open_study):
        async with database.writing() as session:
            await change(session, COMMAND_LINE, "tiny", utc_now())
        seen.append((await rows_of(database, Study))[0].secret)
    assert len(seen[0]) >= 43 and seen[0] == seen[1] == seen[2] == seen[3]


async def test_masks_and_plans_match_no_seed_that_could_be_tried(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["live"]
    await enter(client, code)
    mask = pixels(await client.get(f"/masks/{code}/0"))
    async with database.reading() as session:
        study = await service.get_study(session, "tiny")
        known = service.definition_of(study)
        (one,) = await service.bundles_of_study(session, study.id)
        candidates = await service.stimuli.stimuli_of_bundle(session, one.bundle.id)
    held = [BundleStimuli(one.network, one.bundle.layers, candidates)]
    shown = [planned.stimulus_id for planned in await rows_of(database, PlannedTrial)]
    assert 0 <= known.seed < SEEDS_TO_TRY
    for seed in range(SEEDS_TO_TRY):
        guess = known.model_copy(update={"seed": seed})
        assert not np.array_equal(pink_noise(seed, 0), mask)
        cells = study_cells(guess, held)
        assert [each.stimulus.id for each in cells.plan(0)] != shown
    # Who has both can do it again.
    assert np.array_equal(pink_noise(secret_seed(known.seed, study.secret), 0), mask)
    again = study_cells(known, held, study.secret)
    assert [each.stimulus.id for each in again.plan(0)] == shown


async def test_two_studies_of_one_seed_share_nothing(
    client: httpx.AsyncClient, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    masks, plans = [], []
    for name in ("one", "two"):
        file = tmp_path / f"{name}.yaml"
        file.write_text(study_yaml(tiny_bundle, name=name))
        links = await create_study(database, file, opened=True)
        masks.append(pixels(await client.get(f"/masks/{links['live']}/0")))
        async with database.reading() as session:
            plans.append(
                plans_sha256(await service.cells_of(session, await service.get_study(session, name)))
            )
    assert not np.array_equal(*masks)
    assert plans[0] != plans[1]


async def test_a_draft_shows_no_mask_from_which_its_seed_could_be_read(
    client: httpx.AsyncClient, draft_links: dict[str, str]
) -> None:
    response = await client.get(f"/masks/{draft_links['live']}/0")
    assert (response.status_code, response.json()["error"]["code"]) == (409, "study_not_open")


async def test_no_page_and_no_export_shows_the_secret(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["live"]
    await enter(client, code)
    await answer_all(client, code)
    await client.post(f"/api/{code}/finish", json={})
    await sign_in(client, database)
    study = (await rows_of(database, Study))[0]
    secrets = (study.secret, str(secret_seed(1, study.secret)))
    names = ("recognition.csv", "trials.csv", "codebook.csv", "report.html")
    paths = [f"/s/{code}", f"/run/{code}", f"/end/{code}", f"/api/{code}/session", "/admin"]
    paths += ["/admin/studies/tiny", *(f"/admin/studies/tiny/live/{name}" for name in names)]
    received = [await client.get(path) for path in paths]
    assert [response.status_code for response in received if response.status_code not in (200, 303)] == []
    assert not [
        path for path, response in zip(paths, received, strict=True) for s in secrets if s in response.text
    ]
    assert study.secret not in repr(study)


async def test_a_secret_that_leaves_a_condition_without_stimuli_is_drawn_again(
    client: httpx.AsyncClient, database: Database, tmp_path: Path
) -> None:
    # The head has one certified metamer; most of the stimuli go into practice, so most secrets take it away.
    failed = frozenset((number, 2) for number in range(20) if number != 5)
    file = tmp_path / "study.yaml"
    bundle = build_tiny_bundle(tmp_path / "bundle", failed=failed)
    file.write_text(study_yaml(bundle, practice_trials=15, seed=good_seed(bundle, tmp_path)))
    links = await create_study(database, file, opened=True)
    await enter(client, links["live"])
    practice = {planned.stimulus_id for planned in (await rows_of(database, PlannedTrial))[:15]}
    stimuli = {stimulus.id: stimulus.natural_id for stimulus in await rows_of(database, Stimulus)}
    assert "n005" not in {stimuli[each] for each in practice}


def good_seed(bundle: Path, folder: Path) -> int:
    """A seed with which the file alone is found good."""
    for seed in range(100):
        file = folder / "try.yaml"
        file.write_text(study_yaml(bundle, practice_trials=15, seed=seed))
        try:
            service.check_study(file)
        except service.Invalid:
            continue
        return seed
    raise AssertionError("no seed leaves the one metamer")
