"""What is wrong with a draft, by line and field, or what it makes."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.core.errors import DomainError
from app.drafts.places import Places
from app.experiments.checking import CheckedStudy, check_definition
from app.experiments.schemas import StudyDefinition
from app.stimuli import service as stimuli
from synthesis.common.errors import Problem, SpecError, UserError
from synthesis.common.safe_yaml import Loaded, parse
from synthesis.common.yaml_file import parse_yaml, place_of

NAME = "study"  # what stands for the file in messages
# Places and digests of bundles that this process has read whole.
_verified: set[tuple[str, str]] = set()
_LINE = re.compile(rf"{NAME}:(\d+): ")
_FIELDS = re.compile(r"(?:steps, )?([a-z_]+(?:\.[a-z_0-9]+)*)[:,] ")


@dataclass(frozen=True)
class Checked:
    """`study` is there if nothing is wrong, `definition` if what is written fits by itself."""

    problems: tuple[Problem, ...] = ()
    definition: StudyDefinition | None = None
    study: CheckedStudy | None = None


def read(text: str, places: Places) -> Checked:
    """Check what is written, without a look into the bundles."""
    try:
        loaded = parse(text, NAME)
    except SpecError as error:
        return Checked(tuple(_unread(problem) for problem in error.problems))
    content = loaded.content if isinstance(loaded.content, dict) else {}
    if leaving := places.problems(content):
        return Checked(tuple(_placed(problem, loaded) for problem in leaving))
    try:
        definition = parse_yaml(text, StudyDefinition, name=NAME, folder=places.folder)
    except SpecError as error:
        if not error.found:
            return Checked(tuple(_unread(problem) for problem in error.problems))
        return Checked(tuple(_of_a_field(problem, loaded) for problem in error.found))
    return Checked(definition=definition)


def check(text: str, places: Places, known: Collection[str], *, whole: bool) -> Checked:
    """As `read`, with the bundles.

    A bundle whose digest is `known`, or that this process verified before, is not read whole again unless
    `whole` says so.
    """
    found = read(text, places)
    if found.definition is None:
        return found
    try:
        study = check_definition(found.definition, NAME, places.folder, _reader(known, whole=whole))
    except (UserError, DomainError, OSError) as error:
        message = str(error).removeprefix(f"{NAME}: ")
        problem = _of_a_field(Problem(0, "", " ".join(message.split())), parse(text, NAME))
        if (problem.field == "" and "bundle" in message) or "no such folder" in message:
            problem = replace(problem, field="bundle")
        return replace(found, problems=(problem,))
    return replace(found, study=study)


def _reader(known: Collection[str], *, whole: bool) -> Callable[[Path | str], stimuli.AnyManifest]:
    def read_bundle(place: Path | str) -> stimuli.AnyManifest:
        manifest = stimuli.read_any_manifest(place)
        verified = (str(place), manifest.digest)
        if not whole and (manifest.digest in known or verified in _verified):
            return manifest
        manifest = stimuli.verify_any(place)
        _verified.add(verified)
        return manifest

    return read_bundle


def _unread(message: str) -> Problem:
    found = _LINE.match(message)
    if found is None:
        return Problem(0, "", message.removeprefix(f"{NAME}: "))
    return Problem(int(found[1]), "", message[found.end() :])


def _of_a_field(problem: Problem, loaded: Loaded) -> Problem:
    """A message about the whole text that begins with a field's name is shown at that field."""
    begins = _FIELDS.match(problem.message)
    if problem.field or begins is None or begins[1].split(".")[0] not in StudyDefinition.model_fields:
        return problem
    return _placed(Problem(0, begins[1], problem.message[begins.end() :]), loaded)


def _placed(problem: Problem, loaded: Loaded) -> Problem:
    """With its line, if the text has the field."""
    if not isinstance(loaded.content, dict) or problem.field.split(".")[0] not in loaded.content:
        return problem
    parts = [int(part) if part.isdecimal() else part for part in problem.field.split(".")]
    return replace(problem, line=place_of(loaded.root, parts)[0])


def lines_of(problems: Sequence[Problem]) -> list[str]:
    """For people who look at the text."""
    return [
        f"line {one.line}: {one.field + ': ' if one.field else ''}{one.message}" if one.line else one.message
        for one in problems
    ]
