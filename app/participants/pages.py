"""What the door's answers look like. Texts are keys of the languages' catalogues."""

from typing import Literal
from uuid import uuid4

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.experiments import service as experiments
from app.participants.door import Answer, Caller
from app.participants.last_page import full
from app.participants.reception import Reception
from app.participants.schemas import AskContext, LandingContext, NumberProblem, ResumeContext, SorryContext
from app.web.templating import PageContext, page


def uncached(request: Request, context: PageContext, status: int = 200) -> Response:
    """A page that is made for one person at one moment: never shown from a cache."""
    return page(request, context, status, {"Cache-Control": "no-store"})


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
    if reception.answer is Answer.FULL:
        return full(definition, code)
    if reception.answer is Answer.BROWSER_TAKEN:
        return SorryContext(name, "browser-taken", "browser-taken-text")
    if reception.answer is Answer.EXCLUDED:
        return SorryContext(name, "excluded", "excluded-text")
    if reception.answer is Answer.UNNAMED:
        return SorryContext(name, "unnamed", "unnamed-text")
    if reception.answer is Answer.UNPROVEN:
        return SorryContext(name, "unproven", "unproven-text")
    problem = _problem(reception)
    if reception.answer is Answer.TAKEN and caller.taken and not problem:
        if caller.taken.finished:
            return SorryContext(name, "finished-elsewhere", "finished-elsewhere-text")
        return SorryContext(name, "begun-elsewhere", "begun-elsewhere-text")
    return await _landing(session, reception, uuid, number, problem, preview=preview)


def _whose(caller: Caller) -> Literal["begun", "finished"] | None:
    """Whose session this browser holds."""
    if caller.here is None:
        return None
    return "finished" if caller.here.finished else "begun"


def without_cookies(reception: Reception) -> SorryContext:
    again = f"/s/{reception.link.code}"
    return SorryContext(reception.definition.title, "cookies", "cookies-text", again)


def _problem(reception: Reception) -> NumberProblem | None:
    """What is wrong with the participant's number that was typed, or was not."""
    arrival = reception.caller.arrival
    if reception.answer is Answer.TAKEN and arrival and arrival.source == "laboratory":
        return "taken"
    return "missing" if reception.unnumbered else None


async def _landing(
    session: AsyncSession,
    reception: Reception,
    uuid: str,
    number: str,
    problem: NumberProblem | None,
    *,
    preview: bool,
) -> LandingContext:
    experiments.require_open(reception.study, reception.link.audience)
    definition, caller = reception.definition, reception.caller
    design = await experiments.design_of(session, reception.study)
    return LandingContext(
        study_name=definition.title,
        code=reception.link.code,
        summary=definition.parameters.summary,
        counted=definition.parameters.counted,
        task=definition.task.medium.kind,
        consent_paragraphs=definition.consent_paragraphs,
        duration_minutes=definition.duration_minutes,
        trials=design.trials,
        uuid=uuid,
        fields=caller.arrival.fields if caller.arrival else (),
        another=_whose(caller) if caller.another else None,
        asks_number=reception.asks_number,
        number=number.strip(),
        problem=problem,
        preview=preview,
    )
