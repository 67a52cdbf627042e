"""Calls by which stimulus sets are made and uploaded, by the page and by scripts with a token."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import ClientDisconnect

from app.admin.dependencies import CurrentActor, own_form
from app.admin.stimuli.routes import lay_out_and_make_ready
from app.core.errors import BadRequest
from app.db.tables import StimulusSet
from app.stimulus_sets import service
from app.stimulus_sets.uploads import Uploads
from app.web.dependencies import CurrentSettings, Now, ReadSession, WriteSession
from app.web.parameters import WholeNumber
from app.web.security import json_call

router = APIRouter(prefix="/api/stimuli", dependencies=[Depends(own_form)])


class NewSet(BaseModel):
    """`grouping` is what a file's category is: its folder, the beginning of its name, or none."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200)
    medium: str = Field(max_length=20)
    grouping: str = Field(default="folder", max_length=20)


async def uploads(request: Request, settings: CurrentSettings, actor: CurrentActor) -> Uploads:
    return Uploads(request.app.state.database, settings, actor)


CurrentUploads = Annotated[Uploads, Depends(uploads)]


async def pieces(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes."""
    try:
        async for piece in request.stream():
            yield piece
    except ClientDisconnect:
        raise BadRequest("broken_off", "the upload broke off; send the file again") from None


@router.post("", dependencies=[Depends(json_call)])
async def create(session: WriteSession, actor: CurrentActor, now: Now, wanted: NewSet) -> dict[str, Any]:
    return _described(await service.create(session, actor, wanted.name, wanted.medium, wanted.grouping, now))


@router.get("/{set_id}/files")
async def sent_files(session: ReadSession, set_id: WholeNumber) -> dict[str, Any]:
    """What was sent before, so that an upload that broke off is gone on with."""
    found = await service.get_set(session, set_id)
    files = await service.sent_files(session, set_id)
    return {**_described(found), "files": [{"path": path, "sha256": sha256} for path, sha256 in files]}


@router.put("/{set_id}/files")
async def take_file(
    request: Request,
    given: CurrentUploads,
    set_id: WholeNumber,
    path: Annotated[str, Query(max_length=2_000)],
    x_sha256: Annotated[str, Header(pattern="^([0-9a-f]{64})?$")] = "",
) -> dict[str, Any]:
    """The body is the file; the header X-SHA256 may say what its digest is."""
    row = await given.take_file(set_id, path, x_sha256, pieces(request))
    return {
        "path": row.path,
        "verdict": row.verdict,
        "category": row.category,
        "name": row.name,
        "notes": row.notes,
        "facts": row.facts,
    }


@router.put("/{set_id}/archive")
async def take_archive(request: Request, given: CurrentUploads, set_id: WholeNumber) -> dict[str, int]:
    """The body is a zip archive; its files are taken up by the calls that follow."""
    return {"files": await given.take_archive(set_id, pieces(request))}


@router.post("/{set_id}/archive/next", dependencies=[Depends(json_call)])
async def go_on(given: CurrentUploads, set_id: WholeNumber) -> dict[str, int]:
    """Takes up files of the archive for some seconds; call again until `done` is `total`."""
    done, total = await given.go_on(set_id)
    return {"done": done, "total": total}


@router.post("/{set_id}/ready", dependencies=[Depends(json_call)])
async def make_ready(
    session: WriteSession, settings: CurrentSettings, actor: CurrentActor, now: Now, set_id: WholeNumber
) -> dict[str, Any]:
    await lay_out_and_make_ready(session, settings, actor, now, set_id)
    return _described(await service.get_set(session, set_id))


def _described(found: StimulusSet) -> dict[str, Any]:
    return {"id": found.id, "name": found.name, "medium": found.medium, "state": found.state}
