"""A real server of our own on a free port, for as long as a command needs one."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from app.core.config import Settings
from app.core.errors import Conflict
from app.main import create_app


@contextmanager
def background_server(settings: Settings) -> Iterator[str]:
    """Serve the application from a thread and give its address. Raises `Conflict` if it does not start.

    It is reached by plain http on this machine only, so its cookies are plain as well, and it has no rate
    limits: all who come are this command's own.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    own = {"base_url": url, "secure_cookies": False, "rate_limits": False}
    app = create_app(settings.model_copy(update=own))
    config = uvicorn.Config(app, log_level="warning", proxy_headers=False, server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise Conflict("server_failed", "the server did not start; see the messages above")
            time.sleep(0.01)
        yield url
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
