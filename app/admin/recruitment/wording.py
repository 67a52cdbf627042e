"""What the page of a study's recruitment says in words, and the drawing of an address."""

from datetime import datetime

import segno
from markupsafe import Markup

from app.analysis.wording import plural
from app.recruitment.codes import Found

NOTHING = "–"


def qr_code(address: str) -> Markup:
    """A drawing of the address for phones, without style that the site's policy would refuse."""
    drawing = segno.make(address, error="m").svg_inline(scale=4, border=2, omitsize=True, svgclass="qr")
    return Markup(drawing)  # noqa: S704 (drawn here, of an address of ours)


def code_in_words(found: Found | None, typed: str) -> str:
    """What a disputed code says, in one sentence."""
    code = typed.strip()[:64]
    if found is None:
        return f"“{code}” is no code of this study: neither of an ending nor of a participant."
    ending = words(found.outcome or "still under way")
    if found.participant is None:
        return f"“{code}” is the code of everybody whose session ended as “{ending}”."
    begun, ended = moment(found.consented_at), moment(found.ended_at)
    return (
        f"“{code}” is participant {found.participant}’s own code. The session began {begun}, ended "
        f"{ended} and stands as “{ending}”."
    )


def approved_in_words(count: int) -> str:
    return f"{plural(count, 'submission')} approved." if count else "Nothing was waiting with the right code."


def words(status: str) -> str:
    return status.replace("_", " ")


def moment(when: datetime | None) -> str:
    return NOTHING if when is None else f"{when:%Y-%m-%d %H:%M} UTC"
