"""All kinds of simulated participants. To add one: a line here, and how it differs from `layers`."""

from dataclasses import dataclass

from app.simulation.people.answering import Answering, always_right, by_layer, guessing, lapsing, one_sided
from app.simulation.people.ways import Way, double_tab, quitting, returning, straight


@dataclass(frozen=True)
class Kind:
    """`fails` names the kind of step that it fails on purpose; `broken` says that its network is."""

    name: str
    about: str
    answering: Answering = by_layer
    way: Way = straight
    fails: str | None = None
    broken: bool = False


LAYERS = Kind("layers", "recognises less the deeper the matched layer is, or has thresholds")
ALL = (
    LAYERS,
    Kind("ideal", "is always right", answering=always_right),
    Kind("guessing", "gives each answer equally often, whatever is shown", answering=guessing),
    Kind("lapsing", "gives any answer in a share of the trials", answering=lapsing),
    Kind("one_sided", "gives the same answer in all trials", answering=one_sided),
    Kind("quitting", "stops before a trial and never returns", way=quitting),
    Kind("returning", "leaves before a trial and comes back by another page", way=returning),
    Kind("double_tab", "opens a second tab, which takes the session over", way=double_tab),
    Kind("fails_gate", "is wrong in all trials of the gate", fails="gate"),
    Kind("fails_headphones", "gives wrong answers in the headphone check", fails="headphone_check"),
    Kind("broken_network", "has calls dropped, delayed, doubled or answered 500", broken=True),
)
KINDS = {kind.name: kind for kind in ALL}
