"""What the door's answers look like."""

from typing import Literal
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.experiments import service as experiments
from app.participants.door import Answer, Caller
from app.participants.reception import Reception
from app.participants.schemas import AskContext, LandingContext, ResumeContext, SorryContext
from app.web.templating import PageContext

COOKIES = (
    "Your browser did not keep the cookie by which this study knows you again from one answer to the next. "
    "Nothing was stored, and you have not begun.",
    "Please allow cookies for this site: in the browser's settings, under privacy, or by the sign beside the "
    "address. Private windows and content blockers may forbid them, too. Then open the page again.",
)
BEGUN_ELSEWHERE = (
    "This study was begun already under this id, in another browser or on another device.",
    "Please go on there: open the study's link in the browser in which you began. Your answers are kept.",
    "If you cannot, please write to those who sent you the link.",
)
FINISHED_ELSEWHERE = (
    "This study was finished already under this id, and each person takes part once. Thank you!",
    "To see the completion code again, open the study's link in the browser in which you took part.",
)
BROWSER_TAKEN = (
    "Somebody has taken part with this browser already, and this study takes each browser once.",
    "If that was somebody else, please use another device, or write to those who sent you the link.",
)


async def shown(
    session: AsyncSession, reception: Reception, *, preview: bool = False, number: str = "", uuid: str = ""
) -> PageContext:
    """The page for an answer that is one: LED_ON leads to another address instead."""
    definition, caller = reception.definition, reception.caller
    name, code = definition.title, reception.link.code
    fields = caller.arrival.fields if caller.arrival else ()
    uuid = uuid or str(uuid4())
    if reception.answer is Answer.ASK and caller.here:
        return AskContext(name, code, caller.here.finished, fields)
    if reception.answer is Answer.RESUME and caller.taken:
        return ResumeContext(name, code, caller.taken.finished, uuid, fields)
    if reception.answer is Answer.BROWSER_TAKEN:
        return SorryContext(name, "This browser has taken part", BROWSER_TAKEN)
    problem = _problem(reception, number)
    if reception.answer is Answer.TAKEN and caller.taken and not problem:
        texts = FINISHED_ELSEWHERE if caller.taken.finished else BEGUN_ELSEWHERE
        return SorryContext(name, "You have taken part" if caller.taken.finished else "You have begun", texts)
    return await _landing(session, reception, uuid, number, problem, preview=preview)


def _whose(caller: Caller) -> Literal["begun", "finished"] | None:
    """Whose session this browser holds."""
    if caller.here is None:
        return None
    return "finished" if caller.here.finished else "begun"


def without_cookies(reception: Reception) -> SorryContext:
    again = f"/s/{reception.link.code}"
    return SorryContext(reception.definition.title, "This study needs cookies", COOKIES, again)


def _problem(reception: Reception, number: str) -> str | None:
    """What is wrong with the participant's number that was typed, or was not."""
    arrival = reception.caller.arrival
    if reception.answer is Answer.TAKEN and arrival and arrival.source == "laboratory":
        return (
            f"The number {number.strip()} has taken part in this study already. Please check the number, "
            "or ask the experimenter for another. To go on with a session that was begun, open the link "
            "in the browser in which it was."
        )
    return "Please type the number that you were given." if reception.unnumbered else None


async def _landing(
    session: AsyncSession,
    reception: Reception,
    uuid: str,
    number: str,
    problem: str | None,
    *,
    preview: bool,
) -> LandingContext:
    experiments.require_open(reception.study)
    definition, caller = reception.definition, reception.caller
    cells = await experiments.cells_of(session, reception.study)
    return LandingContext(
        study_name=definition.title,
        code=reception.link.code,
        summary=definition.parameters.summary,
        task=definition.task.medium.kind,
        consent_paragraphs=definition.consent_paragraphs,
        duration_minutes=definition.duration_minutes,
        trials=cells.trials,
        uuid=uuid,
        fields=caller.arrival.fields if caller.arrival else (),
        another=_whose(caller) if caller.another else None,
        asks_number=reception.asks_number,
        number=number,
        problem=problem,
        preview=preview,
    )
