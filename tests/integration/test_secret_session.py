"""What a browser receives in a whole session: no byte, header, length or shape tells what a trial is."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import numpy as np
import pytest

from app.db.session import Database
from app.db.tables import PlannedTrial, Response, StepResult, Stimulus
from tests.conftest import create_study
from tests.database import rows_of
from tests.http import answer_body, consent_form, step_body, word_body
from tests.integration.test_one_length import headers_of
from tests.support import CATEGORIES, WORDS, build_tiny_bundle, networks_study_yaml, wav, word_study_yaml

pytestmark = pytest.mark.anyio

# Names that occur in no page by chance.
LAYERS = ("inferotemporal", "prefrontal")
NETWORKS = {"alphanet": 224, "betanet": 96}  # sides of their pictures, px
SPEAKER = "loudspeaker7"
FIELDS = {"index", "phase", "stimulus", "sha256", "told", "answered"}
PICTURES = """
completion_codes: {gate: GATE-1}
steps:
  - instructions
  - practice
  - {kind: gate, trials: 3, pass_mark: 0}
  - {kind: trials, breaks: 1, trials_between: 4, catch: 4}
"""
SOUNDS = """
completion_codes: {headphones: EARS-1}
steps:
  - sound_level
  - {kind: headphone_check, method: both, trials: 6, pass_mark: 0}
  - practice
  - {kind: trials, breaks: 1, trials_between: 4, catch: 4, catch_sounds: clear}
"""


@dataclass
class Browser:
    """One participant's browser, which keeps all that it receives."""

    client: httpx.AsyncClient
    code: str
    answer: dict[str, Any]
    received: list[httpx.Response] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, **content: Any) -> httpx.Response:
        response = await self.client.request(method, path, headers=self.headers, **content)
        self.received.append(response)
        return response

    async def api(self, method: str, path: str, **content: Any) -> httpx.Response:
        return await self.ask(method, f"/api/{self.code}/{path}", **content)

    async def take_part(self) -> None:
        """The whole session, and what a page asks for at the wrong time."""
        await self.ask("GET", f"/s/{self.code}")
        await self.ask("POST", f"/s/{self.code}/consent", data=consent_form())
        await self.ask("GET", f"/run/{self.code}")
        lease = str(uuid4())
        view = (await self.api("POST", "session", json={"lease": lease})).json()
        self.headers = {"X-Session-Lease": lease, "Accept-Encoding": "gzip, br"}
        while view["steps"]:
            for step in view["steps"]:
                await self.step(step)
            view = (await self.api("GET", "session")).json()
        assert (await self.api("POST", "finish", json={})).json() == {"outcome": "complete"}
        await self.ask("GET", f"/end/{self.code}")

    async def step(self, step: dict[str, Any]) -> None:
        if step["trials"] is not None:
            await self.trials(step["trials"]["first"], step["trials"]["last"])
            return
        for number in range(len(step["told"].get("sounds", ())) + 1):
            await self.api("GET", f"steps/{step['position']}/files/{number}")
        for _twice in range(2):  # the second is refused with what is stored
            await self.api(
                "PUT", f"steps/{step['position']}", json=step_body(step["kind"], {"shown_ms": 9.5})
            )

    async def trials(self, first: int, last: int) -> None:
        window = (await self.api("GET", f"trials?start={first}&count={last + 1 - first}")).json()
        for trial in window["trials"]:
            await self.ask("GET", trial["stimulus"])
            await self.api("PUT", f"trials/{last + 1}", json=self.body)  # it is not due
            for _twice in range(2):
                assert (
                    await self.api("PUT", f"trials/{trial['index']}", json=self.body)
                ).is_success or _twice
            await self.api("POST", "events", json={"kind": "focus", "detail": {"away_ms": 5}})

    @property
    def body(self) -> dict[str, Any]:
        return {**self.answer, "uuid": str(uuid4())}

    def of(self, path: str, method: str = "GET") -> list[httpx.Response]:
        """What came from addresses that match, refusals left out."""
        return [
            response
            for response in self.received
            if re.fullmatch(path.replace("CODE", self.code), response.request.url.raw_path.decode())
            and response.request.method == method
            and response.is_success
        ]


def picture_study(folder: Path) -> str:
    """Pictures of two networks, of two sizes."""
    entries = []
    for name, size_px in NETWORKS.items():
        bundle = build_tiny_bundle(folder / name, 20, layers=LAYERS, model=name, size_px=size_px)
        entries.append(f"bundle: {bundle}, layers: all")
    return networks_study_yaml(entries, practice_trials=2, extra=PICTURES)


def sound_study(folder: Path) -> str:
    """Clips of a network, and clear words by one speaker."""
    bundle = build_tiny_bundle(folder / "alphanet", 20, kind="sound", layers=LAYERS, model="alphanet")
    for number, word in enumerate(("cat", "don't")):
        (folder / "clear" / word).mkdir(parents=True)
        tone = 9_000 * np.sin(np.arange(2_000 + 900 * number) / 7)
        (folder / "clear" / word / f"{SPEAKER}-{number}.wav").write_bytes(wav(tone, rate_hz=16_000))
    return word_study_yaml(bundle, practice_trials=2, extra=SOUNDS)


@pytest.fixture(params=["picture", "sound"])
async def browser(
    request: pytest.FixtureRequest, client: httpx.AsyncClient, database: Database, tmp_path: Path
) -> Browser:
    """That of one who has taken part from the landing page to the code."""
    sounds = request.param == "sound"
    file = tmp_path / "study.yaml"
    file.write_text(sound_study(tmp_path) if sounds else picture_study(tmp_path))
    code = (await create_study(database, file, opened=True))["live"]
    browser = Browser(client, code, word_body("bat") if sounds else answer_body("bear"))
    await browser.take_part()
    return browser


def all_of(response: httpx.Response) -> bytes:
    """Headers and body."""
    return str(response.headers.multi_items()).encode() + response.content


async def revealing(database: Database) -> set[bytes]:
    """Names that stand for a stimulus, its condition, its file or its place in the plan."""
    words = {"catch", "metamer", "spearman", "certificate", SPEAKER, *LAYERS, *NETWORKS}
    for stimulus in await rows_of(database, Stimulus):
        words |= {stimulus.natural_id, stimulus.blob_sha256}
    return {word.encode() for word in words}


async def phases(database: Database) -> list[str]:
    return [
        row.phase for row in sorted(await rows_of(database, PlannedTrial), key=lambda row: row.trial_index)
    ]


async def test_nothing_that_a_browser_receives_names_what_a_trial_is(
    browser: Browser, database: Database
) -> None:
    plan = await phases(database)
    assert plan.count("catch") == 4
    assert len(await rows_of(database, Response)) == len(plan)
    assert len(browser.received) > 3 * len(plan)
    words = await revealing(database)
    for response in browser.received:
        said = all_of(response).lower().replace(b"metamerlab", b"")  # the program's own name
        # Among the pixels of a picture, four bytes may be those of a short name by chance.
        short = 5 if response.headers.get("content-type", "").startswith(("image/", "audio/")) else 1
        assert not [word for word in words if len(word) >= short and word in said], response.url
    # The choices name every category to everyone; beside them, only feedback on practice does.
    names = {name.encode() for name in (*CATEGORIES, *WORDS)}
    names -= {browser.answer["answer"].encode(), b"the", b"over", b"act", b"every"}  # words of the refusals
    windows = browser.of(r"/api/CODE/trials\?.*")
    answered = browser.of(r"/api/CODE/trials/\d+", "PUT")[2:]
    assert len(answered) == len(plan) - 2
    for response in (*windows, *answered):
        assert not [name for name in names if name in response.content], response.url


async def test_all_trials_have_one_shape_one_length_and_the_same_headers(
    browser: Browser, database: Database
) -> None:
    plan = await phases(database)
    stimuli = browser.of("/stimuli/.*")
    assert len(stimuli) == len(plan)
    # The first 44 bytes are the whole header of a sound, and a picture's up to its pixels.
    assert len({(len(one.content), str(headers_of(one)), one.content[:44]) for one in stimuli}) == 1
    assert "content-encoding" not in stimuli[0].headers  # what compresses well would be shorter
    trials = [trial for window in browser.of(r"/api/CODE/trials\?.*") for trial in window.json()["trials"]]
    assert [trial["phase"] for trial in trials] == [phase.replace("catch", "main") for phase in plan]
    assert all(trial.keys() == FIELDS for trial in trials)
    assert len({tuple(trial["told"]) for trial in trials}) == 1
    assert len({(len(trial["stimulus"]), len(trial["sha256"])) for trial in trials}) == 1
    answers = browser.of(r"/api/CODE/trials/\d+", "PUT")[2:]
    last = answers[-1].json()
    assert last["next_index"] is None
    shapes = {json.dumps(one.json() | {"index": 0, "uuid": 0, "next_index": 0}) for one in answers}
    assert shapes == {json.dumps({**last, "index": 0, "uuid": 0, "next_index": 0})}
    # Refusals, too, say the same of a catch trial as of any other.
    said = {str(one.json()["error"].keys()) for one in browser.received if one.status_code == 409}
    assert len(said) == 1


@pytest.mark.parametrize("browser", ["sound"], indirect=True)
async def test_the_headphone_check_tells_no_answer(browser: Browser, database: Database) -> None:
    [stored] = [row.result for row in await rows_of(database, StepResult) if row.kind == "headphone_check"]
    right = stored["right_answers"]
    assert len(right) == 18 and stored["correct_sides"] == 0
    for response in browser.received:
        said = all_of(response)
        assert right.encode() not in said and b"correct_" not in said and b"right_answers" not in said
    files = browser.of(r"/api/CODE/steps/\d+/files/\d+")
    assert len(files) == 18
    for part in range(3):
        of_part = files[6 * part : 6 * part + 6]
        assert len({(str(headers_of(one)), len(one.content), one.content[:44]) for one in of_part}) == 1
    assert {one.headers["cache-control"] for one in files} == {"no-store"}
    assert not {"content-encoding", "etag", "last-modified"} & set(files[0].headers)
