"""The recruiters of this installation, made from its settings."""

from app.core.config import Settings
from app.recruitment.link import Link
from app.recruitment.mturk.client import MturkClient
from app.recruitment.mturk.recruiter import Mturk
from app.recruitment.null import Null
from app.recruitment.prolific.client import ProlificClient
from app.recruitment.prolific.recruiter import Prolific
from app.recruitment.prolific.tokens import Keys
from app.recruitment.recruiter import Recruiter


class Recruiters:
    """Each is made when it is first asked for, and closed with all others."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._made: dict[str, Recruiter] = {}
        self._keys: Keys | None = None

    def named(self, name: str) -> Recruiter:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    @property
    def keys(self) -> Keys:
        """Those that Prolific publishes."""
        if self._keys is None:
            settings = self.settings
            self._keys = Keys(settings.prolific_api_url, settings.recruiter_timeout_seconds)
        return self._keys

    @property
    def prolific(self) -> Prolific:
        made = self.named("prolific")
        assert isinstance(made, Prolific)
        return made

    def _make(self, name: str) -> Recruiter:
        settings = self.settings
        if name == "prolific":
            token, timeout_s = settings.prolific_api_token, settings.recruiter_timeout_seconds
            return Prolific(ProlificClient(settings.prolific_api_url, token.get_secret_value(), timeout_s))
        if name == "mturk":
            return Mturk(MturkClient(settings.mturk_api_url, settings.recruiter_timeout_seconds))
        return Null() if name == "null" else Link()

    async def close(self) -> None:
        for recruiter in self._made.values():
            await recruiter.close()
        if self._keys is not None:
            await self._keys.close()
