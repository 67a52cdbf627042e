"""What can go wrong between two programs, on demand."""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Fault = Literal["busy", "failed_before", "failed_after", "silent_before", "silent_after"]
FAULTS: tuple[Fault, ...] = ("busy", "failed_before", "failed_after", "silent_before", "silent_after")


@dataclass
class Faults:
    """The next requests' faults in order; None is a request that goes well. Afterwards all go well.

    "before" is before the request was heeded, "after" when its work is done and only the answer is missing.
    "silent" says nothing until the client gives up, however patient it is. `down` refuses everything.
    """

    next: deque[Fault | None] = field(default_factory=deque)
    down: bool = False
    retry_after: str = "0"

    def take(self) -> Fault | None:
        return self.next.popleft() if self.next else None


class FaultyMiddleware:
    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self.app, self.faults = app, faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        fault = "failed_before" if self.faults.down else self.faults.take()
        if fault == "busy":
            await _answer(send, 429, [(b"retry-after", self.faults.retry_after.encode())])
            return
        if fault in ("failed_before", "silent_before"):
            await _go_wrong(fault, receive, send)
            return
        if fault is None:
            await self.app(scope, receive, send)
            return

        async def kept(_message: Message) -> None:
            pass

        await self.app(scope, receive, kept)
        await _go_wrong(fault, receive, send)


async def _go_wrong(fault: str, receive: Receive, send: Send) -> None:
    if fault.startswith("silent"):
        while (await receive())["type"] != "http.disconnect":
            pass
    await _answer(send, 503, [])


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
