"""Passkeys as second factor (Web Authentication, level 3)."""

from collections.abc import Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncSession
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json, parse_registration_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import PublicKeyCredentialDescriptor

from app.accounts import audit, queries
from app.accounts.signed_in import SignedIn
from app.core.errors import Conflict, Invalid, Unauthorized
from app.db.tables import AdminSession, Passkey, User

MOST = 20  # of one account
SITE_NAME = "metamerlab"


def site_of(base_url: str) -> tuple[str, str]:
    """The site's host, which passkeys belong to, and its origin."""
    parts = urlsplit(base_url)
    return parts.hostname or "", f"{parts.scheme}://{parts.netloc}"


def is_number(host: str) -> bool:
    """Whether a host is an IP address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


async def registration_options(session: AsyncSession, who: SignedIn, base_url: str) -> str:
    """What the browser needs to make a passkey, as JSON; the challenge is kept with the sign-in.

    Raises `Conflict` where there can be none, or no more.
    """
    if is_number(site_of(base_url)[0]):
        raise Conflict(
            "no_host_name", "Passkeys belong to a site with a name, and this one has an address only."
        )
    known = await queries.passkeys_of(session, who.user.id)
    if len(known) >= MOST:
        raise Conflict("too_many_passkeys", f"An account has at most {MOST} passkeys; remove one first.")
    options = generate_registration_options(
        rp_id=site_of(base_url)[0],
        rp_name=SITE_NAME,
        user_id=str(who.user.id).encode(),
        user_name=who.user.email,
        user_display_name=who.user.name,
        exclude_credentials=_described(known),
    )
    await queries.set_challenge(session, who.session.id, options.challenge)
    return options_to_json(options)


async def register(
    session: AsyncSession, who: SignedIn, credential: dict[str, Any], name: str, base_url: str, now: datetime
) -> None:
    """Keep the passkey that the browser made. Raises `Invalid`."""
    host, origin = site_of(base_url)
    challenge = await _used_challenge(session, who.session)
    try:
        made = verify_registration_response(
            credential=parse_registration_credential_json(credential),
            expected_challenge=challenge,
            expected_rp_id=host,
            expected_origin=origin,
        )
    except WebAuthnException as error:
        raise Invalid("passkey_refused", f"This passkey could not be kept: {error}") from error
    session.add(
        Passkey(
            user_id=who.user.id,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            name=" ".join(name.split())[:80] or "Passkey",
            created_at=now,
        )
    )
    await audit.record(session, who.actor, "passkey.added", f"account {who.user.email}", {}, now)


async def authentication_options(
    session: AsyncSession, waiting: AdminSession, user: User, base_url: str
) -> str:
    """What the browser needs to sign with a passkey, as JSON."""
    options = generate_authentication_options(
        rp_id=site_of(base_url)[0],
        allow_credentials=_described(await queries.passkeys_of(session, user.id)),
    )
    await queries.set_challenge(session, waiting.id, options.challenge)
    return options_to_json(options)


async def proven(
    session: AsyncSession,
    waiting: AdminSession,
    user: User,
    credential: dict[str, Any],
    base_url: str,
    now: datetime,
) -> None:
    """Check what a passkey signed. Raises `Unauthorized`; a challenge is good for one try."""
    host, origin = site_of(base_url)
    challenge = await _used_challenge(session, waiting)
    refused = Unauthorized("passkey_refused", "This passkey was not accepted. Please try again.")
    try:
        signed = parse_authentication_credential_json(credential)
        keys = await queries.passkeys_of(session, user.id)
        key = next((one for one in keys if one.credential_id == base64url_to_bytes(signed.id)), None)
        if key is None:
            raise refused
        verified = verify_authentication_response(
            credential=signed,
            expected_challenge=challenge,
            expected_rp_id=host,
            expected_origin=origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
        )
    except (WebAuthnException, ValueError) as error:
        raise refused from error
    key.sign_count, key.last_used_at = verified.new_sign_count, now


async def _used_challenge(session: AsyncSession, sign_in: AdminSession) -> bytes:
    challenge = sign_in.challenge
    if challenge is None:
        raise Invalid("no_challenge", "Please begin again: load the page anew.")
    await queries.set_challenge(session, sign_in.id, None)
    return challenge


def _described(keys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=key.credential_id) for key in keys]
