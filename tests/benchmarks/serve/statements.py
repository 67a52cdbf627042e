"""How many statements an answer takes, and a call that only looks whether the database is there."""

import asyncio

from app.core.config import Settings
from app.main import create_app
from tests.http import answer_body, enter, new_client
from tests.statements import sent_statements


def per_call(database_url: str, code: str) -> dict[str, int]:
    return asyncio.run(_per_call(database_url, code))


async def _per_call(database_url: str, code: str) -> dict[str, int]:
    app = create_app(Settings(database_url=database_url))
    async with app.router.lifespan_context(app), new_client(app) as client:
        await enter(client, code)
        calls = {
            "first_answer": ("PUT", f"/api/{code}/trials/0", answer_body()),
            "answer": ("PUT", f"/api/{code}/trials/1", answer_body()),
            "session": ("GET", f"/api/{code}/session", None),
            "trials": ("GET", f"/api/{code}/trials?start=0&count=40", None),
            "health": ("GET", "/healthz", None),
        }
        counted = {}
        for name, (method, path, body) in calls.items():
            with sent_statements() as sent:
                response = await client.request(method, path, json=body)
            assert response.status_code == 200, response.text
            counted[name] = len(sent)
    return counted
