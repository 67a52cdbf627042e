"""Who is let in, led on, asked or sent away."""

import pytest

from app.experiments.schemas import Repeats
from app.participants.arrival import Arrival
from app.participants.door import Answer, Caller, Known, answer

BEGUN = Known(1, False, None, None, None)
FINISHED = Known(2, True, None, None, None)
ANN = Known(3, False, "prolific", "ann", "visit-1")
ANN_COMES = Arrival("prolific", "ann", "visit-1")
ANN_ELSEWHERE = Arrival("prolific", "ann", "visit-2")
BOB_COMES = Arrival("prolific", "bob", "visit-3")
NUMBER_7 = Known(4, True, "laboratory", "7", None)
SEVEN = Arrival("laboratory", "7")


@pytest.mark.parametrize(
    ("caller", "ask", "never", "always"),
    [
        (Caller(), Answer.CONSENT, Answer.CONSENT, Answer.CONSENT),
        (Caller(BOB_COMES), Answer.CONSENT, Answer.CONSENT, Answer.CONSENT),
        (Caller(here=BEGUN), Answer.ASK, Answer.LED_ON, Answer.ASK),
        (Caller(here=FINISHED), Answer.ASK, Answer.LED_ON, Answer.CONSENT),
        (Caller(here=BEGUN, another=True), Answer.CONSENT, Answer.LED_ON, Answer.CONSENT),
        (Caller(BOB_COMES, here=ANN), Answer.ASK, Answer.BROWSER_TAKEN, Answer.ASK),
        (Caller(BOB_COMES, here=BEGUN), Answer.ASK, Answer.LED_ON, Answer.ASK),
        (Caller(ANN_COMES, here=ANN, taken=ANN), Answer.LED_ON, Answer.LED_ON, Answer.LED_ON),
        (Caller(ANN_COMES, taken=ANN), Answer.RESUME, Answer.RESUME, Answer.RESUME),
        (Caller(ANN_COMES, here=BEGUN, taken=ANN), Answer.RESUME, Answer.RESUME, Answer.RESUME),
        (Caller(ANN_ELSEWHERE, taken=ANN), Answer.TAKEN, Answer.TAKEN, Answer.TAKEN),
        (Caller(SEVEN, taken=NUMBER_7), Answer.TAKEN, Answer.TAKEN, Answer.TAKEN),
        # Who says to be another person, and mistypes the number of the one before, is not led in as that one.
        (
            Caller(SEVEN, here=NUMBER_7, taken=NUMBER_7, another=True),
            Answer.TAKEN,
            Answer.TAKEN,
            Answer.TAKEN,
        ),
    ],
)
def test_what_an_open_study_says(caller: Caller, ask: Answer, never: Answer, always: Answer) -> None:
    said = {repeats: answer(caller, repeats, is_open=True) for repeats in ("ask", "never", "always")}
    assert said == {"ask": ask, "never": never, "always": always}


@pytest.mark.parametrize("repeats", ["ask", "never", "always"])
@pytest.mark.parametrize("here", [BEGUN, FINISHED])
def test_a_closed_study_leads_on_whoever_it_knows(here: Known, repeats: Repeats) -> None:
    assert answer(Caller(here=here, another=True), repeats, is_open=False) is Answer.LED_ON
    assert answer(Caller(ANN_COMES, taken=ANN), repeats, is_open=False) is Answer.RESUME
