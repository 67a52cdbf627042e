"""The web application: everything is put together here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from starlette.middleware import Middleware

from app.admin.results import ResultsKept
from app.admin.routes import router as admin
from app.analysis.precision_watch import PrecisionWatch
from app.core.config import Settings, read_settings
from app.core.resources import resource_folder
from app.db.session import Database
from app.drafts.jobs import Jobs
from app.experiments.routes import router as experiments
from app.participants.leaving_routes import router as leaving
from app.participants.routes import router as participants
from app.privacy.routes import router as privacy
from app.recruitment.recruiters import Recruiters
from app.recruitment.routes import router as recruitment
from app.self_test.routes import router as self_test
from app.sessions.routes import router as trials
from app.stimulus_sets.examiner import examiner
from app.web.addresses import AddressMiddleware
from app.web.body_limit import BodyLimitMiddleware
from app.web.error_pages import register_error_pages
from app.web.head_requests import HeadMiddleware
from app.web.health import router as health
from app.web.hosts import HostMiddleware, ProxyMiddleware
from app.web.rate_limits import RateLimitMiddleware
from app.web.request_log import RequestLogMiddleware
from app.web.security import SecurityMiddleware
from app.web.static_files import static_folder
from app.web.templating import Templates

STATIC = resource_folder("static")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Opens what all requests share, and closes it."""
    app.state.database = Database(app.state.settings.database_url)
    app.state.recruiters = Recruiters(app.state.settings)
    yield
    await app.state.jobs.stop()
    await app.state.precision.stop()
    await app.state.recruiters.close()
    examiner.close()
    await app.state.database.close()


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application for one set of settings; by default those of the environment."""
    settings = settings or read_settings()
    app = FastAPI(
        title="metamerlab",
        lifespan=lifespan,
        middleware=_middleware(settings),
        # A redirect of the framework would name whatever host the request does.
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.settings = settings
    app.state.results = ResultsKept()
    app.state.jobs = Jobs(lambda: app.state.database)
    app.state.precision = PrecisionWatch(lambda: app.state.database)
    static = static_folder(STATIC)
    common = {"static_version": static.version, "modules": static.modules}
    app.state.templates = Templates(resource_folder("templates"), **common)
    register_error_pages(app)
    parts = (participants, leaving, privacy, recruitment, trials, experiments, admin, self_test, health)
    for router in parts:
        app.include_router(router)
    app.add_api_route("/", home)
    app.mount("/static", static, name="static")
    return app


def _middleware(settings: Settings) -> list[Middleware]:
    """What a request passes on its way in, in this order."""
    return [
        Middleware(RequestLogMiddleware),
        Middleware(SecurityMiddleware, settings=settings),
        Middleware(AddressMiddleware),
        Middleware(HeadMiddleware),
        Middleware(HostMiddleware, allowed=settings.hosts),
        Middleware(ProxyMiddleware, trusted=settings.trusted_proxies),
        Middleware(RateLimitMiddleware, settings=settings),
        Middleware(BodyLimitMiddleware, timeout_s=settings.body_timeout_seconds),
    ]


async def home() -> RedirectResponse:
    """Participants come by their links; who comes here is an experimenter."""
    return RedirectResponse("/admin")
