"""A network that drops, delays, doubles and spoils the calls of one simulated participant."""

import asyncio
from dataclasses import dataclass

import httpx
import numpy as np

ERROR = 500


@dataclass(frozen=True)
class Faults:
    """The probability of each fault in one call; at most one of them happens. Then there is the delay.

    `lost` calls never reach the server; of `unheard` ones the answer is lost. `refused` ones are answered 500
    instead of by the server, `spoiled` ones after it has answered. `doubled` ones reach it twice at once.
    """

    lost: float = 0.05
    unheard: float = 0.05
    refused: float = 0.03
    spoiled: float = 0.03
    doubled: float = 0.06
    longest_delay_s: float = 0.1

    def drawn(self, random: np.random.Generator) -> str:
        """The name of a fault, or "" for none."""
        shares = {name: share for name, share in vars(self).items() if name != "longest_delay_s"}
        names = [*shares, ""]
        return names[random.choice(len(names), p=[*shares.values(), 1 - sum(shares.values())])]


class BrokenNetwork(httpx.AsyncBaseTransport):
    """Carries calls by another transport; the same generator gives the same faults to the same calls."""

    def __init__(
        self, inner: httpx.AsyncBaseTransport, random: np.random.Generator, faults: Faults | None = None
    ) -> None:
        self._inner = inner
        self._random = random
        self._faults = faults or Faults()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        fault = self._faults.drawn(self._random)
        await asyncio.sleep(self._random.uniform(0, self._faults.longest_delay_s))
        if fault == "lost":
            raise httpx.ConnectError("the call was lost", request=request)
        if fault == "refused":
            return httpx.Response(ERROR, request=request)
        response = await (self._twice(request) if fault == "doubled" else self._inner_answer(request))
        if fault == "unheard":
            raise httpx.ReadError("the answer was lost", request=request)
        return httpx.Response(ERROR, request=request) if fault == "spoiled" else response

    async def _twice(self, request: httpx.Request) -> httpx.Response:
        both = await asyncio.gather(self._inner_answer(request), self._inner_answer(request))
        return both[1]

    async def _inner_answer(self, request: httpx.Request) -> httpx.Response:
        """Read to its end, so that a doubled call's other answer can be forgotten."""
        response = await self._inner.handle_async_request(request)
        await response.aread()
        await response.aclose()
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()
