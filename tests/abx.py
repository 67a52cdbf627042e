"""Taking part in a study of thresholds over HTTP, as its page does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from app.adaptive.schedule import right_answer
from app.db.session import Database
from app.db.tables import AbxTrial, PlannedTrial
from tests.conftest import create_study
from tests.database import rows_of
from tests.http import answer_body, put_answer
from tests.support import abx_study_yaml

Answering = Callable[[AbxTrial, PlannedTrial], str]


async def opened_abx(database: Database, folder: Path, bundle: Path, adaptive: str, **fields: object) -> str:
    """The live link of an open study of thresholds; `adaptive` is the content of that section."""
    file = folder / "abx.yaml"
    file.write_text(abx_study_yaml(bundle, adaptive=adaptive, **fields))
    return (await create_study(database, file, opened=True))["live"]


async def window_of(client: httpx.AsyncClient, code: str, start: int, count: int = 1) -> dict[str, Any]:
    response = await client.get(f"/api/{code}/trials", params={"start": start, "count": count})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def planned_trials(database: Database) -> list[tuple[PlannedTrial, AbxTrial]]:
    """All plans, by participant and in order."""
    abx = {one.planned_trial_id: one for one in await rows_of(database, AbxTrial)}
    plan = sorted(
        await rows_of(database, PlannedTrial), key=lambda one: (one.participant_id, one.trial_index)
    )
    return [(one, abx[one.id]) for one in plan]


def rightly(abx: AbxTrial, _planned: PlannedTrial) -> str:
    """The answer of who sees every change."""
    return right_answer(abx.changed_first, abx.x_changed)


async def go_through(
    client: httpx.AsyncClient,
    code: str,
    database: Database,
    answering: Answering,
    *,
    ahead: bool = False,
    until: int | None = None,
) -> int:
    """Answer a session from its beginning to its end, or to trial `until`; the number of trials."""
    index = 0
    while until is None or index < until:
        window = await window_of(client, code, index, 2 if ahead else 1)
        if not window["trials"]:
            break
        assert (await client.get(window["trials"][0]["stimulus"])).status_code == 200
        planned, abx = (await planned_trials(database))[index]
        response = await put_answer(client, code, index, answer_body(answering(abx, planned)))
        assert response.status_code == 200, response.text
        index += 1
    return index
