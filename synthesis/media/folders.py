"""Finding stimulus files in folders, by the endings of their names. No file is passed over in silence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from synthesis.common.errors import UserError
from synthesis.common.names import NO_ANSWER, composed
from synthesis.process.progress import tell_once

_NAMED = 3  # of the files that are passed over


@dataclass(frozen=True)
class FileKind:
    """Files of one kind by their endings; `plural` names them to people."""

    plural: str
    extensions: tuple[str, ...]

    def includes(self, file: Path) -> bool:
        return file.is_file() and file.suffix.lower() in self.extensions

    @property
    def endings(self) -> str:
        return ", ".join(extension.removeprefix(".") for extension in self.extensions)


PICTURE_FILES = FileKind(
    "pictures",
    (
        ".png",
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".webp",
        ".bmp",
        ".tif",
        ".tiff",
        ".gif",
        ".avif",
        ".ppm",
        ".pgm",
    ),
)
SOUND_FILES = FileKind(
    "sounds", (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".au", ".caf", ".w64")
)


def category_folder(path: Path, kind: FileKind = PICTURE_FILES) -> list[tuple[str, Path]]:
    """(category, file) for a folder with one sub-folder of files of that kind per category, sorted.

    A category is its folder's name, composed (NFC). Hidden files are passed over; all others of another kind
    too, with one line that counts and names them.

    Raises
    ------
    UserError
        The folder is missing or holds no sub-folder with such files, a sub-folder holds none, or two
        sub-folders are one category, or one stands for no answer.
    """
    folders: dict[str, Path] = {}
    found: list[tuple[str, Path]] = []
    unused = [entry for entry in _visible(path) if not entry.is_dir()]
    empty = []
    for folder in (entry for entry in _visible(path) if entry.is_dir()):
        category = _category(folder, folders)
        entries = _visible(folder)
        files = [entry for entry in entries if kind.includes(entry)]
        found += [(category, file) for file in files]
        unused += [entry for entry in entries if not kind.includes(entry)]
        if not files:
            empty.append(folder)
    if not found:
        raise UserError(
            f"{path}: has no sub-folder with {kind.plural}; give a folder with one sub-folder per category, "
            f"holding {kind.endings} files"
        )
    if empty:
        raise UserError(
            f"{empty[0]}: holds no {kind.plural} that are read ({kind.endings}); convert its files, or take "
            "the folder away"
        )
    _tell_unused(path, unused, kind)
    return sorted(found, key=lambda one: (one[0], one[1].name))


def stimulus_files(path: Path, kind: FileKind = PICTURE_FILES) -> list[Path]:
    """Every file of that kind in a folder, at any depth, sorted; one line names visible ones of others.

    Raises `UserError` if there is none.
    """
    entries = sorted(
        entry
        for entry in (path.rglob("*") if path.is_dir() else ())
        if not entry.is_dir() and not any(part.startswith(".") for part in entry.relative_to(path).parts)
    )
    files = [entry for entry in entries if kind.includes(entry)]
    if not files:
        raise UserError(f"{path}: is not a folder with {kind.plural}; give one, or leave the field out")
    _tell_unused(path, [entry for entry in entries if not kind.includes(entry)], kind)
    return files


def _category(folder: Path, folders: dict[str, Path]) -> str:
    category = composed(folder.name)
    if category.strip().lower() == NO_ANSWER:
        raise UserError(f"{folder}: {category!r} stands for no answer in all data; give another name")
    first = folders.setdefault(category, folder)
    if first != folder:
        raise UserError(
            f"{folder}: the name is that of another folder, in other Unicode letters that look the same; "
            "keep one of the two"
        )
    return category


def _tell_unused(path: Path, unused: Sequence[Path], kind: FileKind) -> None:
    if unused:
        names = ", ".join(_names(path, unused))
        tell_once(
            f"{path}: {len(unused)} not used, for no {kind.plural} that are read ({kind.endings}): {names}"
        )


def _names(path: Path, unused: Sequence[Path]) -> Iterable[str]:
    for entry in unused[:_NAMED]:
        yield f"{entry.relative_to(path)}{'/' if entry.is_dir() else ''}"
    if len(unused) > _NAMED:
        yield "..."


def _visible(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder")
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise UserError(f"{folder}: cannot be read ({error.strerror})") from None
