"""The settings, from the environment (METAMERLAB_...) or a .env file."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from app.core.errors import Invalid
from app.core.hosts import checked_host, checked_network
from app.core.throttle import Limit

PROJECT_FOLDER = Path(__file__).resolve().parents[2]
DRIVERS = ("sqlite+aiosqlite", "postgresql+psycopg")
OWN_HOSTS = ("localhost", "127.0.0.1", "::1")


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _limit(value: object) -> object:
    return Limit.parse(value) if isinstance(value, str) else value


CommaSeparated = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
CountPerSeconds = Annotated[Limit, NoDecode, BeforeValidator(_limit)]


class Settings(BaseSettings):
    """`base_url` is the address that participants use; on https the cookies are always secure.

    `bundle_folder` is where workers write bundles. `spec_folder` is what the paths of specs that were entered
    in the browser are meant from; they cannot leave it. A worker that was silent for `worker_stale_seconds`
    has lost its run to the next one, a generator that was silent for `generator_lease_seconds` its picture.
    The limits of uploads are of one file, one archive and one stimulus set.

    The secrets of recruiters are in no database and on no page. `mturk_api_url` is the sandbox's unless told
    otherwise, where nobody is paid.

    `trusted_proxies` are the addresses and networks whose X-Forwarded-For and X-Forwarded-Proto are believed.
    `allowed_hosts` are names, addresses, networks and *.NAME that the site answers to besides that of
    `base_url` and this machine's own. `body_timeout_seconds` is how long a request's body may take to arrive.
    The limits are COUNT/SECONDS; without `rate_limits` none of them holds. With less than `min_free_mb` of
    disk beside an SQLite database the server reports itself unwell.
    """

    model_config = SettingsConfigDict(env_prefix="METAMERLAB_", env_file=".env", extra="ignore")

    database_url: str = "sqlite+aiosqlite:///var/metamerlab.db"
    base_url: str = "http://127.0.0.1:8000"
    secure_cookies: bool = False
    stale_after_minutes: float = Field(default=120, gt=0)
    bundle_folder: Path = Path("var/bundles")
    spec_folder: Path = Path("var")
    worker_stale_seconds: float = Field(default=60, gt=0)
    generator_lease_seconds: float = Field(default=10, gt=0)

    prolific_api_url: str = "https://api.prolific.com/api/v1"
    prolific_api_token: SecretStr = SecretStr("")
    prolific_webhook_secret: SecretStr = SecretStr("")
    mturk_api_url: str = "https://mturk-requester-sandbox.us-east-1.amazonaws.com"
    recruiter_timeout_seconds: float = Field(default=20, gt=0)
    upload_file_mb: float = Field(default=50, gt=0)
    upload_archive_mb: int = Field(default=2_000, gt=0)
    upload_set_mb: int = Field(default=5_000, gt=0)
    upload_files: int = Field(default=10_000, gt=0)

    trusted_proxies: CommaSeparated = ()
    allowed_hosts: CommaSeparated = ()
    body_timeout_seconds: float = Field(default=30, gt=0)
    min_free_mb: float = Field(default=64, ge=0)

    # Generous for a class of 60 who begin at once behind one address.
    rate_limits: bool = True
    consents_per_address: CountPerSeconds = Limit(120, 600)
    pages_per_address: CountPerSeconds = Limit(1200, 60)
    calls_per_address: CountPerSeconds = Limit(12_000, 60)
    calls_per_session: CountPerSeconds = Limit(200, 4)

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

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(checked_network(proxy) for proxy in proxies)

    @field_validator("allowed_hosts")
    @classmethod
    def _hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(checked_host(host) for host in hosts)

    @property
    def cookies_are_secure(self) -> bool:
        return self.secure_cookies or self.base_url.startswith("https://")

    @property
    def hosts(self) -> tuple[str, ...]:
        """All that a request may call this site."""
        return (urlsplit(self.base_url).hostname or "", *OWN_HOSTS, *self.allowed_hosts)


def read_settings() -> Settings:
    """The settings of the environment. Raises `Invalid`, which names the variable."""
    try:
        return Settings()
    except ValidationError as error:
        problem = error.errors()[0]
        name = f"{Settings.model_config.get('env_prefix')}{problem['loc'][0]}".upper()
        raise Invalid("bad_setting", f"{name}: {problem['msg'].removeprefix('Value error, ')}") from None
