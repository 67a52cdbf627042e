"""A draft of a study of thresholds: its bundle, its section, its check; on both databases."""

import asyncio
import html
import re
from pathlib import Path

import httpx
import pytest
import yaml

from app.core.config import Settings
from app.db.session import Database
from app.db.tables import DraftJob, Study
from tests.accounts import sign_in
from tests.database import rows_of
from tests.drafts import imported, new_draft, send, stored_text
from tests.support import build_tiny_bundle, study_yaml
from tests.threshold_bundle import build_dimension_bundle

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    build_tiny_bundle(tmp_path / "bundles" / "metamers")
    build_dimension_bundle(tmp_path / "bundles" / "levels")
    (tmp_path / "specs").mkdir()
    return Settings(
        database_url=database_url,
        spec_folder=tmp_path / "specs",
        bundle_folder=tmp_path / "bundles",
        rate_limits=False,
    )


@pytest.fixture
async def admin(client: httpx.AsyncClient, database: Database) -> httpx.AsyncClient:
    return await sign_in(client, database)


def text(settings: Settings, bundle: str = "levels", **fields: object) -> str:
    fields = {"preset": "mame-abx", "practice_trials": 2, **fields}
    whole = yaml.safe_load(study_yaml(settings.bundle_folder / bundle, **fields))  # type: ignore[arg-type]
    return yaml.safe_dump({name: value for name, value in whole.items() if name != "layers"})


def offered(page: str) -> list[str]:
    """The names of the bundles that a form offers, in its order."""
    return re.findall(r'name="bundle\.\d+\.place" value="[^"]*/([^"/]*)"', page)


async def test_a_preset_is_offered_the_bundles_that_it_can_use(admin: httpx.AsyncClient) -> None:
    address = await new_draft(admin)
    page = (await admin.get(address)).text
    assert offered(page) == ["metamers"]
    assert '<option value="mame-abx"' in page
    await send(admin, address, preset="mame-abx")
    page = (await admin.get(address)).text
    assert offered(page) == ["levels"]
    assert "4 dimensions; 95 of 96 levels certified." in page
    assert "block2/1+, block10/1+, block10/2-, control" in page
    assert page.count("/admin/drafts/bundles/") == 4 * (1 + 5)
    picture = re.search(r"/admin/drafts/bundles/\w+/\w+", page)
    assert picture and (await admin.get(picture[0])).headers["content-type"] == "image/png"


async def test_the_form_writes_the_bundle_without_layers_and_the_section(
    admin: httpx.AsyncClient, settings: Settings, database: Database
) -> None:
    address = await new_draft(admin)
    await send(admin, address, preset="mame-abx", title="Telling pictures apart", practice_trials="2")
    place = str(settings.bundle_folder / "levels")
    chosen = {"bundle__0__place": place, "bundle__0__use": "yes", "bundle__0__every": "0"}
    given = {
        "adaptive__procedure": "two-down-one-up",
        "adaptive__dimensions": "block2/1+\r\nblock10/2-",
        "adaptive__dimensions_per_session": "3",
        "adaptive__trials_per_dimension": "20",
        "adaptive__sd_octaves": "0.5",
        "adaptive__least_trials": "10",
        "adaptive__catch_share": "0.1",
        "adaptive__source": "grid",
    }
    await send(admin, address, **chosen, **given)
    content = yaml.safe_load(await stored_text(admin, address))
    assert content["bundle"] == place and not {"layers", "stimuli"} & set(content)
    assert content["adaptive"] == {
        "procedure": "two-down-one-up",
        "dimensions": ["block2/1+", "block10/2-"],
        "dimensions_per_session": 3,
        "trials_per_dimension": 20,
        "sd_octaves": 0.5,
        "least_trials": 10,
        "catch_share": 0.1,
        "source": "grid",
    }
    before = await stored_text(admin, address)
    await send(admin, address, **chosen, **given)
    assert await stored_text(admin, address) == before
    check = (await admin.get(f"{address}/check")).text
    assert "Nothing is wrong" in check
    # Two dimensions and the control of 20 trials, a tenth more to see who guesses, and practice.
    assert '<dd class="value">up to 68</dd>' in check
    assert "block2/1+, block10/2-, control" in check and "levels without a certificate" in check
    assert (await admin.post(f"{address}/open")).status_code == 303
    (study,) = await rows_of(database, Study)
    assert study.status == "open" and study.definition["adaptive"]["trials_per_dimension"] == 20


async def test_a_switch_of_the_preset_takes_the_layers_out(
    admin: httpx.AsyncClient, settings: Settings
) -> None:
    address = await imported(admin, study_yaml(settings.bundle_folder / "metamers"))
    place = str(settings.bundle_folder / "metamers")
    chosen = {"bundle__0__place": place, "bundle__0__use": "yes", "bundle__0__every": "3"}
    layers = {"bundle__0__layers": ["block2", "block10", "head"]}
    await send(admin, address, preset="mame-abx", **chosen, **layers)
    assert "layers" not in yaml.safe_load(await stored_text(admin, address))
    page = html.unescape((await admin.get(address)).text)
    assert offered(page) == ["metamers", "levels"]
    assert "This preset moves pictures along dimensions, and this is a bundle of metamers." in page
    check = html.unescape((await admin.get(f"{address}/check")).text)
    assert "is a bundle of metamers, and the preset mame-abx shows a bundle of dimensions" in check


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"procedure": "quest"}, "no procedure 'quest'"),
        ({"dimensions": ["block2/9+"]}, "the bundle has no dimension 'block2/9+'; it has block2/1+,"),
        ({"sd_octaves": 0.4, "trials_per_dimension": 8}, "least_trials: give at most trials_per_dimension"),
        ({"trials_per_dimension": 0}, "greater than or equal to 1"),
    ],
)
async def test_what_is_wrong_with_the_section_is_said_in_a_line(
    admin: httpx.AsyncClient, settings: Settings, section: dict[str, object], message: str
) -> None:
    address = await imported(admin, text(settings) + yaml.safe_dump({"adaptive": section}))
    check = html.unescape((await admin.get(f"{address}/check")).text)
    assert message in check and "Nothing is wrong" not in check
    assert "Traceback" not in check
    if section.get("dimensions") is None:
        assert message in html.unescape((await admin.get(f"{address}?saved=1")).text)


async def test_power_says_that_it_does_not_apply(admin: httpx.AsyncClient, settings: Settings) -> None:
    address = await imported(admin, text(settings))
    line = "does not apply to a study of thresholds"
    check = (await admin.get(f"{address}/check")).text
    assert line in check and f'action="{address}/power"' not in check
    response = await admin.post(f"{address}/power")
    assert response.status_code == 409 and line in response.text


async def test_a_dry_run_ends_with_thresholds(
    admin: httpx.AsyncClient, settings: Settings, database: Database
) -> None:
    few = yaml.safe_dump({"adaptive": {"trials_per_dimension": 6}})
    address = await imported(admin, text(settings) + few)
    assert (await admin.post(f"{address}/dry-run", data={"participants": "2"})).status_code == 303
    for _ in range(600):
        [job] = await rows_of(database, DraftJob)
        if job.state != "running":
            break
        await asyncio.sleep(0.1)
    assert (job.state, job.message) == ("finished", "")
    assert (job.result or {})["outcomes"] == {"layers": {"complete": 2}}
    (study,) = await rows_of(database, Study)
    figure = f"/admin/studies/{study.name}/simulated/thresholds_by_layer.svg"
    assert figure in (await admin.get(f"{address}/check")).text
    assert (await admin.get(figure)).headers["content-type"].startswith("image/svg")
