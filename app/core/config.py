"""The settings, from the environment (METAMERLAB_...) or a .env file."""

from pathlib import Path

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from app.core.errors import Invalid

PROJECT_FOLDER = Path(__file__).resolve().parents[2]
DRIVERS = ("sqlite+aiosqlite", "postgresql+psycopg")


class Settings(BaseSettings):
    """`base_url` is the address that participants use; on https the cookies are always secure.

    `bundle_folder` is where workers write bundles. `spec_folder` is what the paths of specs that were entered
    in the browser are meant from; they cannot leave it. A worker that was silent for `worker_stale_seconds`
    has lost its run to the next one.
    """

    model_config = SettingsConfigDict(env_prefix="METAMERLAB_", env_file=".env", extra="ignore")

    database_url: str = "sqlite+aiosqlite:///var/metamerlab.db"
    base_url: str = "http://127.0.0.1:8000"
    secure_cookies: bool = False
    stale_after_minutes: float = Field(default=120, gt=0)
    bundle_folder: Path = Path("var/bundles")
    spec_folder: Path = Path("var")
    worker_stale_seconds: float = Field(default=60, gt=0)

    @field_validator("database_url")
    @classmethod
    def _known_driver(cls, url: str) -> str:
        try:
            driver = make_url(url).drivername
        except ArgumentError:
            driver = url
        if driver not in DRIVERS:
            raise ValueError(f"{driver!r} is not supported; begin the address with {' or '.join(DRIVERS)}")
        return url

    @property
    def cookies_are_secure(self) -> bool:
        return self.secure_cookies or self.base_url.startswith("https://")


def read_settings() -> Settings:
    """The settings of the environment. Raises `Invalid`, which names the variable."""
    try:
        return Settings()
    except ValidationError as error:
        problem = error.errors()[0]
        name = f"{Settings.model_config.get('env_prefix')}{problem['loc'][0]}".upper()
        raise Invalid("bad_setting", f"{name}: {problem['msg'].removeprefix('Value error, ')}") from None
