"""Who is let in, led on, asked or sent away when a study's link is opened. Pure."""

from dataclasses import dataclass
from enum import Enum, auto
from secrets import compare_digest

from app.experiments.schemas import Repeats
from app.participants.arrival import Arrival


class Answer(Enum):
    """What the door says.

    - CONSENT: the study and the form of consent.
    - ASK: this browser holds a session; go on with it, or somebody else?
    - LED_ON: to this browser's session, or its end.
    - RESUME: the recruiter's visit id shows that it is the same person, in another browser.
    - TAKEN: the person's id has taken part, and nothing shows that it is the same person.
    - FULL: the study has, or will have, as many as it wants.
    - BROWSER_TAKEN: the study takes each browser once, and the link names another person.
    - EXCLUDED: the person took part in a study that excludes this one.
    - UNNAMED: the study's people come from a panel, and the link names nobody of it.
    - UNPROVEN: the study lets in whom the panel vouches for, and it does not for these ids.
    """

    CONSENT = auto()
    ASK = auto()
    LED_ON = auto()
    RESUME = auto()
    TAKEN = auto()
    FULL = auto()
    BROWSER_TAKEN = auto()
    EXCLUDED = auto()
    UNNAMED = auto()
    UNPROVEN = auto()


@dataclass(frozen=True)
class Known:
    """A participant of this study, and what the recruiter said of the person, if one did."""

    participant_id: int
    finished: bool
    source: str | None
    person: str | None
    visit: str | None


@dataclass(frozen=True)
class Caller:
    """What is known of who opens the link.

    `here` has its session in this browser. `excluded` is set for who took part in a study that excludes this
    one. `panel` is the one that all who come must be named by, if any, and `proven` whether it vouches for
    these ids, or need not. `taken` took part already under the id of `arrival`. `another` is
    set when the person says not to be the one who is here.
    """

    arrival: Arrival | None = None
    here: Known | None = None
    taken: Known | None = None
    another: bool = False
    excluded: bool = False
    panel: str | None = None
    proven: bool = True


def answer(caller: Caller, repeats: Repeats, *, is_open: bool) -> Answer:
    """What to say to who opens the link of a study with that setting for repeats."""
    here = caller.here
    if caller.taken and caller.arrival:
        if caller.taken == here and not caller.another:
            return Answer.LED_ON
        return Answer.RESUME if _same_visit(caller.arrival, caller.taken) else Answer.TAKEN
    if stopped := _stopped(caller):
        return stopped
    if here is None:
        return Answer.CONSENT
    if repeats == "never":
        return Answer.BROWSER_TAKEN if _is_another(caller.arrival, here) else Answer.LED_ON
    if not is_open:
        return Answer.LED_ON
    goes_unsaid = here.finished and repeats == "always"
    return Answer.CONSENT if caller.another or goes_unsaid else Answer.ASK


def _stopped(caller: Caller) -> Answer | None:
    """Why nobody who is new is let in by this link. Who is here already is led on, whatever the link says."""
    if caller.here and not caller.another and not _is_another(caller.arrival, caller.here):
        return None
    if caller.panel and (caller.arrival is None or caller.arrival.source != caller.panel):
        return Answer.UNNAMED
    if not caller.proven:
        return Answer.UNPROVEN
    return Answer.EXCLUDED if caller.excluded else None


def _same_visit(arrival: Arrival, known: Known) -> bool:
    """Whether both carry the same id of a visit, which only the recruiter and the person know."""
    if arrival.visit is None or known.visit is None:
        return False
    return compare_digest(arrival.visit.encode(), known.visit.encode())


def _is_another(arrival: Arrival | None, here: Known) -> bool:
    """Whether the link names a person, and another one than is here."""
    if arrival is None or here.person is None:
        return False
    return (arrival.source, arrival.person) != (here.source, here.person)
