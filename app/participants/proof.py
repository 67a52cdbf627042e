"""That a recruiter vouched for who comes: checked once at the door, and carried by the form of consent."""

import hmac
from hashlib import sha256

from app.db.tables import Study
from app.participants.arrival import Arrival

PROOF = "arrival_proof"


def proof_of(study: Study, arrival: Arrival) -> str:
    """What only this server can write for these ids and this study; empty before the study was opened."""
    if not study.secret:
        return ""
    message = repr(("arrival", study.id, arrival.source, arrival.person, arrival.visit, arrival.errand))
    return hmac.digest(study.secret.encode(), message.encode(), sha256).hex()


def is_proven(study: Study, arrival: Arrival | None) -> bool:
    if arrival is None or not arrival.proof:
        return False
    proof = proof_of(study, arrival)
    return bool(proof) and hmac.compare_digest(proof.encode(), arrival.proof.encode())
