"""What Prolific sends by itself: whether it is Prolific's, and what it says; pure."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from pydantic import BaseModel, ValidationError

from app.core.errors import BadRequest, Forbidden

SUBMISSION_CHANGED = "submission.status.change"
SIGNATURE, TIMESTAMP, EVENT = "x-prolific-request-signature", "x-prolific-request-timestamp", "x-event-id"
# Each delivery is signed anew, so an old one was not sent by Prolific now.
FRESH = timedelta(minutes=10)
LONGEST_ID = 200


class Event(BaseModel):
    """What is used of a call; there is more in it."""

    event_type: str
    resource_id: str
    status: str = ""


@dataclass(frozen=True)
class Delivery:
    """`id` is the same each time that one event is sent."""

    id: str
    event: Event


def read_delivery(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Delivery:
    """What a call says. Raises `Forbidden` (not Prolific's, or old) or `BadRequest`."""
    timestamp, given = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
    if not secret or not is_signed(secret, timestamp, body, given):
        raise Forbidden("bad_signature", "the signature of this call is not the recruiter's")
    if not _is_fresh(timestamp, now):
        raise Forbidden("old_call", "this call was signed too long ago")
    event_id = headers.get(EVENT, "")
    if not 0 < len(event_id) <= LONGEST_ID:
        raise BadRequest("no_event_id", "this call has no X-Event-ID")
    try:
        return Delivery(event_id, Event.model_validate_json(body))
    except ValidationError:
        raise BadRequest("bad_event", "the body of this call is not an event") from None


def is_signed(secret: str, timestamp: str, body: bytes, signature: str) -> bool:
    """Whether the signature is base64(HMAC-SHA256(secret, timestamp + body)), compared in constant time."""
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    due = hmac.digest(secret.encode(), timestamp.encode() + body, sha256)
    return hmac.compare_digest(due, given)


def _is_fresh(timestamp: str, now: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(now - datetime.fromtimestamp(int(timestamp), UTC)) <= FRESH
