"""The pages of a running study: its progress, live; its participants, and one of them; pausing."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.actor import Actor
from app.admin.dashboard.contexts import (
    OUTCOME_NAMES,
    STATUSES,
    PanelContext,
    ParticipantsContext,
    ProgressContext,
    audience_links,
    panel_of,
    participant_page,
    participant_row,
)
from app.admin.dependencies import CurrentActor, own_form
from app.admin.headers import PAGE_HEADERS
from app.core.clock import utc_now
from app.core.config import Settings
from app.db.session import Database
from app.db.tables import Study
from app.experiments import service as experiments
from app.experiments.schemas import Audience
from app.progress import service
from app.recruitment import ledger
from app.steps.course import outcomes_of
from app.web.dependencies import CurrentSettings, Now, ReadSession, WriteSession
from app.web.parameters import WholeNumber
from app.web.templating import Templates, page

# A stream is opened anew by the page after this time, so that who was signed out meanwhile reads no more.
STREAM_S = 60.0
LOOK_EVERY_S = 1.0
REST = 4  # times as long as a look took, at least, is not looked again

Status = Literal["active", "completed", "screened_out", "expired", "withdrawn"]
router = APIRouter(prefix="/studies/{name}")


@router.get("/progress")
async def progress(
    request: Request,
    session: ReadSession,
    settings: CurrentSettings,
    actor: CurrentActor,
    name: str,
    audience: Audience = "live",
) -> Response:
    study = await experiments.study_for(session, actor, name, "viewer")
    panel = await _panel(session, settings, study, audience, whole=False)
    context = ProgressContext(
        study=study.name,
        title=experiments.definition_of(study).title,
        status=study.status,
        audience=audience,
        audiences=audience_links(),
        may_change=actor.may("experimenter", study.id),
        panel=_html(request, panel),
    )
    return page(request, context, headers=PAGE_HEADERS)


@router.get("/progress/live")
async def live(
    request: Request,
    settings: CurrentSettings,
    session: ReadSession,
    actor: CurrentActor,
    name: str,
    audience: Audience = "live",
) -> Response:
    """Server-sent events: the panel whenever something has happened, for a minute."""
    await experiments.study_for(session, actor, name, "viewer")
    events = _events(request, settings, actor, name, audience)
    # Proxies would otherwise wait for more before they pass anything on.
    return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def _events(
    request: Request, settings: Settings, actor: Actor, name: str, audience: Audience
) -> AsyncIterator[str]:
    """`curve` is another text when the curve is."""
    database: Database = request.app.state.database
    seen, ends = None, time.monotonic() + STREAM_S
    while time.monotonic() < ends:
        began = time.monotonic()
        async with database.reading() as session:
            study = await experiments.study_for(session, actor, name, "viewer")
            version = (study.status, *await service.version(session, study.id))
            if version != seen:
                panel = await _panel(session, settings, study, audience, whole=True)
                seen = version
                news = {"panel": _html(request, panel), "curve": str(version[1])}
                yield f"data: {json.dumps(news)}\n\n"
        await asyncio.sleep(max(LOOK_EVERY_S, REST * (time.monotonic() - began)))


async def _panel(
    session: AsyncSession, settings: Settings, study: Study, audience: Audience, *, whole: bool
) -> PanelContext:
    now = utc_now()
    stale_after = timedelta(minutes=settings.stale_after_minutes)
    recruiting = experiments.definition_of(study).recruitment
    return panel_of(
        study,
        await service.course(session, study, audience, now, stale_after),
        await service.quality(session, study, audience) if whole else None,
        await ledger.account(session, study) if recruiting and audience == "live" else None,
        recruiting.currency if recruiting else "",
        f"{now:%H:%M:%S} UTC",
    )


def _html(request: Request, panel: PanelContext) -> str:
    templates: Templates = request.app.state.templates
    return templates.render(panel, request.state.csp_nonce)


@router.get("/participants")
async def participants(
    request: Request,
    session: ReadSession,
    actor: CurrentActor,
    name: str,
    audience: Audience = "live",
    status: Status | Literal[""] = "",
    number: WholeNumber = 0,
) -> Response:
    study = await experiments.study_for(session, actor, name, "viewer")
    rows, more = await service.participants(session, study, audience, status or None, number)
    here = f"?audience={audience}&status={status}&number="
    context = ParticipantsContext(
        study=study.name,
        audience=audience,
        audiences=audience_links(),
        status=status,
        statuses=STATUSES,
        rows=tuple(participant_row(row, _outcome_names(study)) for row in rows),
        newer=f"{here}{number - 1}" if number else "",
        older=f"{here}{number + 1}" if more else "",
    )
    return page(request, context, headers=PAGE_HEADERS)


@router.get("/participants/{participant}")
async def participant(
    request: Request, session: ReadSession, actor: CurrentActor, name: str, participant: WholeNumber
) -> Response:
    study = await experiments.study_for(session, actor, name, "viewer")
    life = await service.life(session, study, participant)
    context = participant_page(study, life, _outcome_names(study), service.MOST_EVENTS)
    return page(request, context, headers=PAGE_HEADERS)


def _outcome_names(study: Study) -> dict[str, str]:
    return OUTCOME_NAMES | outcomes_of(experiments.definition_of(study).course)


@router.post("/pause", dependencies=[Depends(own_form)])
async def pause(session: WriteSession, actor: CurrentActor, now: Now, name: str) -> Response:
    await experiments.pause_study(session, actor, name, now)
    return RedirectResponse(f"/admin/studies/{name}/progress", 303)
