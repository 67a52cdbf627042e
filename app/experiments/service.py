"""Making studies, opening and closing them. A study is frozen when it is opened for the first time."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict, Gone, Invalid, NotFound
from app.core.randomness import secret_seed
from app.core.tokens import new_code, new_token
from app.db.tables import Bundle, Study, StudyLink
from app.experiments import queries
from app.experiments.cells import Cells, study_cells

# What other domains may read of studies.
from app.experiments.queries import all_links as all_links
from app.experiments.queries import all_studies as all_studies
from app.experiments.queries import links_of_study as links_of_study
from app.experiments.queries import lock_study as lock_study
from app.experiments.queries import studies_with_bundles as studies_with_bundles
from app.experiments.queries import study_by_name as study_by_name
from app.experiments.schemas import AUDIENCES, StudyDefinition
from app.experiments.vocabulary import checked, fitted
from app.stimuli import service as stimuli
from synthesis.bundle.manifest import Manifest
from synthesis.common.yaml_file import load_yaml

DEFINITIONS_KEPT = 64
# By a study's id: its definition as it is stored, and as it was understood.
_definitions: dict[int, tuple[dict[str, Any], StudyDefinition]] = {}
SECRET_TRIES = 100


@dataclass(frozen=True)
class CheckedStudy:
    """A study file that was found good, with its verified bundle."""

    definition: StudyDefinition
    manifest: Manifest
    cells: Cells


def check_study(file: Path) -> CheckedStudy:
    """Read and check a study file and its bundle; touches no database.

    Raises `SpecError`, `BundleError` or `Invalid`, each with one line that names the file.
    """
    definition = load_yaml(file, StudyDefinition)
    manifest = stimuli.verify_bundle(definition.bundle)
    try:
        definition = _fitted_to_bundle(definition, manifest)
        definition = definition.model_copy(update={"steps": list(definition.course)})  # frozen with the study
        cells = study_cells(definition, manifest.layers, stimuli.stimuli_in(manifest))
    except Invalid as error:
        raise Invalid(error.code, f"{file}: {error.message}") from None
    return CheckedStudy(definition, manifest, cells)


def _fitted_to_bundle(definition: StudyDefinition, manifest: Manifest) -> StudyDefinition:
    """A study of words gets its vocabulary here, so that it is frozen with the study. Raises `Invalid`."""
    asked, held = definition.timing.medium, stimuli.medium_of(manifest)
    if asked != held:
        raise Invalid(
            "wrong_medium", f"preset: {definition.preset} is for {asked.kind}s; the bundle holds {held.kind}s"
        )
    if held.kind == "picture":
        return definition
    words = definition.vocabulary or manifest.decision.categories
    try:
        vocabulary = fitted(
            checked((f"word {number}", word) for number, word in enumerate(words, start=1)),
            (natural.category for natural in manifest.naturals),
        )
    except ValueError as error:
        raise Invalid("bad_vocabulary", f"vocabulary: {error}") from None
    return definition.model_copy(update={"vocabulary": vocabulary})


async def create_study(session: AsyncSession, checked: CheckedStudy, now: datetime) -> Study:
    """Store a checked study as a draft with its three links; an older draft of this name is replaced.

    Raises `Conflict` if a study of this name was opened already.
    """
    definition = checked.definition
    bundle = await stimuli.ingest(session, definition.bundle, checked.manifest, now)
    stored = definition.model_dump(mode="json")
    study = await queries.study_by_name(session, definition.name)
    if study is None:
        study = Study(
            name=definition.name, status="draft", definition=stored, bundle_id=bundle.id, created_at=now
        )
        session.add(study)
        await session.flush()
        session.add_all(
            StudyLink(study_id=study.id, code=new_code(), audience=audience) for audience in AUDIENCES
        )
    elif study.status == "draft":
        study.definition, study.bundle_id = stored, bundle.id
    else:
        raise Conflict(
            "study_frozen",
            f"the study {study.name!r} was opened and is frozen; give the changed study another name",
        )
    await session.flush()
    return study


async def open_study(session: AsyncSession, name: str, now: datetime) -> Study:
    """Let participants in. From now on the definition never changes. Raises `NotFound` or `Conflict`."""
    study = await _locked(session, name)
    if study.status == "open":
        raise Conflict("study_open", f"the study {name!r} is open already")
    if study.opened_at is None:
        await _draw_secret(session, study)
    study.status, study.opened_at, study.closed_at = "open", study.opened_at or now, None
    return study


async def _draw_secret(session: AsyncSession, study: Study) -> None:
    """Give the study a secret with which every condition has stimuli.

    With it those for practice are drawn too, which leave the main part. Raises `Invalid` if there is none
    among many.
    """
    for tries_left in reversed(range(SECRET_TRIES)):
        study.secret = new_token()
        try:
            await cells_of(session, study)
        except Invalid:
            if not tries_left:
                raise
        else:
            return


async def close_study(session: AsyncSession, name: str, now: datetime) -> Study:
    """Let nobody new in; those who are at it may finish. Raises `NotFound` or `Conflict`."""
    study = await _locked(session, name)
    if study.status != "open":
        raise Conflict("study_not_open", f"the study {name!r} is not open, so it cannot be closed")
    study.status, study.closed_at = "closed", now
    return study


async def _locked(session: AsyncSession, name: str) -> Study:
    return await queries.lock_study(session, (await get_study(session, name)).id)


async def get_study(session: AsyncSession, name: str) -> Study:
    study = await queries.study_by_name(session, name)
    if study is None:
        raise NotFound("unknown_study", f"there is no study {name!r}; `metamerlab study list` shows all")
    return study


async def study_by_code(session: AsyncSession, code: str) -> tuple[Study, StudyLink]:
    """The study that a link leads into. Raises `NotFound`."""
    found = await queries.study_by_code(session, code)
    if found is None:
        raise unknown_link()
    return found


def unknown_link() -> NotFound:
    return NotFound("unknown_link", "This link is not known. Please check that it was copied completely.")


def require_open(study: Study) -> None:
    """Raises `Gone` or `Conflict` unless new participants may enter."""
    if study.status == "closed":
        raise Gone("study_closed", "This study is closed and takes no more participants. Thank you!")
    require_opened(study)


def require_opened(study: Study) -> None:
    """Raises `Conflict` if the study was never opened: there is nothing of it to show yet."""
    if study.opened_at is None:
        raise Conflict("study_not_open", "This study has not been opened yet. Please come back later.")


def seed_of(study: Study) -> int:
    """What is drawn for a study is drawn with this: its published seed, made secret."""
    return secret_seed(definition_of(study).seed, study.secret)


def definition_of(study: Study) -> StudyDefinition:
    """The study's definition, checked again only if it is another than the last one of this study.

    Checking the words of a large vocabulary takes longer than all else that an answer needs.
    """
    raw, definition = _definitions.get(study.id, (None, None))
    if definition is None or raw != study.definition:
        definition = StudyDefinition.model_validate(study.definition)
        while len(_definitions) >= DEFINITIONS_KEPT:
            del _definitions[next(iter(_definitions))]
        _definitions[study.id] = study.definition, definition
    return definition


def choices_of(definition: StudyDefinition, bundle: Bundle) -> list[str]:
    """What participants may answer: the study's words, or the bundle's categories."""
    return definition.vocabulary or bundle.categories


async def cells_of(session: AsyncSession, study: Study) -> Cells:
    """The cells of a stored study."""
    bundle = await stimuli.get_bundle(session, study.bundle_id)
    candidates = await stimuli.stimuli_of_bundle(session, bundle.id)
    return study_cells(definition_of(study), bundle.layers, candidates, study.secret)
