"""The published experiments as files: a study per experiment, a synthesis spec per network.

A folder of them has a sub-folder per paper, in which `studies/EXPERIMENT.yaml` names networks whose metamers
are made by `networks/NETWORK.yaml` into `bundles/NETWORK`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import NotFound
from app.core.resources import resource_folder
from app.experiments.schemas import StudyDefinition
from synthesis.common.yaml_file import load_yaml


@dataclass(frozen=True)
class PublishedNetwork:
    """One network of an experiment: the spec that makes its metamers, and the bundle that holds them."""

    name: str
    layers: tuple[str, ...]
    spec: Path
    bundle: Path

    @property
    def made(self) -> bool:
        return (self.bundle / "manifest.json").is_file()


@dataclass(frozen=True)
class PublishedExperiment:
    """`name` is `PAPER/EXPERIMENT`, such as 2023/vision1."""

    name: str
    file: Path
    participants: int
    trials_in_all: int | None
    trials_per_condition: int | None
    networks: tuple[PublishedNetwork, ...]

    @property
    def conditions(self) -> int:
        """Natural, and every layer of every network."""
        return 1 + sum(len(network.layers) for network in self.networks)

    @property
    def trials(self) -> int | None:
        """Main trials of a participant; None if as many as the stimuli allow."""
        each = self.trials_per_condition
        return self.trials_in_all if each is None else each * self.conditions


def published_folder() -> Path:
    """Where the files are that come with this program."""
    return resource_folder("examples") / "published"


def published_experiments(folder: Path, names: Sequence[str] = ()) -> list[PublishedExperiment]:
    """The experiments of a folder, or those of these names, in the order of their names.

    Raises `NotFound` for a folder without studies and for an unknown name, `SpecError` for a faulty file.
    """
    files = {f"{file.parent.parent.name}/{file.stem}": file for file in folder.glob("*/studies/*.yaml")}
    if not files:
        raise NotFound("no_published", f"{folder}: holds no PAPER/studies/EXPERIMENT.yaml")
    if unknown := [name for name in names if name not in files]:
        known = ", ".join(sorted(files))
        raise NotFound("unknown_experiment", f"there is no experiment {unknown[0]!r}; there are {known}")
    return [_experiment(name, file) for name, file in sorted(files.items()) if not names or name in names]


def _experiment(name: str, file: Path) -> PublishedExperiment:
    definition = load_yaml(file, StudyDefinition)
    networks = tuple(
        PublishedNetwork(
            name=str(one.network),
            layers=tuple(one.layers),
            spec=file.parent.parent / "networks" / f"{one.network}.yaml",
            bundle=Path(one.bundle),
        )
        for one in definition.sources
    )
    return PublishedExperiment(
        name, file, definition.participants, definition.trials, definition.trials_per_condition, networks
    )
