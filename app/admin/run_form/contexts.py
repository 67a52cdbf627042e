"""What the form of a synthesis run shows, ready to be printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.db.tables import StimulusSet
from app.synthesis_runs.form import DECISIONS, NULL_OWN, NULL_REFERENCE, PREPARATIONS, RECIPES, RunForm
from app.synthesis_runs.networks import ListedNetwork
from app.web.templating import PageContext


@dataclass(frozen=True)
class RunFormContext(PageContext):
    """The form with what was chosen. `network` is the chosen one, whose layers it shows; None to begin with.

    `sets` are the names of ready sets of the network's medium, `nulls` what the null can be made from.
    """

    template: ClassVar[str] = "admin/run_form/form.html"

    problems: tuple[str, ...]
    form: RunForm
    networks: tuple[tuple[str, tuple[ListedNetwork, ...]], ...]
    network: ListedNetwork | None
    shown: str
    sets: tuple[str, ...]
    nulls: Mapping[str, str]
    recipes: Mapping[str, str]
    decisions: Mapping[str, str]
    preparations: Mapping[str, str]


def form_page(
    networks: Sequence[ListedNetwork],
    network: ListedNetwork | None,
    sets: Sequence[StimulusSet],
    form: RunForm,
    problems: Sequence[str] = (),
) -> RunFormContext:
    medium = network.medium if network else "picture"
    names = tuple(one.name for one in sets if one.state == "ready" and one.medium == medium)
    groups = {"Networks that see": "picture", "Networks that hear": "sound"}
    return RunFormContext(
        problems=tuple(problems),
        form=form,
        networks=tuple(
            (words, tuple(one for one in networks if one.medium == kind)) for words, kind in groups.items()
        ),
        network=network,
        shown=str(network.input) if network else "",
        sets=names,
        nulls=nulls(network, names),
        recipes=RECIPES,
        decisions=DECISIONS[medium],
        preparations=PREPARATIONS if medium == "picture" else {},
    )


def nulls(network: ListedNetwork | None, sets: Sequence[str]) -> dict[str, str]:
    """What a null can be made from, with what that means."""
    found = {}
    if network is not None and network.reference_null:
        found[NULL_REFERENCE] = "the one that ships for this network: 1,000,405 pairs"
    found |= {name: f"the set {name} (1,415 stimuli make the million pairs of the papers)" for name in sets}
    found[NULL_OWN] = "the stimuli themselves, which are seldom enough: certificates need 448"
    return found
