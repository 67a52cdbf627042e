"""A proxy that treats calls badly: between participants and the server, on real sockets."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

OF_ONE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass(frozen=True)
class Faults:
    """The probability of each fault in one call; at most one of them happens.

    - `lost`: the connection breaks before the server gets the call.
    - `late`: it breaks as well, and the server gets the call up to `slow_s` later, after its repetitions.
    - `unheard`: the server answers, and then the connection breaks.
    - `refused`, `spoiled`: answered 500 in place of the server, or after it has answered.
    - `doubled`: the server gets the call twice at once.
    - `echoed`: it gets the call again up to `slow_s` later, after calls that came behind it.
    - `slow`: it takes up to `slow_s`, half of it before the server and half after it.
    """

    lost: float = 0.04
    late: float = 0.03
    unheard: float = 0.04
    refused: float = 0.03
    spoiled: float = 0.03
    doubled: float = 0.05
    echoed: float = 0.04
    slow: float = 0.10
    slow_s: float = 5.0

    def drawn(self, dice: random.Random) -> str:
        """The name of a fault, or "" for none."""
        number = dice.random()
        for name, share in vars(self).items():
            if name != "slow_s":
                number -= share
                if number < 0:
                    return name
        return ""


NO_FAULTS = Faults(0, 0, 0, 0, 0, 0, 0, 0, 0)
# What the server answered: status, headers, body.
Answer = tuple[int, "CIMultiDict[str]", bytes]


@dataclass
class Proxy:
    """`acknowledged` counts the calls with PUT that were answered 200 and whose answer went out."""

    upstream: str
    faults: Faults
    http: aiohttp.ClientSession
    dice: random.Random = field(default_factory=lambda: random.Random(1))
    acknowledged: int = 0
    happened: "Counter[str]" = field(default_factory=Counter)
    url: str = ""
    _later: "set[asyncio.Task[None]]" = field(default_factory=set)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        # A browser does not load a script again that failed once: its page is loaded anew, by hand.
        spared = request.path.startswith("/static/")
        fault = "" if spared else self.faults.drawn(self.dice)
        wait_s = self.dice.uniform(0, self.faults.slow_s)
        self.happened[fault or "none"] += 1
        if fault == "refused":
            return web.Response(status=500)
        if fault == "lost":
            return self._broken(request)
        if fault in ("late", "echoed"):
            self._send_later(request, body, wait_s)
        if fault == "late":
            return self._broken(request)
        return await self._answered(request, body, fault, wait_s)

    async def _answered(
        self, request: web.Request, body: bytes, fault: str, wait_s: float
    ) -> web.StreamResponse:
        pause_s = wait_s / 2 if fault == "slow" else 0
        await asyncio.sleep(pause_s)
        try:
            calls = [self._forward(request, body) for _ in range(2 if fault == "doubled" else 1)]
            status, headers, content = (await asyncio.gather(*calls))[-1]
        except (aiohttp.ClientError, TimeoutError):
            return self._broken(request)  # the server is gone
        await asyncio.sleep(pause_s)
        if fault == "unheard":
            return self._broken(request)
        if fault == "spoiled":
            return web.Response(status=500)
        self.acknowledged += request.method == "PUT" and status == 200
        return web.Response(status=status, headers=headers, body=content)

    async def _forward(self, request: web.Request, body: bytes) -> Answer:
        headers = [(k, v) for k, v in request.headers.items() if k.lower() not in OF_ONE_CONNECTION]
        url = URL(self.upstream + request.raw_path, encoded=True)
        async with self.http.request(
            request.method, url, headers=headers, data=body, allow_redirects=False
        ) as answer:
            content = await answer.read()
            kept = [(k, v) for k, v in answer.headers.items() if k.lower() not in OF_ONE_CONNECTION]
            return answer.status, CIMultiDict(kept), content

    def _send_later(self, request: web.Request, body: bytes, wait_s: float) -> None:
        async def send() -> None:
            await asyncio.sleep(wait_s)
            try:
                await self._forward(request, body)
            except (aiohttp.ClientError, TimeoutError):
                self.happened["never arrived"] += 1

        task = asyncio.create_task(send())
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    @staticmethod
    def _broken(request: web.Request) -> web.Response:
        """The connection to the caller ends without an answer."""
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    async def settled(self) -> None:
        """Wait until the server has all calls that were held back."""
        await asyncio.gather(*self._later)


@asynccontextmanager
async def proxy_to(upstream: str, port: int, faults: Faults, seed: int = 1) -> AsyncIterator[Proxy]:
    """Serve as a proxy on a port of this machine, until the end of the block."""
    connector, timeout = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
    ) as http:
        proxy = Proxy(upstream, faults, http, random.Random(seed), url=f"http://127.0.0.1:{port}")
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/{path:.*}", proxy.handle)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield proxy
            await proxy.settled()
        finally:
            await runner.cleanup()
