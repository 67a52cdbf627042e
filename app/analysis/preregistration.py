"""The pre-registration of a study, from its frozen definition: what is measured, of whom, and how analysed.

The fields come in the order in which AsPredicted and the OSF ask for them. What only the authors know, their
question and what they expect, is left to them and says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from platform import python_version

from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis import preregistered_recognition as recognition
from app.analysis import preregistered_thresholds as thresholds
from app.analysis.measures.exclusions import gates_of, pace_in_words
from app.analysis.preregistered_recognition import Parts
from app.analysis.report.content import LIBRARIES, Report
from app.analysis.report.parts import Section, Table
from app.analysis.service import counts_by_study
from app.analysis.statistics.power import AT_LEAST
from app.analysis.wording import plural
from app.core.errors import Conflict
from app.core.version import code_version
from app.db.tables import Study
from app.experiments import service as experiments
from app.experiments.schemas import StudyDefinition
from app.experiments.service import NetworkBundle
from app.steps.course import outcomes_of

BY_THE_AUTHORS = "To be written by the authors: "


@dataclass(frozen=True)
class Frozen:
    """A study that was opened, with all that its pre-registration tells.

    `parts` are of its task; `begun` are the live participants who had consented when it was written.
    """

    study: Study
    definition: StudyDefinition
    bundles: tuple[NetworkBundle, ...]
    parts: Parts
    begun: int


async def load(session: AsyncSession, study: Study) -> Frozen:
    """Raises `Conflict` for a draft: it can still change."""
    if study.opened_at is None:
        raise Conflict(
            "study_not_frozen",
            f"the study {study.name!r} is a draft and can still change; open it first, and give its link "
            "to nobody before the pre-registration is filed",
        )
    definition = experiments.definition_of(study)
    bundles = await experiments.bundles_of_study(session, study.id)
    counts = (await counts_by_study(session)).get(study.id, {})
    return Frozen(
        study=study,
        definition=definition,
        bundles=tuple(bundles),
        parts=await _parts(session, study, definition, bundles),
        begun=counts["live"].consented if "live" in counts else 0,
    )


async def _parts(
    session: AsyncSession, study: Study, definition: StudyDefinition, bundles: Sequence[NetworkBundle]
) -> Parts:
    if definition.task.adaptive:
        return thresholds.parts(await thresholds.load(session, definition, bundles[0].bundle))
    return recognition.parts(await recognition.load(session, study, bundles))


def preregistration(frozen: Frozen) -> Report:
    """The document, in sentences of a methods section."""
    definition, study = frozen.definition, frozen.study
    return Report(
        title=f"Pre-registration: {definition.title}",
        subtitle=f"Study {study.name}, frozen on {study.opened_at:%Y-%m-%d %H:%M} UTC",
        sections=tuple(_sections(frozen)),
    )


def _sections(frozen: Frozen) -> Iterator[Section]:
    definition, parts = frozen.definition, frozen.parts
    yield Section("Data collection so far", (_so_far(frozen),))
    yield Section("Question and hypotheses", (BY_THE_AUTHORS + "what is asked, and what is expected.",))
    yield Section("Dependent variable", (parts.measured,))
    yield Section("Conditions", (parts.conditions,))
    yield Section("Design and procedure", (*parts.procedure, _drawn(definition)))
    yield Section("Stimuli", parts.stimuli, (_digests(frozen.bundles),))
    yield Section("Sample size and stopping rule", tuple(_sample(definition)))
    yield Section("Exclusions", tuple(_exclusions(definition)))
    yield Section("Analyses", parts.analyses)
    yield Section(
        "Anything else",
        (f"{BY_THE_AUTHORS}analyses besides these, and whether they are exploratory.",),
        (_versions(),),
    )


def _so_far(frozen: Frozen) -> str:
    if not frozen.begun:
        return "No participant had begun when this was written; pilot data are apart from the study’s."
    return (
        f"When this was written, {plural(frozen.begun, 'participant')} had consented already. The definition "
        "of the study was frozen before the first of them."
    )


def _drawn(definition: StudyDefinition) -> str:
    return (
        f"Plans were drawn from the seed {definition.seed} and a secret that the server keeps, so that "
        "neither participants nor experimenters chose what is seen."
    )


def _digests(bundles: Sequence[NetworkBundle]) -> Table:
    rows = tuple((one.network, one.bundle.digest) for one in bundles)
    return Table("Bundles of stimuli by the SHA-256 of their manifests", ("Network", "Digest"), rows)


def _sample(definition: StudyDefinition) -> Iterator[str]:
    aim, sem = definition.participants, definition.stop_when_sem
    yield {
        "never": f"{plural(aim, 'participant')} were aimed at.",
        "participants": f"Recruiting ended when {plural(aim, 'participant')} had completed the study.",
        "sem": f"Recruiting ended when the rule below was met, or when {plural(aim, 'participant')} had "
        "completed the study.",
    }[definition.close_at]
    if definition.close_at != "never":
        yield (
            "The server closed the study by itself; those who had begun by then could finish and are "
            "analysed. "
            "Drop-outs, and those who were screened out, did not count."
        )
    if sem is not None:
        yield (
            f"Stopping rule: the standard error of the mean of the proportion correct is at most {sem:g} in "
            f"every condition, looked at from {AT_LEAST} participants on. The rule looks at precision "
            f"alone and "
            "never at the size of an effect."
        )


def _exclusions(definition: StudyDefinition) -> Iterator[str]:
    medium = definition.task.medium
    ended = list(outcomes_of(definition.course).values())
    if ended:
        yield f"Whose session ended by a check is left out: {'; '.join(ended)}. So is who withdrew."
    gates = "; ".join(gate.label for gate in gates_of(definition.exclusions, medium))
    yield f"Left out are, in this order, participants of whom one of these holds: {gates}."
    dropped = [f"{medium.kind} {medium.off_time}"] if definition.exclusions.trials.bad_timing else []
    dropped += [pace] if (pace := pace_in_words(definition.exclusions.trials)) else []
    yield (
        f"Single trials are dropped if: {'; '.join(dropped)}." if dropped else "No single trials are dropped."
    )
    yield "Results without any exclusion are reported beside those with them."


def _versions() -> Table:
    rows = [("metamerlab", code_version()), ("Python", python_version())]
    rows += [(name, version(name)) for name in LIBRARIES]
    return Table("Versions", ("Software", "Version"), tuple(rows))
