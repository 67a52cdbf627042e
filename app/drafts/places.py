"""Which files a study that was written in the browser may name: those of this server's own folders; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthesis.common.errors import Problem


@dataclass(frozen=True)
class Places:
    """`folder` is what relative paths are meant from. Files lie in it, or in the folder of bundles.

    `bundles` are the places of bundles that are in the database: these may be named wherever they are.
    """

    folder: Path
    bundle_folder: Path
    bundles: frozenset[str] = frozenset()

    def whole(self, place: str) -> str:
        """A place without what it is relative to; an address stays as it is."""
        return place if "://" in place else str((self.folder / place).resolve())

    def problems(self, content: Mapping[str, Any]) -> list[Problem]:
        """The paths that lead elsewhere, as problems at their fields."""
        return [
            Problem(0, field, f"{path!r} leads out of this server's folders; {advice}")
            for field, path, advice in _paths(content)
            if not self._own(path)
        ]

    def _own(self, path: str) -> bool:
        whole = self.whole(path)
        if whole in self.bundles:
            return True
        inside = (self.folder.resolve(), self.bundle_folder.resolve())
        return "://" not in path and any(Path(whole).is_relative_to(one) for one in inside)


def _paths(content: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(field, path, what to do instead) of whatever names a file."""
    choose = "choose one of the bundles that it has"
    if isinstance(place := content.get("bundle"), str):
        yield "bundle", place, choose
    entries = content.get("stimuli")
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict) and isinstance(place := entry.get("bundle"), str):
            yield f"stimuli.{number}.bundle", place, choose
    if isinstance(path := content.get("vocabulary"), str):
        yield "vocabulary", path, "give the words themselves"
    for place, step in _steps(content.get("steps")):
        if isinstance(step, dict) and isinstance(path := step.get("catch_sounds"), str):
            yield f"steps.{place}.catch_sounds", path, "copy the sounds into one of them"


def _steps(steps: Any) -> Iterator[tuple[object, Any]]:
    if isinstance(steps, dict):
        yield from steps.items()
    elif isinstance(steps, list):
        yield from enumerate(steps)
