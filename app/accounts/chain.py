"""The hash chain of the audit log; pure.

Each row's SHA-256 covers its content and the hash of the row before, so that nobody can change, remove or
insert a row without changing all that follow (Schneier and Kelsey 1999, Secure audit logs to support computer
forensics, without their encryption). That rows are missing at the end only shows beside a hash noted before.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

FIRST = "0" * 64


@dataclass(frozen=True)
class Entry:
    """One row of the audit log without its hash."""

    position: int
    happened_at: datetime
    actor: str
    user_id: int | None
    action: str
    subject: str
    detail: dict[str, Any]
    previous_sha256: str

    @property
    def sha256(self) -> str:
        moment = self.happened_at.astimezone(UTC).isoformat(timespec="microseconds")
        content = [
            self.position,
            moment,
            self.actor,
            self.user_id,
            self.action,
            self.subject,
            self.detail,
            self.previous_sha256,
        ]
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Verdict:
    """How far the chain holds: `rows` good ones, the hash of the last, and what is wrong behind it."""

    rows: int
    head: str
    problem: str = ""


def verified(stored: Iterable[tuple[Entry, str]]) -> Verdict:
    """Follow the chain from its beginning to the first row that does not fit."""
    verdict = Verdict(0, FIRST)
    for entry, sha256 in stored:
        if problem := _problem(entry, sha256, verdict):
            return Verdict(verdict.rows, verdict.head, problem)
        verdict = Verdict(entry.position, sha256)
    return verdict


def _problem(entry: Entry, sha256: str, before: Verdict) -> str:
    if entry.position != before.rows + 1:
        return f"row {before.rows + 1} is missing: row {entry.position} follows row {before.rows}"
    if entry.previous_sha256 != before.head:
        return f"row {entry.position} does not follow row {before.rows}: one of them was exchanged"
    if entry.sha256 != sha256:
        return f"row {entry.position} was changed after it was written"
    return ""
