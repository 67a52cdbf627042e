"""Where recruiters send people, and where they call: /p/CODE, /m/CODE and /hooks/prolific."""

from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Request, Response

from app.core.errors import NotFound
from app.experiments import service as experiments
from app.participants.arrival import Arrival, arrival_of, is_preview
from app.participants.dependencies import SessionToken
from app.participants.pages import uncached
from app.participants.proof import PROOF
from app.participants.routes import landing_page
from app.participants.schemas import FrameContext
from app.participants.turk import FRAMES
from app.recruitment import queries
from app.recruitment.arriving import Vouching, proven
from app.recruitment.dependencies import CurrentOffice
from app.recruitment.heeding import heed
from app.recruitment.service import Office
from app.web.dependencies import CurrentSettings, Now, ReadSession
from app.web.language import speak
from app.web.security import content_policy

TOKEN = "prolific_token"  # noqa: S105 (the name of a parameter)

router = APIRouter()


@router.get("/p/{code}")
async def from_prolific(
    request: Request, settings: CurrentSettings, office: CurrentOffice, token: SessionToken, code: str
) -> Response:
    """As /s/CODE, for people of Prolific: where the study wants it, Prolific has to vouch for them."""
    query = {name: value for name, value in request.query_params.items() if name.lower() != PROOF}
    arrival = arrival_of(query)
    if arrival is not None:
        arrival = await _vouched_for(office, code, arrival, request.query_params.get(TOKEN, ""))
    given = {**query, PROOF: arrival.proof} if arrival and arrival.proof else query
    async with office.database.reading() as session:
        return await landing_page(request, session, settings, token, code, given)


async def _vouched_for(office: Office, code: str, arrival: Arrival, token: str) -> Arrival:
    """The database is not kept waiting while Prolific is asked. Raises `NotFound` for the link's code."""
    arrival = replace(arrival, proof="")
    async with office.database.reading() as session:
        study, link = await experiments.study_by_code(session, code)
        campaign = await queries.campaign_of_study(session, study.id)
    recruiting = experiments.definition_of(study).recruitment
    if not recruiting or not recruiting.secured or link.audience != "live":
        return arrival
    base = office.base_url.rstrip("/")
    audience = (f"{base}/p/{code}", base, urlsplit(base).hostname or "")
    vouching = Vouching(office.recruiters.prolific, office.recruiters.keys, audience)
    return await proven(vouching, study, campaign, arrival, token)


@router.get("/m/{code}")
async def in_mturks_frame(request: Request, session: ReadSession, code: str) -> Response:
    """The one page that another site may frame. It stores nothing, and leads into a window of its own.

    There the session's cookie is that of a page, which browsers keep, and not that of a frame.
    """
    study, link = await experiments.study_by_code(session, code)
    definition = experiments.definition_of(study)
    speak(request, definition.language, code)
    arrival = arrival_of(request.query_params)
    if arrival is not None and arrival.source != "mturk":
        raise NotFound("unknown_link", "This link is not known. Please check that it was copied completely.")
    address = None
    if arrival is not None and not is_preview(request.query_params):
        address = f"/s/{link.code}?{urlencode(arrival.fields)}"
    response = uncached(request, FrameContext(definition.title, definition.duration_minutes, address))
    policy = content_policy(request.state.csp_nonce, frames=FRAMES)
    response.headers["Content-Security-Policy"] = policy
    return response


@router.post("/hooks/prolific")
async def called_by_prolific(
    request: Request, settings: CurrentSettings, office: CurrentOffice, now: Now
) -> dict[str, bool]:
    """A webhook, which Prolific's signature opens and nothing else."""
    secret = settings.prolific_webhook_secret.get_secret_value()
    return {"heeded": await heed(office, secret, request.headers, await request.body(), now)}
