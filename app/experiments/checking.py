"""Reading a study file with its bundles: everything that can be wrong is said before anything is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import Invalid
from app.experiments.cells import BundleStimuli, Cells, study_cells
from app.experiments.conditions import default_network
from app.experiments.schemas import NetworkStimuli, StudyDefinition
from app.stimuli import service as stimuli
from app.stimuli.medium import PAGE_PICTURE_PX
from app.tasks.words.vocabulary import checked, fitted
from synthesis.bundle.manifest import Manifest
from synthesis.common.names import composed
from synthesis.common.yaml_file import load_yaml


@dataclass(frozen=True)
class CheckedBundle:
    """A verified bundle of a study; `network` is what the study calls its model."""

    network: str
    source: NetworkStimuli
    manifest: Manifest


@dataclass(frozen=True)
class CheckedStudy:
    """A study file that was found good, with its verified bundles in order."""

    definition: StudyDefinition
    bundles: tuple[CheckedBundle, ...]
    cells: Cells

    @property
    def picture_px(self) -> int | None:
        """The side at which pictures are served, where the bundles' differ in size."""
        formats = {bundle.manifest.model.input for bundle in self.bundles}
        return PAGE_PICTURE_PX if len(formats) > 1 else None


def check_study(file: Path) -> CheckedStudy:
    """Read and check a study file and its bundles; touches no database.

    Raises `SpecError`, `BundleError` or `Invalid`, each with one line that names the file.
    """
    definition = load_yaml(file, StudyDefinition)
    manifests = [stimuli.verify_bundle(source.bundle) for source in definition.sources]
    try:
        bundles = _named(definition, manifests)
        _require_alike(definition, bundles)
        definition = _with_vocabulary(definition, bundles[0].manifest)
        if definition.stimuli is not None:  # so that the names are frozen with the study
            named = [one.source.model_copy(update={"network": one.network}) for one in bundles]
            definition = definition.model_copy(update={"stimuli": named})
        definition = definition.model_copy(update={"steps": list(definition.course)})  # frozen too
        cells = study_cells(definition, [_stimuli_of(bundle) for bundle in bundles])
    except Invalid as error:
        raise Invalid(error.code, f"{file}: {error.message}") from None
    return CheckedStudy(definition, bundles, cells)


def _stimuli_of(bundle: CheckedBundle) -> BundleStimuli:
    return BundleStimuli(bundle.network, bundle.manifest.layers, stimuli.stimuli_in(bundle.manifest))


def _named(definition: StudyDefinition, manifests: Sequence[Manifest]) -> tuple[CheckedBundle, ...]:
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
    categories = _categories(first.manifest)
    for bundle in bundles[1:]:
        if lone := sorted(categories ^ _categories(bundle.manifest)):
            owner = first.network if lone[0] in categories else bundle.network
            raise Invalid(
                "categories_differ",
                f"stimuli, {bundle.network}: its categories are not those of {first.network}: only {owner} "
                f"has {lone[0]!r}; make the bundles with the same decision",
            )
        formats = first.manifest.model.input, bundle.manifest.model.input
        if formats[0] != formats[1] and not definition.task.medium.resized:
            raise Invalid(
                "formats_differ",
                f"stimuli, {bundle.network}: its sounds are of {formats[1]}, those of {first.network} of "
                f"{formats[0]}; sounds of one study have one format",
            )


def _categories(manifest: Manifest) -> set[str]:
    return set(map(composed, manifest.decision.categories))


def _with_vocabulary(definition: StudyDefinition, manifest: Manifest) -> StudyDefinition:
    """A study of words gets its vocabulary here, so that it is frozen with the study. Raises `Invalid`."""
    if not definition.task.has_vocabulary:
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
