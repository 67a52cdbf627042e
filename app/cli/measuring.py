"""Measuring how long the generators at work take, before a study that depends on them is opened."""

import time
from collections.abc import Sequence

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.cli.running import in_transaction, reading
from app.core.clock import utc_now
from app.core.errors import Conflict
from app.experiments import service
from app.live_pictures import measuring
from app.live_pictures.measuring import Standing, percentile_95
from app.live_pictures.service import remove_queued

POLL_S = 0.2
NOBODY_S = 20.0  # until then a generator that is at work has taken one
STUCK_S = 240.0  # without a picture: longer than a network takes to be read


def measure(name: str) -> None:
    """Have pictures of a study made by the generators at work; nothing if it shows none that are made live.

    Raises `Conflict` if no generator takes them, or if they are too slow.
    """

    async def ask(session: AsyncSession) -> list[int]:
        study = await service.get_study(session, name)
        if not service.shows_live(study):
            return []
        (bundle,) = await service.bundles_of_study(session, study.id)
        wanted = service.live_pictures(await service.abx_design_of(session, study))
        return await measuring.ask_some(session, bundle.bundle.id, wanted, utc_now())

    ids = in_transaction(ask)
    if not ids:
        return
    typer.echo(f"Measuring: {len(ids)} pictures are made by the generators at work.", err=True)
    try:
        found = _wait(ids)
    finally:
        in_transaction(lambda session: remove_queued(session, ids))
    if found.failed:
        raise Conflict("not_made", f"{len(found.failed)} of {len(ids)} pictures failed: {found.failed[0]}")
    measuring.require_within_limit(found.seconds)
    typer.echo(f"95 % of them took at most {percentile_95(found.seconds):.2f} s.", err=True)


def _wait(ids: Sequence[int]) -> Standing:
    started = moved = time.monotonic()
    ended = 0
    while True:
        found = reading(lambda session: measuring.standing(session, ids))
        if found.ended == found.number:
            return found
        now = time.monotonic()
        if found.ended > ended:
            ended, moved = found.ended, now
            typer.echo(f"{ended} of {len(ids)}", err=True)
        if not found.begun and now - started > NOBODY_S:
            raise Conflict(
                "no_generator",
                "no generator is at work, so nobody makes the pictures of this study; start `metamerlab "
                "generator` where the networks are installed, and open the study again",
            )
        if now - moved > STUCK_S:
            raise Conflict(
                "generator_stuck",
                f"no picture was made for {STUCK_S:g} s; see what the generator says",
            )
        time.sleep(POLL_S)
