"""The web application: everything is put together here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse

from app.admin.routes import router as admin
from app.core.config import PROJECT_FOLDER, Settings, read_settings
from app.db.session import Database
from app.experiments.routes import router as experiments
from app.participants.routes import router as participants
from app.trials.routes import router as trials
from app.web.addresses import AddressMiddleware
from app.web.error_pages import register_error_pages
from app.web.security import SecurityMiddleware
from app.web.static_files import RevalidatedFiles
from app.web.templating import Templates

STATIC = PROJECT_FOLDER / "static"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Opens what all requests share, and closes it."""
    app.state.database = Database(app.state.settings.database_url)
    yield
    await app.state.database.close()


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application for one set of settings; by default those of the environment."""
    settings = settings or read_settings()
    app = FastAPI(title="metamerlab", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.settings = settings
    app.state.templates = Templates(PROJECT_FOLDER / "templates", STATIC)
    app.add_middleware(AddressMiddleware)
    app.add_middleware(SecurityMiddleware, settings=settings)
    register_error_pages(app)
    for router in (participants, trials, experiments, admin):
        app.include_router(router)
    app.add_api_route("/", home)
    app.add_api_route("/healthz", healthz)
    app.mount("/static", RevalidatedFiles(directory=STATIC), name="static")
    return app


async def home() -> RedirectResponse:
    """Participants come by their links; who comes here is an experimenter."""
    return RedirectResponse("/admin")


async def healthz(request: Request) -> dict[str, str]:
    """Answers when the server and its database do."""
    await request.app.state.database.ping()
    return {"status": "ok"}
