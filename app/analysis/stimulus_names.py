"""What the rows of stimuli are called in a study: its conditions, networks, layers and natural ones; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.experiments.conditions import Condition, Conditions

# (bundle, natural stimulus, its source), as `app.stimuli.queries.sources_of_naturals` gives them.
Source = tuple[int, str, str]


@dataclass(frozen=True)
class StimulusNames:
    """`networks` are the study's names of its bundles' models, by the bundles' ids, in order.

    `other_names` are the natural stimuli that a later bundle calls otherwise than the first, by bundle and
    name there.
    """

    conditions: Conditions
    networks: Mapping[int, str]
    other_names: Mapping[tuple[int, str], str]

    def condition(self, bundle_id: int, layer: str) -> str:
        """The condition of a stimulus whose row has this bundle and `condition`."""
        return self.conditions.name(self.networks[bundle_id], layer)

    def place(self, bundle_id: int, layer: str) -> Condition:
        return self.conditions[self.condition(bundle_id, layer)]

    def natural_id(self, bundle_id: int, natural_id: str) -> str:
        """One name for a natural stimulus and its metamers of all networks: that in the first bundle."""
        return self.other_names.get((bundle_id, natural_id), natural_id)


def other_names(first: int, sources: Iterable[Source]) -> dict[tuple[int, str], str]:
    """What the bundle `first` calls the natural stimuli that other bundles call otherwise."""
    sources = list(sources)
    names = {source: natural_id for bundle, natural_id, source in sources if bundle == first}
    return {
        (bundle, natural_id): names[source]
        for bundle, natural_id, source in sources
        if names.get(source, natural_id) != natural_id
    }
