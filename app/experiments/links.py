"""Where a study's links lead; pure."""

# What Prolific fills in for each person.
PROLIFIC_IDS = "PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}"


def link_address(base_url: str, code: str) -> str:
    """The address that participants open."""
    return f"{base_url.rstrip('/')}/s/{code}"


def prolific_address(base_url: str, code: str) -> str:
    """The address that Prolific is given, with places for its ids."""
    return f"{base_url.rstrip('/')}/p/{code}?{PROLIFIC_IDS}"


def mturk_address(base_url: str, code: str) -> str:
    """The address that MTurk shows in its frame, to which it adds its ids."""
    return f"{base_url.rstrip('/')}/m/{code}"
