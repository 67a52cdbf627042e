"""Whether answers came sooner than a person could have given them; pure.

Only the server's clock is asked. An answer may come late, with many others at once: a connection that was
lost keeps them back. It cannot come early. So at each moment the answers that have arrived must have fitted,
one after the other, into the time since the participant entered.
"""

from collections.abc import Iterable
from datetime import datetime

# Clocks, and frames that are a trifle shorter than they should be.
TOLERANCE = 0.9


def too_fast(entered_at: datetime, answers: Iterable[tuple[datetime, float]]) -> bool:
    """Whether more answers arrived by some moment than trials can have been presented until then.

    Parameters
    ----------
    entered_at
        When the participant consented.
    answers
        When each arrived, in order, and how long (ms) its trial lasts at least.
    """
    least_ms = 0.0
    for arrived_at, duration_ms in answers:
        least_ms += duration_ms
        if (arrived_at - entered_at).total_seconds() * 1000 < TOLERANCE * least_ms:
            return True
    return False
