"""The experimenter's pages: the list of studies, one study, opening and closing it, and all other pages."""

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from app.accounts.actor import Actor
from app.admin.accounts.accounts_routes import router as all_accounts
from app.admin.accounts.door_routes import router as door
from app.admin.accounts.members_routes import router as members
from app.admin.accounts.own_routes import router as own_account
from app.admin.accounts.passkey_routes import router as passkeys
from app.admin.api_routes import router as scripts
from app.admin.bundles.dimension_routes import router as dimensions
from app.admin.bundles.routes import router as bundles
from app.admin.contexts import StudiesContext, study_card, study_page
from app.admin.dashboard.routes import router as dashboard
from app.admin.dependencies import CurrentActor, current_actor, own_form
from app.admin.exports.routes import router as exports
from app.admin.headers import PAGE_HEADERS
from app.admin.privacy.routes import router as privacy
from app.admin.recruitment.routes import api as recruitment_api
from app.admin.recruitment.routes import router as recruitment
from app.admin.results import ResultsKept
from app.admin.run_form.routes import router as run_form
from app.admin.run_routes import router as runs
from app.admin.stimuli.api_routes import router as stimulus_uploads
from app.admin.stimuli.routes import router as stimulus_sets
from app.admin.studies.check_routes import router as draft_checks
from app.admin.studies.draft_routes import router as drafts
from app.admin.studies.study_routes import router as frozen_studies
from app.analysis.service import counts_by_study
from app.db.session import Database
from app.db.tables import Study
from app.experiments import service as experiments
from app.experiments.schemas import Audience
from app.exports import downloads
from app.web.dependencies import CurrentSettings, Now, ReadSession, WriteSession
from app.web.parameters import WholeNumber
from app.web.templating import page

STUDIES_A_PAGE = 25

router = APIRouter()
signed_in = APIRouter(prefix="/admin", dependencies=[Depends(current_actor)])
results = APIRouter()


@signed_in.get("")
async def studies(
    request: Request,
    session: ReadSession,
    settings: CurrentSettings,
    actor: CurrentActor,
    search: Annotated[str, Query(max_length=100)] = "",
    number: WholeNumber = 0,
) -> Response:
    """A page of studies, the newest first, of those whose name or title has `search` in it."""
    links = await experiments.all_links(session)
    counts = await counts_by_study(session)
    bundles = await experiments.all_bundles(session)
    wanted = search.strip().casefold()
    newest_first = sorted(
        (one for one in await experiments.studies_for(session, actor) if wanted in _names_of(one)),
        key=lambda study: (study.created_at, study.id),
        reverse=True,
    )
    first = number * STUDIES_A_PAGE
    cards = [
        study_card(study, bundles[study.id], links, counts.get(study.id, {}), settings.base_url)
        for study in newest_first[first : first + STUDIES_A_PAGE]
    ]
    here = f"?{urlencode({'search': search})}&number="
    context = StudiesContext(
        tuple(cards),
        search=search,
        newer=f"{here}{number - 1}" if number else "",
        older=f"{here}{number + 1}" if len(newest_first) > first + STUDIES_A_PAGE else "",
    )
    return page(request, context, headers=PAGE_HEADERS)


def _names_of(study: Study) -> str:
    """What a search looks into, without reading the whole definition."""
    return f"{study.name} {study.definition.get('title', '')}".casefold()


@results.get("/studies/{name}")
async def study(
    request: Request,
    session: ReadSession,
    settings: CurrentSettings,
    actor: CurrentActor,
    name: str,
    audience: Audience = "live",
) -> Response:
    found = await experiments.study_for(session, actor, name, "viewer")
    kept: ResultsKept = request.app.state.results
    counted = await kept.of(session, found, audience)
    links = await experiments.links_of_study(session, found.id)
    return page(request, study_page(counted, links, settings.base_url), headers=PAGE_HEADERS)


@results.get("/studies/{name}/{audience}/report.{suffix}")
async def report(
    request: Request,
    settings: CurrentSettings,
    actor: CurrentActor,
    name: str,
    audience: Audience,
    suffix: Literal["html", "pdf"],
) -> Response:
    """The report as a file to keep: opened here, the site's policy would take its style away."""
    await _may_see(request, actor, name)
    made = await downloads.report(settings.database_url, name, audience, suffix)
    return _sent(made, f'attachment; filename="{name}-{audience}-report.{suffix}"')


@results.get("/studies/{name}/{audience}/{file_name}")
async def analysis_file(
    request: Request,
    settings: CurrentSettings,
    actor: CurrentActor,
    name: str,
    audience: Audience,
    file_name: str,
) -> Response:
    """One file of the analysis, made anew so that it holds the newest answers."""
    await _may_see(request, actor, name)
    made = await downloads.analysis_file(settings.database_url, name, audience, file_name)
    return _sent(made, f'inline; filename="{name}-{audience}-{file_name}"')


async def _may_see(request: Request, actor: Actor, name: str) -> None:
    """In a transaction of its own: making a file takes long and needs no connection here."""
    database: Database = request.app.state.database
    async with database.reading() as session:
        await experiments.study_for(session, actor, name, "viewer")


def _sent(made: downloads.Download, disposition: str) -> Response:
    headers = {"Content-Disposition": disposition, "Content-Length": str(made.size_bytes)}
    return StreamingResponse(made.pieces(), media_type=made.media_type, headers=headers)


@results.post("/studies/{name}/open", dependencies=[Depends(own_form)])
async def open_study(session: WriteSession, actor: CurrentActor, now: Now, name: str) -> Response:
    await experiments.open_study(session, actor, name, now)
    return RedirectResponse(f"/admin/studies/{name}", 303)


@results.post("/studies/{name}/close", dependencies=[Depends(own_form)])
async def close_study(session: WriteSession, actor: CurrentActor, now: Now, name: str) -> Response:
    await experiments.close_study(session, actor, name, now)
    return RedirectResponse(f"/admin/studies/{name}", 303)


# Those with names of their own before those whose parts are read: "account" is no study, "progress" no file.
for part in (
    own_account,
    all_accounts,
    members,
    scripts,
    dashboard,
    recruitment,
    privacy,
    recruitment_api,
    run_form,
    runs,
    bundles,
    dimensions,
    stimulus_sets,
    stimulus_uploads,
    exports,
    drafts,
    draft_checks,
    frozen_studies,
    results,
):
    signed_in.include_router(part)
for part in (door, passkeys, signed_in):
    router.include_router(part)
