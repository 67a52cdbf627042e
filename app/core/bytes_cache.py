"""What was used last, up to so many bytes; safe among threads."""

import threading
from collections import OrderedDict


class BytesCache:
    """Keeps values by key; the one that was not asked for longest goes first."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self._size_bytes = 0
        self._values: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> bytes | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: str, value: bytes) -> None:
        with self._lock:
            self._size_bytes += len(value) - len(self._values.pop(key, b""))
            self._values[key] = value
            while self._size_bytes > self.limit_bytes:
                _key, oldest = self._values.popitem(last=False)
                self._size_bytes -= len(oldest)
