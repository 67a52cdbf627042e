"""The ledger of a study as a table for the accounts."""

from collections.abc import Iterable
from datetime import datetime

from app.db.tables import Payment
from app.experiments.recruiting import decimal_text
from synthesis.common.csv_file import table_csv

HEADER = (
    "payment",
    "kind",
    "state",
    "amount",
    "currency",
    "recruiter",
    "submission",
    "participant",
    "reason",
    "asked_by",
    "written_at_utc",
    "sent_at_utc",
    "settled_at_utc",
    "settled_by",
    "recruiters_reference",
    "key",
    "problem",
)


def payments_csv(payments: Iterable[Payment]) -> bytes:
    """Every payment of a study with its state; text that a spreadsheet would run is neutralised.

    The submission is the recruiter's id of the visit, by which its invoice is checked; no person's id.
    """
    return table_csv(HEADER, map(_row, payments))


def _row(payment: Payment) -> tuple[object, ...]:
    return (
        payment.id,
        payment.kind,
        payment.state,
        decimal_text(payment.amount_minor),
        payment.currency,
        payment.recruiter,
        payment.submission,
        payment.participant_id,
        payment.reason,
        payment.actor,
        _moment(payment.created_at),
        _moment(payment.sent_at),
        _moment(payment.settled_at),
        payment.settled_by,
        payment.remote_reference,
        payment.key,
        payment.problem,
    )


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"
