"""Codes of an authenticator (TOTP, RFC 6238) and recovery codes; pure."""

import re
import secrets
from datetime import datetime

import pyotp

ISSUER = "metamerlab"
STEP_S = 30
# A code of the step before or after is taken too: clocks differ (RFC 6238, section 5.2).
WINDOW = (0, -1, 1)
RECOVERY_CODES = 10
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


def new_totp_secret() -> str:
    """160 bits, in base 32."""
    return pyotp.random_base32()


def is_totp_secret(secret: str) -> bool:
    """Whether a page sent the secret back as it was drawn."""
    return re.fullmatch("[A-Z2-7]{32}", secret) is not None


def totp_address(secret: str, email: str) -> str:
    """What the square code for the authenticator says."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def totp_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step that a code belongs to; None for a wrong one. Spaces in it do not count."""
    totp = pyotp.TOTP(secret)
    digits = "".join(code.split())
    step = int(now.timestamp()) // STEP_S
    for shift in WINDOW:
        if pyotp.utils.strings_equal(digits, totp.at((step + shift) * STEP_S)):
            return step + shift
    return None


def new_recovery_codes() -> list[str]:
    """Codes of 59 bits, to be shown once."""
    return ["-".join(_letters(4) for _ in range(3)) for _ in range(RECOVERY_CODES)]


def _letters(count: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(count))


def plain(code: str) -> str:
    """A recovery code as it is compared: without spaces, dashes and capitals."""
    return "".join(letter for letter in code.lower() if letter.isalnum())
