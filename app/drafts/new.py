"""The text that a new draft begins with; pure."""

from pathlib import Path

from app.drafts.text import changed

# Comments stay where they are while the form changes the values around them.
TEXT = """\
# A study: what participants do, with which stimuli, and who is analysed.
# docs/experiment.md and docs/sessions.md say what each field means.
name: {name}
title: What do you see?
language: en
preset: image16-online

# Without trials_per_condition or trials, a participant gets as many as the stimuli allow.
seed: {seed}

# Who takes part. With close_at: participants the study closes by itself when so many have completed it.
participants: 20
duration_minutes: 15
close_at: participants

# What people agree to before they begin. Write down what your ethics board wants to be said here.
consent: |
  You are invited to take part in a study of how people recognise what they see or hear.

  Taking part is voluntary. You may stop at any time by closing the page. We store your answers and their
  timing, and what kind of browser and screen you use; not your name and not your network address.

# Whom the analysis leaves out; declared before the study opens.
exclusions:
  unfinished: true
"""


def new_text(name: str, seed: int) -> str:
    return TEXT.format(name=name, seed=seed)


def text_of_copy(text: str, name: str) -> str:
    """The text of a study under another name."""
    return changed(text, {("name",): name})


def free_name(name: str, taken: frozenset[str]) -> str:
    """The name if nobody has it, else with the first number that makes it free."""
    names = (name, *(f"{name[:60]}-{number}" for number in range(2, 1000)))
    return next(one for one in names if one not in taken)


def file_name(name: str) -> str:
    """What a download of a study's text is called."""
    return f"{Path(name).name or 'study'}.yaml"
