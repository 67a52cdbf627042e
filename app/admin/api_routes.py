"""What scripts read as JSON: the studies, how one is going, and the description of this interface."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, FastAPI, Request

from app.admin.dependencies import API, CurrentActor
from app.analysis.service import counts_by_study
from app.core.version import code_version
from app.experiments import service as experiments
from app.experiments.schemas import Audience
from app.progress import service as progress
from app.web.dependencies import CurrentSettings, Now, ReadSession

router = APIRouter(prefix="/api")
DESCRIPTION = """Send an API token, made at "Your account", as `Authorization: Bearer TOKEN`. Errors are
`{"error": {"code", "message", "detail"}}`. Files come from POST /admin/studies/NAME/downloads/FORMAT, which
takes a form."""


@router.get("/studies")
async def studies(session: ReadSession, actor: CurrentActor) -> list[dict[str, Any]]:
    """The studies that the token sees, with the participants of each audience."""
    counts = await counts_by_study(session)
    return [
        {
            "name": study.name,
            "title": experiments.definition_of(study).title,
            "status": study.status,
            "wanted": experiments.definition_of(study).participants,
            "audiences": {
                audience: asdict(count) for audience, count in sorted(counts.get(study.id, {}).items())
            },
        }
        for study in await experiments.studies_for(session, actor)
    ]


@router.get("/studies/{name}/progress")
async def study_progress(
    session: ReadSession,
    settings: CurrentSettings,
    actor: CurrentActor,
    now: Now,
    name: str,
    audience: Audience = "live",
) -> dict[str, Any]:
    """Where people are, how sessions ended, and what the answers are worth."""
    study = await experiments.study_for(session, actor, name, "viewer")
    stale_after = timedelta(minutes=settings.stale_after_minutes)
    course = await progress.course(session, study, audience, now, stale_after)
    return {
        "study": study.name,
        "status": study.status,
        "audience": audience,
        "course": {
            **asdict(course),
            "steps": dict(course.steps),
            "ended": dict(course.ended),
            "active": course.active,
        },
        "quality": asdict(await progress.quality(session, study, audience)),
    }


@router.get("/openapi.json")
async def description(request: Request, actor: CurrentActor) -> dict[str, Any]:
    """This interface, as OpenAPI 3.1; for those who are signed in."""
    app: FastAPI = request.app
    whole = app.openapi()
    paths = {path: methods for path, methods in whole["paths"].items() if path.startswith(API)}
    info = {"title": "metamerlab for scripts", "version": code_version(), "description": DESCRIPTION}
    return {**whole, "info": info, "paths": paths}
