"""What scripts read with a token, and the client that docs/api.md shows; on both databases."""

import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.db.session import Database
from tests.accounts import sign_in
from tests.http import new_client
from tests.integration.test_analysis import simulate

pytestmark = pytest.mark.anyio
DOCS = Path(__file__).parents[2] / "docs" / "api.md"


async def token_of(client: httpx.AsyncClient, **form: object) -> str:
    page = (await client.post("/admin/account/tokens", data={"name": "s", "days": 1, **form})).text
    found = re.search(r"mlab_[\w-]{43}", page)
    assert found
    return found[0]


async def test_a_script_reads_studies_and_progress(
    app: FastAPI, client: httpx.AsyncClient, database: Database, open_links: dict[str, str]
) -> None:
    await sign_in(client, database)
    await simulate(app, open_links["simulated"], 2)
    async with new_client(app) as script:
        script.headers["authorization"] = f"Bearer {await token_of(client, role='viewer')}"
        [study] = (await script.get("/admin/api/studies")).json()
        assert (study["name"], study["status"]) == ("tiny", "open")
        assert study["audiences"] == {"simulated": {"consented": 2, "completed": 2}}
        address = "/admin/api/studies/tiny/progress?audience=simulated"
        progress = (await script.get(address)).json()
        assert (progress["course"]["completed"], progress["quality"]["analysed"]) == (2, 2)
        described = (await script.get("/admin/api/openapi.json")).json()
        assert "/admin/api/studies/{name}/progress" in described["paths"]
        assert not [path for path in described["paths"] if not path.startswith("/admin/api/")]
        unknown = await script.get("/admin/api/studies/nothing/progress")
        assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "unknown_study")


async def test_the_client_of_the_docs_works(
    app: FastAPI, client: httpx.AsyncClient, database: Database, open_links: dict[str, str]
) -> None:
    await sign_in(client, database)
    await simulate(app, open_links["simulated"], 1)
    token = await token_of(client, role="experimenter", study="tiny")
    code = re.search(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert code
    shown: dict[str, object] = {}
    async with new_client(app) as script:
        # The page's client waits for each answer; this one is the same with the application in its place.
        awaited = re.sub(r"(client\.(?:get|post)\([^\n]*?\))(?=\.raise|\n)", r"(await \1)", code[1])
        awaited = re.sub(r"with httpx\.Client\(.*?\) as client:", "if True:", awaited, flags=re.DOTALL)
        script.headers["authorization"] = f"Bearer {token}"
        body = "\n".join(f"    {line}" for line in awaited.splitlines())
        exec(f"async def run(client, shown):\n{body}\n    shown.update(locals())", shown)
        await shown["run"](script, shown)  # type: ignore[operator]
    assert shown["progress"]["course"]["completed"] == 1  # type: ignore[index]
    assert bytes(shown["archive"])[:2] == b"PK"  # type: ignore[call-overload]
