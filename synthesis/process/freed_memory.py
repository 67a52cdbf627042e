"""Memory that is freed stays with the process, for work that asks for the same large arrays again and again.

glibc gives a large array back to the system when it is freed, and the system clears every page of the next
one. A training step on a CPU needs gigabytes of them.
"""

import ctypes

# The numbers of malloc.h.
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
_NEVER = -1


def keep_freed_memory() -> bool:
    """From now on, for the whole process; False where the C library has no such setting."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, TypeError, AttributeError):  # another system's library, which has no `mallopt`
        return False
    return bool(mallopt(_MMAP_MAX, 0)) and bool(mallopt(_TRIM_THRESHOLD, _NEVER))
