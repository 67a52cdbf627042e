"""A generator: takes requests for pictures one after another, and has them made by a child that holds the
network."""

import asyncio
import logging
import os
import socket
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import utc_now
from app.core.config import Settings
from app.core.errors import Unavailable
from app.db.patience import first_line, patiently
from app.db.session import Database
from app.live_pictures import service
from app.live_pictures.child import ANSWER_LIMIT_S, Answer, ChildLostError, ServingChild
from app.live_pictures.schemas import Claim
from synthesis.common.command_line import PROGRAM, DimensionsServe, program_arguments

IDLE_S = 0.1  # how often an idle generator looks for a request
TOLD_EVERY_S = 10.0
MOST_HELD = 2  # networks that are held at a time

log = logging.getLogger(__name__)


@dataclass
class Tally:
    """What a generator has done since it last said so."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0
    told_at: float = field(default_factory=time.monotonic)

    def tell_if_due(self) -> None:
        """A line now and then, unless nothing was done."""
        passed = time.monotonic() - self.told_at
        if passed < TOLD_EVERY_S:
            return
        if self.seconds or self.failed:
            usual = statistics.median(self.seconds) if self.seconds else 0.0
            log.info(
                "%d pictures in %.0f s (%.0f per minute), %.2f s each in the middle, %d failed",
                len(self.seconds), passed, 60 * len(self.seconds) / passed, usual, self.failed,
            )  # fmt: skip
        self.seconds, self.failed, self.told_at = [], 0, time.monotonic()


class Generator:
    """Set `stopping` to end it: the request at hand is left to another.

    `paths` are the bundles that it works for, all without them. `options` say where a module or a checkpoint
    of the network is.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        program: Sequence[str] = PROGRAM,
        *,
        paths: Sequence[str] = (),
        options: dict[str, str] | None = None,
        answer_limit_s: float = ANSWER_LIMIT_S,
    ) -> None:
        self._database, self._program = database, program
        self._lease = timedelta(seconds=settings.generator_lease_seconds)
        self._paths, self._options, self._answer_limit_s = paths, options or {}, answer_limit_s
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._children: dict[str, ServingChild] = {}
        self._tally = Tally()
        self.stopping = asyncio.Event()

    async def work(self, *, once: bool = False) -> int:
        """Make pictures until told to stop; `once`, until none is wanted. Returns how many were made."""
        made = 0
        try:
            while not self.stopping.is_set():
                claim = await self._take()
                if claim:
                    made += await self._carry_out(claim)
                elif once:
                    break
                else:
                    await self._pause()
                self._tally.tell_if_due()
        finally:
            for child in self._children.values():
                await child.close()
        return made

    async def _take(self) -> Claim | None:
        try:
            # On SQLite a look keeps nobody from writing, as taking would.
            async with self._database.reading() as session:
                if not await service.is_any(session, utc_now(), self._paths):
                    return None
        except (OperationalError, Unavailable) as error:
            log.warning("the database cannot be used: %s", first_line(error))
            return None
        return await patiently(self._database, self._take_next, self.stopping)

    async def _take_next(self, session: AsyncSession) -> Claim | None:
        return await service.take(session, self._name, utc_now(), self._lease, self._paths)

    async def _carry_out(self, claim: Claim) -> bool:
        """Have a picture made and store how that ended; whether it was made."""
        making = asyncio.create_task(self._make(claim))
        stop = asyncio.create_task(self.stopping.wait())
        try:
            while not (making.done() or stop.done()):
                pause_s = self._lease.total_seconds() / 3
                await asyncio.wait({making, stop}, timeout=pause_s, return_when=asyncio.FIRST_COMPLETED)
                if not (making.done() or stop.done()):
                    await self._renew(claim)
            if not making.done():
                await self._stored(lambda session: service.put_back(session, claim))
                return False
            return await self._answered(claim, making)
        finally:
            making.cancel()
            stop.cancel()
            await asyncio.wait({making, stop})

    async def _make(self, claim: Claim) -> Answer:
        child = await self._child(claim.bundle_path)
        return await child.make(claim.request_id, claim.original, claim.dimension, claim.target)

    async def _answered(self, claim: Claim, making: "asyncio.Task[Answer]") -> bool:
        answer: Answer | None
        try:
            answer = making.result()
            error = answer.error
        except (ChildLostError, OSError) as lost:
            answer, error = None, first_line(lost)
            await self._drop(claim.bundle_path)
        if answer is None or answer.level is None:
            log.warning("%s, attempt %d: %s", claim, claim.attempt, error)
            self._tally.failed += 1
            await self._stored(lambda session: service.failed(session, claim, error))
            return False
        level, seconds = answer.level, answer.seconds
        self._tally.seconds.append(seconds)
        return await self._stored(lambda session: service.done(session, claim, level, seconds))

    async def _child(self, path: str) -> ServingChild:
        """The one that holds the bundle's network; the one that was not used for longest makes room."""
        child = self._children.pop(path, None)
        if child is None:
            while len(self._children) >= MOST_HELD:
                await self._drop(next(iter(self._children)))
            command = program_arguments(DimensionsServe(bundle=path, **self._options))
            child = ServingChild(*self._program, *command, answer_limit_s=self._answer_limit_s)
            self._children[path] = child
            await child.start()
        self._children[path] = child
        return child

    async def _drop(self, path: str) -> None:
        if child := self._children.pop(path, None):
            await child.close()

    async def _renew(self, claim: Claim) -> None:
        try:
            async with self._database.writing() as session:
                await service.renew(session, claim, utc_now(), self._lease)
        except (OperationalError, Unavailable) as error:
            log.warning("the database cannot be used, going on: %s", first_line(error))

    async def _stored(self, work: service.Change) -> bool:
        return await patiently(self._database, work, self.stopping)

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), IDLE_S)
        except TimeoutError:
            return
