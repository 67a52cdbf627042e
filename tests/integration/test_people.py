"""Each kind of simulated participant ends as it should, by the real interface, on both databases."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI

from app.core.errors import Conflict
from app.core.randomness import generator
from app.db.session import Database
from app.db.tables import Event, Participant, PlannedTrial, Response, StepResult
from app.simulation.network import BrokenNetwork, Faults
from app.simulation.people.kinds import KINDS, Kind
from app.simulation.queries import PlanTruth, planned_truth
from app.simulation.visit import Taken, take_part
from app.simulation.visits import visits_of
from app.tasks.observer import SimulatedObserver, accuracies
from tests.conftest import create_study
from tests.database import rows_of
from tests.http import new_client
from tests.integration.test_cli import Cli, cli  # noqa: F401  (a fixture)
from tests.support import CATEGORIES, LAYERS, study_yaml

pytestmark = pytest.mark.anyio

GIVEN = accuracies(["natural", *LAYERS], len(CATEGORIES))
PRACTICE, GATE, CATCH = 2, 3, 2
STEPS_OF_STUDY = f"""steps:
  - instructions
  - practice
  - practice_done
  - {{kind: gate, trials: {GATE}, pass_mark: 1}}
  - {{kind: trials, breaks: 1, trials_between: 4, catch: {CATCH}}}
"""


@pytest.fixture
async def code(database: Database, tiny_bundle: Path, tmp_path: Path, plans_by_seed: None) -> str:
    """Of the simulated link of a study with practice, a gate, and catch trials."""
    return await open_study(database, tiny_bundle, tmp_path)


async def open_study(database: Database, bundle: Path, folder: Path, extra: str = "") -> str:
    file = folder / "people.yaml"
    file.write_text(study_yaml(bundle, practice_trials=PRACTICE, extra=STEPS_OF_STUDY + extra))
    return (await create_study(database, file, opened=True))["simulated"]


async def taken_by(
    app: FastAPI, code: str, kind: Kind, seed: int = 5, categories: Sequence[str] = CATEGORIES
) -> Taken:
    database: Database = app.state.database

    async def look_up(asset_token: str) -> PlanTruth:
        async with database.reading() as session:
            truth = await planned_truth(session, asset_token)
        assert truth is not None
        return truth

    def observer_of(truth: PlanTruth) -> SimulatedObserver:
        return kind.answering(GIVEN, categories, generator(seed, "observer", truth.slot))

    async with new_client(app) as client:
        if kind.broken:
            faults = Faults(longest_delay_s=0.005)
            client._transport = BrokenNetwork(client._transport, np.random.default_rng(seed), faults)
        return await take_part(client, code, look_up, observer_of, seed, kind)


async def stored_of(database: Database) -> tuple[list[str], list[str]]:
    """UUIDs of stored answers and of stored results."""
    answers = [row.client_uuid for row in await rows_of(database, Response)]
    return answers, [row.client_uuid for row in await rows_of(database, StepResult)]


async def share_right(database: Database) -> float:
    responses = await rows_of(database, Response)
    return sum(row.correct for row in responses) / len(responses)


# test_headphone_check.py has those who fail that check.
@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"fails_headphones"}))
async def test_what_was_acknowledged_is_stored_once_and_nothing_else(
    app: FastAPI, database: Database, code: str, kind: str
) -> None:
    taken = await taken_by(app, code, KINDS[kind])
    answers, results = await stored_of(database)
    assert sorted(answers) == sorted(taken.record.answers)
    assert sorted(results) == sorted(taken.record.results)
    [participant] = await rows_of(database, Participant)
    planned = await rows_of(database, PlannedTrial)
    ends = {
        "quitting": ("left", "active"),
        "fails_gate": ("gate", "screened_out"),
        "guessing": None,  # the gate decides
        "one_sided": None,
    }.get(kind, ("complete", "completed"))
    if ends is None:
        assert participant.status in ("completed", "screened_out")
        assert taken.outcome == participant.outcome
    else:
        assert (taken.outcome, participant.status) == ends
    assert participant.outcome == (None if kind == "quitting" else taken.outcome)
    if participant.status == "completed":
        assert len(answers) == len(planned) == taken.trials
    if kind == "fails_gate":
        assert len(answers) == PRACTICE + GATE
    if kind == "quitting":
        assert len(answers) < len(planned)


@pytest.mark.parametrize(
    ("kind", "lowest", "highest"),
    [("ideal", 1.0, 1.0), ("guessing", 0.0, 0.2), ("one_sided", 0.0, 0.2), ("layers", 0.4, 0.95)],
)
async def test_they_are_as_good_as_their_kind(
    app: FastAPI, database: Database, code: str, kind: str, lowest: float, highest: float
) -> None:
    for seed in range(3):
        await taken_by(app, code, KINDS[kind], seed)
    assert lowest <= await share_right(database) <= highest


async def test_one_who_comes_back_is_resumed_once_by_another_page(
    app: FastAPI, database: Database, code: str
) -> None:
    assert (await taken_by(app, code, KINDS["returning"])).outcome == "complete"
    [resume] = [row.detail for row in await rows_of(database, Event) if row.kind == "resume"]
    assert resume["taken_over"] is False


async def test_where_sessions_are_one_sitting_it_ends_by_coming_back(
    app: FastAPI, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    code = await open_study(database, tiny_bundle, tmp_path, extra="resume: never\n")
    taken = await taken_by(app, code, KINDS["returning"])
    [participant] = await rows_of(database, Participant)
    assert (taken.outcome, participant.status) == ("expired", "expired")
    assert sorted((await stored_of(database))[0]) == sorted(taken.record.answers)


async def test_where_blocks_begin_anew_each_trial_is_answered_in_the_end(
    app: FastAPI, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    code = await open_study(database, tiny_bundle, tmp_path, extra="resume: restart_block\n")
    taken = await taken_by(app, code, KINDS["returning"])
    assert taken.outcome == "complete"
    answers = (await stored_of(database))[0]
    assert len(answers) == len(set(answers)) == len(await rows_of(database, PlannedTrial))
    assert set(answers) <= set(taken.record.answers)


async def test_a_second_tab_takes_over_and_the_first_is_refused(
    app: FastAPI, database: Database, code: str
) -> None:
    assert (await taken_by(app, code, KINDS["double_tab"])).outcome == "complete"
    [resume] = [row.detail for row in await rows_of(database, Event) if row.kind == "resume"]
    assert resume["taken_over"] is True


async def test_a_check_that_the_study_lacks_cannot_be_failed(
    database: Database, open_links: dict[str, str]
) -> None:
    async with database.reading() as session:
        with pytest.raises(Conflict, match="fails_gate: the study 'tiny' has no step gate"):
            await visits_of(session, "tiny", 0, [KINDS["layers"], KINDS["fails_gate"]])


def counted_by(cli: Cli, study: Path, *words: object) -> dict[str, Any]:  # noqa: F811
    """What `simulate` says of a new study in a new database."""
    for command in (("db", "upgrade"), ("study", "create", study), ("study", "open", "tiny")):
        assert cli(*command)[0] == 0
    code, out, err = cli("simulate", "tiny", *words, "--json")
    assert code == 0, err
    counted: dict[str, Any] = json.loads(out)
    del counted["seconds"]
    return counted


def test_the_command_counts_kinds_and_outcomes_and_the_same_seed_gives_the_same(
    cli: Cli,  # noqa: F811
    tiny_bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    plans_by_seed: None,
) -> None:
    file = tmp_path / "people.yaml"
    file.write_text(study_yaml(tiny_bundle, practice_trials=PRACTICE, extra=STEPS_OF_STUDY))
    mix = "layers=2,quitting=1,fails_gate=1,double_tab=1,broken_network=1"
    counted = counted_by(cli, file, "--mix", mix, "--seed", 2)
    assert counted["participants"] == 6
    assert counted["kinds"] == {
        "broken_network": 1,
        "double_tab": 1,
        "fails_gate": 1,
        "layers": 2,
        "quitting": 1,
    }
    assert counted["outcomes"] == {"complete": 4, "gate": 1, "left": 1}
    assert counted["outcomes_by_kind"]["fails_gate"] == {"gate": 1}
    monkeypatch.setenv("METAMERLAB_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'again.db'}")
    assert counted_by(cli, file, "--mix", mix, "--seed", 2) == counted
    said = cli("simulate", "tiny", "-n", 2, "--mix", "fails_gate", "--url", "http://127.0.0.1:1")
    assert said[0] == 1 and "no answer from http://127.0.0.1:1" in said[2]
    unknown = cli("simulate", "tiny", "--mix", "asleep")
    assert (unknown[0], unknown[1]) == (1, "")
    assert unknown[2].startswith("error: no kind of participant 'asleep'; known kinds: layers, ideal")
