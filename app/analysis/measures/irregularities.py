"""What an experimenter should know of a study's data before trusting them: in numbers and in words.

Nothing here leaves anybody out by itself.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pandas as pd

from app.analysis.wording import plural
from app.tasks.reading import FURTHER, RECORD, flags_in

# Flags of participants, and what each says.
FLAGGED_PEOPLE = {
    "plan_shared": "another has finished the same plan, so its stimuli were seen twice",
    "too_fast": "answers came sooner than the trials can have been presented",
}
# Flags of answers that are no names of measurements.
FLAGGED_ANSWERS = {
    RECORD: "no record of such a trial, so nothing is known of how it was presented",
    FURTHER: "further fields of the page that could not be kept",
}


def flags_of_table(table: pd.DataFrame) -> dict[str, int]:
    """How many trials of a tidy table have each flag."""
    return _counted((flags.split(), 1) for flags in table["flags"] if flags)


def flags_of_texts(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """How many answers have each flag, from the lists of flags as JSON with the number of answers."""
    return _counted((flags_in(_read(text)), answers) for text, answers in counts)


def _read(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _counted(flagged: Iterable[tuple[Iterable[str], int]]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for flags, answers in flagged:
        for flag in set(flags):
            counts[flag] += answers
    return dict(counts.most_common())


def caveats(
    people: Mapping[int, Sequence[str]], set_aside: int, answers: Mapping[str, int]
) -> tuple[str, ...]:
    """One line for each kind of irregularity.

    Parameters
    ----------
    people
        The flags of each participant who has any.
    set_aside
        How many trials were passed without an answer.
    answers
        The flags of answers, each with its number.
    """
    return (*_of_people(people), *_of_trials(set_aside), *_of_answers(answers))


def _of_people(people: Mapping[int, Sequence[str]]) -> Iterator[str]:
    for flag, number in _counted((flags, 1) for flags in people.values()).items():
        who = ", ".join(str(participant) for participant, flags in people.items() if flag in flags)
        meaning = FLAGGED_PEOPLE.get(flag, "flagged by the page")
        yield f"{flag}: {plural(number, 'participant')} ({who}): {meaning}."


def _of_trials(set_aside: int) -> Iterator[str]:
    if set_aside:
        yield (
            f"{plural(set_aside, 'trial')} passed without an answer: what the page sent was refused. "
            "They count as missing; the page of the study shows what was sent."
        )


def _of_answers(answers: Mapping[str, int]) -> Iterator[str]:
    for flag, meaning in FLAGGED_ANSWERS.items():
        if flag in answers:
            yield f"{flag}: {plural(answers[flag], 'answer')}: {meaning}."
    fields = [f"{flag} ({number})" for flag, number in answers.items() if flag not in FLAGGED_ANSWERS]
    if fields:
        yield f"Measurements that cannot be, and are taken as not measured, by field: {', '.join(fields)}."
