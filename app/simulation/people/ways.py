"""How simulated participants go through a session: straight, or as people do who leave or open two tabs."""

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np

from app.simulation.calls import Refused
from app.simulation.visitor import View, Visitor

LEFT = "left"  # the outcome of one who does not come back

# Goes through a session that has just begun; returns how it ended.
Way = Callable[[Visitor, View, np.random.Generator], Awaitable[str]]


async def straight(visitor: Visitor, view: View, random: np.random.Generator) -> str:
    await visitor.walk(view)
    return await visitor.finish()


async def quitting(visitor: Visitor, view: View, random: np.random.Generator) -> str:
    """Stops before any of the trials, all equally likely."""
    if await visitor.walk(view, until=int(random.integers(view["total"]))):
        return await visitor.finish()
    return LEFT


async def returning(visitor: Visitor, view: View, random: np.random.Generator) -> str:
    """Leaves before a trial; the page that comes back has a lease of its own, and knows the last one."""
    if not await visitor.walk(view, until=_after_the_first(view, random)):
        again = visitor.on_another_page()
        await again.walk(await again.begin(previous=visitor.calls.lease))
    return await visitor.finish()


async def double_tab(visitor: Visitor, view: View, random: np.random.Generator) -> str:
    """A second tab takes the session over. Both answer the trial that is due, and the first is refused.

    Raises `Refused` if the first tab is not.
    """
    trial = _after_the_first(view, random)
    if await visitor.walk(view, until=trial):
        return await visitor.finish()
    second = visitor.on_another_page()
    view = await second.begin(take_over=True)
    if not view["over"]:
        refused, _ = await asyncio.gather(visitor.is_refused(trial), second.walk(view))
        if not refused:
            raise Refused("refused", "a tab went on answering after another had taken the session over")
    return await second.finish()


def _after_the_first(view: View, random: np.random.Generator) -> int:
    """A trial after the first, all equally likely; the first where there is no other."""
    total = view["total"]
    return int(random.integers(min(1, total - 1), total))
