"""One run: a server that is killed, a proxy that fails, people in front of it, and the comparison."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.db.session import Database
from app.simulation.people.kinds import KINDS, Kind
from app.simulation.people.mix import drawn, mix_of
from app.simulation.visit import Taken
from tests.chaos.comparing import Comparison, compared
from tests.chaos.crowd import Crowd
from tests.chaos.proxy import NO_FAULTS, Faults, Proxy, proxy_to
from tests.chaos.server import Server, free_port, running
from tests.chaos.tabs import Tabs
from tests.conftest import create_study
from tests.support import build_tiny_bundle, study_yaml

MIX = "layers=4,broken_network=3,returning=1,double_tab=1,quitting=1,fails_gate=1"
PRACTICE, GATE, CATCH = 2, 2, 2
STEPS = f"""steps:
  - instructions
  - practice
  - practice_done
  - {{kind: gate, trials: {GATE}, pass_mark: 1}}
  - {{kind: trials, breaks: 1, trials_between: 4, catch: {CATCH}}}
"""


@dataclass(frozen=True)
class Scale:
    """How much there is of everything. `pages` are sessions in a real browser, `chromium` its path."""

    people: int
    naturals: int
    kills: int = 0
    faults: Faults = field(default_factory=Faults)
    pages: int = 0
    chromium: str | None = None

    @property
    def trials(self) -> int:
        """Of one participant."""
        return self.naturals + CATCH

    def without_faults(self, people: int) -> "Scale":
        return Scale(people, self.naturals, faults=NO_FAULTS)


@dataclass(frozen=True)
class Outcome:
    """`of_pages` compares what pages in browsers sent. `pages_chosen` is how many answers were pressed there,
    `pages_wrong` how many sessions have not exactly these, and `tabs_closed` how often a tab was closed.
    """

    of_people: Comparison
    of_pages: Comparison
    pages_wrong: int
    pages_chosen: int
    tabs_closed: int
    kills: int
    outcomes: "Counter[str]"
    faults: "Counter[str]"


async def chaos(folder: Path, database_url: str, scale: Scale, seed: int = 1) -> Outcome:
    """`database_url` is that of a database with the newest schema and nothing in it."""
    database = Database(database_url)
    try:
        bundle = build_tiny_bundle(folder / "bundle", scale.naturals, failed=frozenset())
        code = (await _study(database, folder, "people", bundle, extra=STEPS))["simulated"]
        # Without a gate, at which who presses anything would be sent away.
        pages_code = (await _study(database, folder, "pages", bundle))["live"]
        port = free_port()
        server = Server(folder, database_url, f"http://127.0.0.1:{port}")
        async with running(server), proxy_to(server.url, port, scale.faults, seed) as proxy:
            kinds = [KINDS[name] for name in drawn(mix_of(MIX, KINDS), scale.people, seed)]
            crowd = Crowd(proxy.url, code, database, seed)
            tabs = Tabs(proxy.url, pages_code, scale.chromium)
            people, kills = await _take_part(scale, server, proxy, crowd, tabs, kinds)
            await proxy.settled()
        acknowledged = [uuid for each in people for uuid in (*each.record.answers, *each.record.results)]
        return Outcome(
            of_people=await compared(database, "simulated", acknowledged),
            of_pages=await compared(database, "live", tabs.acknowledged),
            pages_wrong=await tabs.wrong(database),
            pages_chosen=sum(len(session.chosen) for session in tabs.sessions),
            tabs_closed=tabs.closed,
            kills=kills,
            outcomes=Counter(each.outcome for each in people),
            faults=proxy.happened,
        )
    finally:
        await database.close()


async def _study(
    database: Database, folder: Path, name: str, bundle: Path, extra: str = ""
) -> dict[str, str]:
    """An open study; the codes of its links by audience."""
    file = folder / f"{name}.yaml"
    file.write_text(study_yaml(bundle, name=name, practice_trials=PRACTICE, extra=extra))
    return await create_study(database, file, opened=True)


async def _take_part(
    scale: Scale, server: Server, proxy: Proxy, crowd: Crowd, tabs: Tabs, kinds: list[Kind]
) -> tuple[list[Taken], int]:
    """How the people ended, and how often the server was killed meanwhile."""
    killed = [0]
    killer = asyncio.create_task(_kill(scale, server, proxy, killed))
    try:
        people, _ = await asyncio.gather(crowd.take_part(kinds), tabs.take_part(scale.pages))
    finally:
        killer.cancel()
        with suppress(asyncio.CancelledError):
            await killer
    return people, killed[0]


async def _kill(scale: Scale, server: Server, proxy: Proxy, killed: list[int]) -> None:
    """Kill the server each time a further part of the answers has been acknowledged, and start it again."""
    most = 0.8 * scale.people * scale.trials  # some stop early
    for number in range(scale.kills):
        while proxy.acknowledged < most * (number + 1) / (scale.kills + 1):
            await asyncio.sleep(0.01)
        server.kill()
        killed[0] += 1
        await server.start()
