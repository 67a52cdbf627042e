"""What differs between our sessions and the recruiter's submissions, and what to do about it; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.experiments.endings import COMPLETE


@dataclass(frozen=True)
class Ours:
    """A session: how it stands, and the code that its last page shows."""

    participant: int
    status: str
    outcome: str | None


@dataclass(frozen=True)
class Theirs:
    """A submission: how it stands at the recruiter, and the code that it was given."""

    submission: str
    status: str
    code: str | None


@dataclass(frozen=True)
class Difference:
    """One line of the page. `kind` is stable; the other two are for people."""

    kind: str
    participant: int | None
    submission: str | None
    what: str
    to_do: str


WITHDREW = "The data were deleted, and the person did the work: approve it unless nothing was done."
Verdict = tuple[str, str, str]


def differences(
    pairs: Iterable[tuple[Ours | None, Theirs | None]], codes: Mapping[str, str]
) -> list[Difference]:
    """In the order of the pairs. `codes` are the study's completion codes by outcome."""
    found = []
    for ours, theirs in pairs:
        verdict = _verdict(ours, theirs, codes)
        if verdict is not None:
            kind, what, to_do = verdict
            participant = ours.participant if ours else None
            found.append(Difference(kind, participant, theirs.submission if theirs else None, what, to_do))
    return found


def _verdict(ours: Ours | None, theirs: Theirs | None, codes: Mapping[str, str]) -> Verdict | None:
    if theirs is None:
        return _only_here(ours)
    if ours is None:
        return _only_there(theirs)
    return _approved(ours, theirs) or _over_there(ours, theirs) or _handed_in(ours, theirs, codes)


def _only_here(ours: Ours | None) -> Verdict | None:
    if ours is None or ours.status != "completed":
        return None
    return (
        "completed_not_submitted",
        "Completed here, and the recruiter lists no submission.",
        "Read the submissions again. If it is still missing, the person did not come from this campaign, or "
        "used another visit: look for their message at the recruiter, and pay a bonus if they did the work.",
    )


def _only_there(theirs: Theirs) -> Verdict | None:
    if theirs.status == "approved":
        return (
            "approved_not_here",
            "Approved at the recruiter, and nobody came here by this visit.",
            "It was paid and cannot be taken back. Leave it, and note it for the accounts.",
        )
    if theirs.status == "submitted":
        return (
            "submitted_not_here",
            "Submitted at the recruiter, and nobody gave consent here by this visit.",
            "Check the code: that of “no consent” or “full” is right for who never began, whom you ask to "
            "return it. Reject with NO_DATA only if a code of a completed study was given.",
        )
    return None


def _approved(ours: Ours, theirs: Theirs) -> Verdict | None:
    if theirs.status != "approved" or ours.status in ("completed", "withdrawn"):
        return None
    return (
        "approved_not_completed",
        f"Approved at the recruiter, and the session here is {_how(ours)}.",
        "It was paid. The analysis counts the session as it is here; nothing needs to be done.",
    )


def _over_there(ours: Ours, theirs: Theirs) -> Verdict | None:
    word = theirs.status.replace("_", " ")
    if theirs.status in ("returned", "timed_out"):
        if ours.status == "active":
            return (
                "active_but_over",
                f"Under way here, and {word} at the recruiter.",
                "Read the submissions again: that ends the session here and frees its place.",
            )
        if ours.status == "completed":
            return (
                "completed_but_over",
                f"Completed here, and {word} at the recruiter: the person is not paid for a whole session.",
                "Its data are used. Prolific lets a timed-out submission be approved in its own pages; "
                "otherwise pay the reward as a bonus.",
            )
    if theirs.status == "rejected" and ours.status == "completed":
        return (
            "completed_but_rejected",
            "Completed here, and rejected at the recruiter.",
            "Its data are used unless the study's exclusions say otherwise. Undo an unfair rejection.",
        )
    return None


def _handed_in(ours: Ours, theirs: Theirs, codes: Mapping[str, str]) -> Verdict | None:
    if ours.status == "completed" and theirs.status == "active":
        return (
            "completed_not_submitted",
            "Completed here, and not handed in at the recruiter.",
            "Usually the person has not pressed the button of the last page. Wait until it times out there, "
            "or send them a message with the completion code.",
        )
    if theirs.status != "submitted":
        return None
    if ours.status == "active":
        return (
            "submitted_not_completed",
            "Submitted at the recruiter, and still under way here.",
            "The person may have sent the code before the end. Ask them to go on with the study's link; if "
            "they do not, ask them to return it.",
        )
    if ours.status == "withdrawn":
        return "withdrawn", "Submitted at the recruiter, and withdrawn here.", WITHDREW
    return _code(ours, theirs, codes)


def _code(ours: Ours, theirs: Theirs, codes: Mapping[str, str]) -> Verdict | None:
    due = codes.get(ours.outcome or COMPLETE)
    if theirs.code is None:
        if ours.status != "completed":
            return None
        return (
            "no_code",
            "Completed here, and submitted without a code.",
            "The session shows that the work was done: approve it.",
        )
    if due is None or theirs.code == due:
        return None
    named = next((outcome for outcome, code in codes.items() if code == theirs.code), None)
    told = f"the code of “{named.replace('_', ' ')}”" if named else "a code that this study does not have"
    if ours.status == "completed":
        return (
            "wrong_code",
            f"Completed here, and submitted with {told}.",
            "The session shows that the work was done: approve it.",
        )
    return (
        "wrong_code",
        f"The session here is {_how(ours)}, and it was submitted with {told}.",
        "Do not approve it as completed. Ask the person to return it, or reject it with BAD_CODE.",
    )


def _how(ours: Ours) -> str:
    return (ours.outcome or ours.status).replace("_", " ")
