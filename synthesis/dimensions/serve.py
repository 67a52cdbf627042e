"""Answering requests for pictures, a line of JSON each, until there are no more."""

import json
import time
from collections.abc import Callable, Iterable
from typing import Any

from pydantic import ValidationError

from synthesis.common.errors import UserError
from synthesis.common.json_file import first_problem
from synthesis.dimensions.live import LevelRequest, LiveBench


def serve(bench: LiveBench, lines: Iterable[str], say: Callable[..., object]) -> int:
    """Say first that the network is there, then of each line its level or why there is none.

    Returns how many pictures were made.
    """
    manifest = bench.manifest
    say(
        ready=True,
        bundle=manifest.digest,
        weights_sha256=manifest.model.weights_sha256,
        originals=len(manifest.originals),
        dimensions=[one.id for one in manifest.dimensions],
    )
    made = 0
    for line in lines:
        if line.strip():
            said = _answer(bench, line)
            made += "level" in said
            say(**said)
    return made


def _answer(bench: LiveBench, line: str) -> dict[str, Any]:
    started = time.perf_counter()
    try:
        asked = LevelRequest.model_validate_json(line)
    except ValidationError as error:
        return {"id": _id_of(line), "error": f"not a request: {first_problem(error)}", "seconds": 0.0}
    try:
        found: dict[str, Any] = {"level": bench.make(asked).model_dump(mode="json")}
    except (UserError, OSError) as error:
        found = {"error": str(error).partition("\n")[0]}
    return {"id": asked.id, **found, "seconds": round(time.perf_counter() - started, 4)}


def _id_of(line: str) -> str | int | None:
    """That of a request that is not good otherwise."""
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        return None
    found = content.get("id") if isinstance(content, dict) else None
    return found if isinstance(found, str | int) else None
