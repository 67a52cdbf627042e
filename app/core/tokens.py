"""Secret tokens. Only their SHA-256 is ever stored."""

import hashlib
import secrets


def new_token() -> str:
    """A session secret of 256 bits, safe in addresses and cookies."""
    return secrets.token_urlsafe(32)


def new_asset_token() -> str:
    """An opaque address of 128 bits."""
    return secrets.token_urlsafe(16)


def new_code() -> str:
    """A short code for links and completion, of letters and digits that are not mistaken for each other."""
    return "".join(secrets.choice("23456789ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(10))


def token_sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
