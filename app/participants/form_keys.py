"""What follows from the UUID of a form that opens a session. Pure."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID


@dataclass(frozen=True)
class FormKeys:
    """The keys of one form of one link.

    A form may be sent twice: pressed twice, or loaded again. Since the session's token follows from the form,
    all responses set the same cookie, in whatever order they arrive.

    `uuid` is drawn anew (122 random bits) for every page with such a form; `code` is the link's.
    """

    code: str
    uuid: UUID

    @property
    def token(self) -> str:
        """The session's secret. Whoever has the form has it, as whoever has a cookie has that."""
        return urlsafe_b64encode(self._digest("token")).decode().rstrip("=")

    @property
    def fingerprint(self) -> str:
        """By which the form is known again, as a UUID; the form itself cannot be computed from it."""
        return str(UUID(bytes=self._digest("fingerprint")[:16]))

    def _digest(self, purpose: str) -> bytes:
        return sha256(f"metamerlab {purpose} {self.code} {self.uuid}".encode()).digest()
