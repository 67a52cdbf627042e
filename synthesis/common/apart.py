"""Keeping what a command writes away from what it reads."""

from collections.abc import Mapping
from pathlib import Path

from synthesis.common.errors import UserError
from synthesis.common.files import is_local, place


def require_apart(out: str | Path, read: Mapping[str, Path | None]) -> None:
    """Raises `UserError` if a bundle's folder holds, or lies within, a folder or file that is read.

    `read` are these by the names of their fields. A remote bundle lies within none.
    """
    root = place(out)
    if not is_local(root):
        return
    written = Path(str(root)).resolve()
    for field, path in read.items():
        if path is None:
            continue
        given = path.resolve()
        if written == given or written in given.parents or given in written.parents:
            raise UserError(
                f"--out {out}: lies within {field} ({path}), or holds it, so that what is written would be "
                "mixed with what is read; give another folder"
            )
