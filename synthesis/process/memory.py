"""Running out of memory: recognising it, and going on with smaller batches."""

import torch

from synthesis.common.errors import UserError

# How torch says it without an error class of its own: on the processor, on MPS, and where C++ asked for it.
_PHRASES = ("not enough memory", "out of memory", "can't allocate memory", "bad_alloc")


def is_out_of_memory(error: object) -> bool:
    """Whether an error of torch, numpy or Python says that memory was asked for in vain."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(phrase in str(error).lower() for phrase in _PHRASES)


def smaller_batch(error: Exception, size: int, what: str) -> int:
    """Half of `size`, for the work `what` that met `error`; the device's unused memory is given back.

    Raises `error` itself if it says something else, and `UserError` if one stimulus alone was too much.
    """
    if size <= 1 or not is_out_of_memory(error):
        raise out_of_memory(error, what)
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return size // 2


def out_of_memory(error: Exception, what: str) -> Exception:
    """One line for people if `error` says that memory was asked for in vain, else `error` itself."""
    if not is_out_of_memory(error):
        return error
    reason = " ".join(str(error).split())[:200]
    return UserError(
        f"{what}: there is not enough memory for one stimulus ({reason}); leave the layer out, give fewer "
        "--workers, or use a machine with more memory"
    )
