"""Reading a study file with its bundles: everything that can be wrong is said before anything is stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import Invalid
from app.core.tokens import new_code
from app.experiments.abx_design import AbxDesign, abx_design
from app.experiments.catch import CatchStimulus, catch_stimuli
from app.experiments.cells import BundleStimuli, Cells, study_cells
from app.experiments.conditions import default_network
from app.experiments.schemas import NetworkStimuli, StudyDefinition
from app.stimuli import service as stimuli
from app.stimuli.medium import PAGE_PICTURE_PX
from app.tasks.words.vocabulary import checked, fitted
from synthesis.bundle.dimensions import DimensionManifest
from synthesis.bundle.formats import PictureFormat
from synthesis.bundle.manifest import Manifest
from synthesis.common.names import NO_ANSWER
from synthesis.common.yaml_file import load_yaml


@dataclass(frozen=True)
class CheckedBundle:
    """A verified bundle of a study; `network` is what the study calls its model."""

    network: str
    source: NetworkStimuli
    manifest: stimuli.AnyManifest


@dataclass(frozen=True)
class CheckedStudy:
    """A study file that was found good, with its verified bundles in order."""

    definition: StudyDefinition
    bundles: tuple[CheckedBundle, ...]
    design: Cells | AbxDesign

    @property
    def cells(self) -> Cells:
        """The cells of a study that asks what is recognised."""
        assert isinstance(self.design, Cells)  # the caller asks whether the task is adaptive
        return self.design

    @property
    def catch(self) -> tuple[CatchStimulus, ...]:
        """The study's own stimuli, which no bundle has."""
        return self.design.catch if isinstance(self.design, Cells) else ()

    @property
    def picture_px(self) -> int | None:
        """The side at which pictures are served, where the bundles' differ in size."""
        return _picture_px(self.bundles)


def check_study(file: Path) -> CheckedStudy:
    """Read and check a study file and its bundles; touches no database.

    Raises `SpecError`, `BundleError` or `Invalid`, each with one line that names the file.
    """
    return check_definition(load_yaml(file, StudyDefinition), str(file), file.parent)


def check_definition(
    definition: StudyDefinition,
    name: str,
    folder: Path,
    read_bundle: Callable[[Path | str], stimuli.AnyManifest] = stimuli.verify_any,
) -> CheckedStudy:
    """Check a definition with its bundles; touches no database.

    `name` stands for the file in messages, and paths are meant from `folder`. `read_bundle` verifies a
    bundle. Raises `BundleError` or `Invalid`, the latter with one line that begins with the name.
    """
    manifests = [read_bundle(source.bundle) for source in definition.sources]
    try:
        _require_kind(definition, manifests)
        bundles = _named(definition, manifests)
        _require_alike(definition, bundles)
        definition = _with_vocabulary(definition, bundles)
        if definition.stimuli is not None:  # so that the names are frozen with the study
            named = [one.source.model_copy(update={"network": one.network}) for one in bundles]
            definition = definition.model_copy(update={"stimuli": named})
        definition = _frozen(definition)
        design = _design(folder, definition, bundles)
    except Invalid as error:
        raise Invalid(error.code, f"{name}: {error.message}") from None
    return CheckedStudy(definition, bundles, design)


def _design(folder: Path, definition: StudyDefinition, bundles: Sequence[CheckedBundle]) -> Cells | AbxDesign:
    manifest = bundles[0].manifest
    if isinstance(manifest, DimensionManifest):
        known = [one.id for one in manifest.dimensions]
        return abx_design(definition, known, stimuli.stimuli_in(manifest), stimuli.levels_in(manifest))
    catch = _catch_stimuli(folder, definition, bundles)
    return study_cells(definition, [_stimuli_of(bundle) for bundle in bundles], catch=catch)


def _require_kind(definition: StudyDefinition, manifests: Sequence[stimuli.AnyManifest]) -> None:
    """Raises `Invalid` if a bundle is of dimensions where metamers are shown, or the other way round."""
    for source, manifest in zip(definition.sources, manifests, strict=True):
        found = isinstance(manifest, DimensionManifest)
        if found != definition.task.adaptive:
            held, asked = ("dimensions", "metamers") if found else ("metamers", "dimensions")
            raise Invalid(
                "wrong_bundle",
                f"bundle: {source.bundle} is a bundle of {held}, and the preset {definition.preset} shows a "
                f"bundle of {asked}; give one of these, or another preset",
            )


def _picture_px(bundles: Sequence[CheckedBundle]) -> int | None:
    formats = {bundle.manifest.model.input for bundle in bundles}
    return PAGE_PICTURE_PX if len(formats) > 1 else None


def _frozen(definition: StudyDefinition) -> StudyDefinition:
    """With all that would otherwise be drawn, or taken from the preset, each time that it is read."""
    codes = {name: new_code() for name in definition.outcomes} | definition.completion_codes
    return definition.model_copy(update={"steps": list(definition.course), "completion_codes": codes})


def _catch_stimuli(
    folder: Path, definition: StudyDefinition, bundles: Sequence[CheckedBundle]
) -> list[CatchStimulus]:
    choices = definition.vocabulary or stimuli.answerable(bundles[0].manifest)
    form, size_px = bundles[0].manifest.model.input, _picture_px(bundles) or PAGE_PICTURE_PX
    if isinstance(form, PictureFormat) and _picture_px(bundles) is None:
        size_px = form.size_px
    return catch_stimuli(definition, definition.task.choices(choices), form, size_px, folder)


def _stimuli_of(bundle: CheckedBundle) -> BundleStimuli:
    assert isinstance(bundle.manifest, Manifest)  # _require_kind
    return BundleStimuli(bundle.network, bundle.manifest.layers, stimuli.stimuli_in(bundle.manifest))


def _named(
    definition: StudyDefinition, manifests: Sequence[stimuli.AnyManifest]
) -> tuple[CheckedBundle, ...]:
    """The bundles under their networks' names. Raises `Invalid`: a bundle or a name is there twice."""
    bundles: dict[str, CheckedBundle] = {}
    for source, manifest in zip(definition.sources, manifests, strict=True):
        model = manifest.model.name
        # The name of a study's only network is in no condition; it is the model's own.
        network = model if definition.stimuli is None else source.network or default_network(model)
        for other in bundles.values():
            if other.manifest.digest == manifest.digest:
                raise Invalid(
                    "bundle_twice",
                    f"stimuli, {network}: {source.bundle} is the same bundle as {other.source.bundle}; leave "
                    "one out",
                )
        if network in bundles:
            raise Invalid(
                "network_twice",
                f"stimuli, {network}: two networks have this name; give one of them another by network:",
            )
        bundles[network] = CheckedBundle(network, source, manifest)
    return tuple(bundles.values())


def _require_alike(definition: StudyDefinition, bundles: Sequence[CheckedBundle]) -> None:
    """Raises `Invalid` if the bundles do not fit the preset, or one another."""
    asked, first = definition.task.medium, bundles[0]
    for bundle in bundles:
        held = stimuli.medium_of(bundle.manifest)
        if asked != held:
            where = "the bundle" if definition.stimuli is None else f"the bundle of {bundle.network}"
            raise Invalid(
                "wrong_medium",
                f"preset: {definition.preset} is for {asked.kind}s; {where} holds {held.kind}s",
            )
        if NO_ANSWER in map(str.lower, stimuli.answerable(bundle.manifest)):
            raise Invalid(
                "no_answer_category",
                f"{bundle.network}: {NO_ANSWER!r} is no category: it stands for no answer; rename it",
            )
    _require_same_categories([one for one in bundles if not _names_no_words(definition, one)])
    for bundle in bundles[1:]:
        formats = first.manifest.model.input, bundle.manifest.model.input
        if formats[0] != formats[1] and not definition.task.medium.resized:
            raise Invalid(
                "formats_differ",
                f"stimuli, {bundle.network}: its sounds are of {formats[1]}, those of {first.network} of "
                f"{formats[0]}; sounds of one study have one format",
            )


def _names_no_words(definition: StudyDefinition, bundle: CheckedBundle) -> bool:
    """Of a study of words, a bundle whose network has no words: it does not matter to the vocabulary."""
    return definition.task.has_vocabulary and not _words(bundle)


def _words(bundle: CheckedBundle) -> list[str]:
    """The words that a bundle's network can answer with, if any."""
    return bundle.manifest.decision.categories if isinstance(bundle.manifest, Manifest) else []


def _require_same_categories(bundles: Sequence[CheckedBundle]) -> None:
    for bundle in bundles[1:]:
        first = bundles[0]
        categories = set(stimuli.answerable(first.manifest))
        if lone := sorted(categories ^ set(stimuli.answerable(bundle.manifest))):
            owner = first.network if lone[0] in categories else bundle.network
            raise Invalid(
                "categories_differ",
                f"stimuli, {bundle.network}: its categories are not those of {first.network}: only {owner} "
                f"has {lone[0]!r}; make the bundles with the same decision",
            )


def _with_vocabulary(definition: StudyDefinition, bundles: Sequence[CheckedBundle]) -> StudyDefinition:
    """A study of words gets its vocabulary here, so that it is frozen with the study. Raises `Invalid`."""
    if not definition.task.has_vocabulary:
        return definition
    manifests = [one.manifest for one in bundles if isinstance(one.manifest, Manifest)]
    words = definition.vocabulary or next(filter(None, map(_words, bundles)), [])
    if not words:
        raise Invalid(
            "no_vocabulary",
            "vocabulary: no network of the study names words (decision: "
            f"{manifests[0].decision.rule}); give the study's own vocabulary",
        )
    try:
        vocabulary = fitted(
            checked((f"word {number}", word) for number, word in enumerate(words, start=1)),
            (natural.category for one in manifests for natural in one.naturals),
        )
    except ValueError as error:
        raise Invalid("bad_vocabulary", f"vocabulary: {error}") from None
    return definition.model_copy(update={"vocabulary": vocabulary})
