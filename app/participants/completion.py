"""The completion code of one participant, which nobody else has."""

import hmac
from hashlib import sha256

from app.db.tables import Participant, Study

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none is mistaken for another
MARK_LENGTH = 8


def own_code(study: Study, participant: Participant) -> str | None:
    """Follows from the study's secret, and so does not have to be stored. None before there were secrets.

    The participant's number stands before the hyphen; behind it are 40 bits that only the server can tell.
    """
    if not study.secret:
        return None
    message = f"completion {participant.id} {participant.consented_at.isoformat()}"
    digest = hmac.digest(study.secret.encode(), message.encode(), sha256)
    return f"{participant.id}-{''.join(LETTERS[byte % 32] for byte in digest[:MARK_LENGTH])}"


def number_in(code: str) -> int | None:
    """The participant's number in a code of this kind; None for any other text."""
    number = code.partition("-")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None
