"""Somebody who is signed in."""

from dataclasses import dataclass

from app.accounts.actor import Actor
from app.db.tables import AdminSession, User


@dataclass(frozen=True)
class SignedIn:
    """The account, the browser's session, and who that makes of the person."""

    actor: Actor
    user: User
    session: AdminSession
