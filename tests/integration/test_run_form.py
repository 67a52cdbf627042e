"""The form of a synthesis run: it shows what can be chosen and writes the spec that was meant."""

import html
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core.config import Settings
from app.db.session import Database
from app.db.tables import RunSet, SynthesisRun
from app.synthesis_runs import networks
from synthesis.bundle.spec import SynthesisSpec
from synthesis.common.yaml_file import parse_yaml
from tests.accounts import sign_in
from tests.database import rows_of
from tests.uploads import PAGES, begin, noise, picture, send, sound

pytestmark = pytest.mark.anyio

FORM = "/admin/synthesis/form"
CHOICES = {
    "name": "mine",
    "model": "efficientnet_lite0",
    "layers": ["block10", "block0"],
    "stimuli": "animals",
    "null": "reference",
    "recipe": "fast",
    "max_steps": "120",
    "decision": "none",
    "prepare": "none",
    "seed": "3",
    "seeds_per_stimulus": "2",
    "attempts": "1",
}
SPEC = """\
model: efficientnet_lite0
layers: [block0, block10]
stimuli: sets/animals
null_file: reference
prepare: none
decision: none
recipe: fast
max_steps: 120
seed: 3
seeds_per_stimulus: 2
attempts: 1
"""


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, spec_folder=tmp_path / "specs", rate_limits=False)


@pytest.fixture
async def admin(client: httpx.AsyncClient, database: Database) -> httpx.AsyncClient:
    """Signed in, with a ready set of pictures and one of sounds."""
    await sign_in(client, database)
    for name, medium, path, data in (
        ("animals", "picture", "a/bear/1.png", picture(1)),
        ("spoken", "sound", "a/act/1.wav", sound(noise(1, 2.0))),
        ("short", "sound", "a/act/1.wav", sound(noise(1, 1.0))),
    ):
        set_id = await begin(client, name, medium)
        assert (await send(client, set_id, path, data)).json()["verdict"] == "accepted"
        await client.post(f"{PAGES}/{set_id}/ready")
    return client


def text_of(response: httpx.Response) -> str:
    return html.unescape(response.text)


async def test_layers_are_listed_in_depth_order(admin: httpx.AsyncClient) -> None:
    page = (await admin.get(FORM, params={"model": "efficientnet_lite0", "stimuli": "animals"})).text
    layers = re.findall(r'name="layers" value="([^"]+)"', page)
    listed = {one.name: one for one in networks.listed_networks()}
    assert layers == list(listed["efficientnet_lite0"].layers)
    assert "<option selected>animals</option>" in page
    assert "spoken" not in page, "sounds are not shown to a network that sees"
    assert 'value="vgg19"' in page
    assert 'name="layers"' not in (await admin.get(FORM)).text


async def test_the_form_writes_the_spec_which_is_then_queued(
    admin: httpx.AsyncClient, database: Database
) -> None:
    response = await admin.post(FORM, data=CHOICES)
    assert response.status_code == 200, response.text
    assert f"\n{SPEC}</textarea>" in text_of(response)
    assert 'value="mine"' in response.text
    parse_yaml(SPEC, SynthesisSpec, name="spec", folder=Path())
    saved = await admin.post("/admin/synthesis/spec.yaml", data={"name": "mine", "spec": SPEC})
    assert saved.text == SPEC
    assert saved.headers["content-disposition"] == 'attachment; filename="mine.yaml"'
    queued = await admin.post("/admin/synthesis", data={"name": "mine", "spec": SPEC})
    assert queued.status_code == 303
    assert [run.spec for run in await rows_of(database, SynthesisRun)] == [SPEC]
    assert len(await rows_of(database, RunSet)) == 1


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"layers": []}, "layers: tick at least one"),
        ({"stimuli": "spoken"}, "stimuli: choose a set of pictures that is ready"),
        ({"null": "animals"}, "null: choose another set than the stimuli"),
        ({"null": "nowhere"}, "null: choose where it comes from"),
        ({"model": "vgg19", "layers": ["fc_2"]}, "null: choose where it comes from"),
        ({"model": "nonsense"}, "network: choose one"),
        ({"recipe": "slow"}, "recipe: "),
        ({"seed": "x<b>"}, "seed: "),
        ({"decision": "words & <b>"}, "decision: "),
        (
            {"model": "word_cochcnn", "layers": ["relu0"], "stimuli": "short", "decision": "words"},
            "short: word_cochcnn is shown clips of 2 s, and 1 of this set last otherwise (1 s, for one)",
        ),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_chosen_kept(
    admin: httpx.AsyncClient, changes: dict[str, Any], problem: str
) -> None:
    response = await admin.post(FORM, data={**CHOICES, **changes})
    assert response.status_code == 422
    assert problem in text_of(response)
    assert "<b>" not in response.text
    if "model" not in changes:
        assert 'value="mine"' in response.text


async def test_sounds_of_the_right_length_are_taken(admin: httpx.AsyncClient) -> None:
    changes = {"model": "word_cochcnn", "layers": ["relu0"], "stimuli": "spoken", "decision": "words"}
    response = await admin.post(FORM, data={**CHOICES, **changes})
    assert response.status_code == 200, response.text
    assert "prepare" not in text_of(response).partition("<textarea")[2].partition("</textarea>")[0]


async def test_without_the_synthesis_program_the_spec_can_still_be_written(
    admin: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    networks.listed_networks.cache_clear()
    monkeypatch.setattr(networks, "PROGRAM", (sys.executable, "-c", "raise SystemExit(1)"))
    response = await admin.get(FORM)
    assert response.status_code == 200
    assert "does not list its networks (CalledProcessError)" in text_of(response)
    assert 'href="/admin/synthesis/new"' in response.text
    monkeypatch.undo()
    assert networks.listed_networks(), "a failure is not remembered"


def test_the_list_needs_no_torch() -> None:
    code = "import sys; sys.argv = ['x', 'models', '--json']\nfrom synthesis.commands.program import app\n"
    code += "try:\n    app()\nfinally:\n    print('torch' in sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip().endswith("False"), done.stderr
