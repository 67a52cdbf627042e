"""Scripts and icons: kept for ever under the address of their version, compressed, and never mixed."""

import gzip
import re
import subprocess

import httpx
import pytest

from app.main import STATIC
from app.tasks.registry import TASKS
from app.web.static_files import accepts_gzip, static_folder
from tests.architecture.sources import ROOT
from tests.benchmarks.page.weight import weight
from tests.http import enter
from tests.versioned import versioned

pytestmark = pytest.mark.anyio

MAIN = versioned("/static/participant/main.js")


async def test_a_script_is_kept_for_ever_under_the_address_of_its_version(client: httpx.AsyncClient) -> None:
    script = await client.get(MAIN)
    assert script.status_code == 200
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "path",
    [
        "/static/0123456789ab/participant/main.js",
        "/static/participant/main.js",
        "/static/",
        versioned("/static/"),
        versioned("/static/participant"),
        versioned("/static/../pyproject.toml"),
        versioned("/static/%2e%2e/pyproject.toml"),
    ],
)
async def test_another_version_is_not_found_and_not_kept(client: httpx.AsyncClient, path: str) -> None:
    missing = await client.get(path)
    assert missing.status_code == 404
    assert missing.headers["cache-control"] == "no-store"
    assert missing.json()["error"]["code"] == "not_found"


async def test_files_cannot_be_written(client: httpx.AsyncClient) -> None:
    refused = await client.post(MAIN)
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET")


async def test_icons_say_what_they_are_and_are_not_compressed_again(client: httpx.AsyncClient) -> None:
    icon = await client.get(versioned("/static/vendor/icons/dog.webp"), headers={"accept-encoding": "gzip"})
    assert icon.headers["content-type"] == "image/webp"
    assert not {"content-encoding", "vary"} & set(icon.headers)


@pytest.mark.parametrize("path", ["participant/main.js", "css/base.css", "favicon.svg"])
async def test_text_is_compressed_for_those_who_read_it(client: httpx.AsyncClient, path: str) -> None:
    address = versioned(f"/static/{path}")
    plain = await client.get(address, headers={"accept-encoding": "identity"})
    async with client.stream("GET", address, headers={"accept-encoding": "br, gzip"}) as packed:
        sent = b"".join([part async for part in packed.aiter_raw()])
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert gzip.decompress(sent) == plain.content
    assert packed.headers["content-length"] == str(len(sent))
    assert len(sent) < len(plain.content)


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True),
        ("deflate, GZIP;q=0.5", True),
        ("br;q=1.0, gzip; q=0", False),
        ("gzip;q=0.000", False),
        ("xgzip", False),
        ("*", False),
        ("", False),
    ],
)
async def test_gzip_is_sent_only_where_it_is_named(header: str, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted


async def test_pages_and_stimuli_are_not_compressed(
    client: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    code, headers = open_links["live"], {"accept-encoding": "gzip"}
    await enter(client, code)
    [trial] = (await client.get(f"/api/{code}/trials?start=0&count=1")).json()["trials"]
    for path in (f"/s/{code}", f"/run/{code}", trial["stimulus"], trial["told"]["mask"]):
        assert "content-encoding" not in (await client.get(path, headers=headers)).headers, path


async def test_the_page_names_all_scripts_that_it_will_import(
    client: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    code = open_links["live"]
    await enter(client, code)
    html = (await client.get(f"/run/{code}")).text
    named = re.findall(r'rel="modulepreload" href="/static/\w+/([^"]+)"', html)
    assert named[0] == "participant/main.js"
    assert len(named) == len(set(named))
    assert {"vendor/jspsych.js", "participant/tasks/image16/plugin.js"} <= set(named)
    assert "participant/tasks/words/task.js" not in named
    # Every import of each is named too, as a browser resolves it.
    for name in named:
        text = (STATIC / name).read_text()
        for path in re.findall(r'^(?:import|\} from|export .* from) .*"(\.[^"]+)";$', text, re.MULTILINE):
            assert (STATIC / name).parent.joinpath(path).resolve().relative_to(STATIC).as_posix() in named
    for name in named:
        assert (await client.get(versioned(f"/static/{name}"))).status_code == 200


async def test_no_session_can_load_more_than_60_kib_of_scripts() -> None:
    measured = weight()
    assert 40 < measured["value"] <= 60
    assert set(TASKS) == {name.removesuffix("_session_kib") for name in measured if "_session_kib" in name}


async def test_scripts_are_sent_without_comments_and_are_the_same_programs(client: httpx.AsyncClient) -> None:
    """The build tool, which reads the language, makes the same of what is sent and of the file."""
    names = [name for name in static_folder(STATIC).files if re.fullmatch(r"(?!vendor/).*\.js", name)]
    assert len(names) > 40
    for name in names:
        sent = (await client.get(versioned(f"/static/{name}"))).content
        source = (STATIC / name).read_bytes()
        assert minified(sent) == minified(source), name
        assert sent.count(b"\n") == source.count(b"\n"), name
        assert not re.search(rb"^ \* ", sent, re.MULTILINE), name


def minified(script: bytes) -> bytes:
    command = [ROOT / "node_modules/.bin/esbuild", "--minify", "--format=esm", "--legal-comments=none"]
    return subprocess.run(command, input=script, capture_output=True, check=True).stdout


async def test_all_scripts_import_by_relative_paths() -> None:
    """An absolute path would name no version."""
    for name in static_folder(STATIC).files:
        if name.endswith(".js") and not name.startswith("vendor/"):
            text = (STATIC / name).read_text()
            assert not re.search(r'(from|import)\s*\(?\s*["\']/', text), name
            assert '"/static/' not in text and "`/static/" not in text, name


async def test_all_pages_name_the_version_in_the_addresses_of_files() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        for following in path.read_text().split("/static/")[1:]:
            assert following.startswith("{{ static_version }}/"), path.name
