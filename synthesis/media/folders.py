"""Finding stimulus files in folders, by the endings of their names."""

from dataclasses import dataclass
from pathlib import Path

from synthesis.bundle.errors import UserError


@dataclass(frozen=True)
class FileKind:
    """Files of one kind by their endings; `plural` names them to people."""

    plural: str
    extensions: tuple[str, ...]

    def includes(self, file: Path) -> bool:
        return file.is_file() and file.suffix.lower() in self.extensions


PICTURE_FILES = FileKind("pictures", (".png", ".jpg", ".jpeg", ".webp", ".bmp"))
SOUND_FILES = FileKind("sounds", (".wav", ".flac", ".ogg", ".mp3"))


def category_folder(path: Path, kind: FileKind = PICTURE_FILES) -> list[tuple[str, Path]]:
    """(category, file) for a folder with one sub-folder of files of that kind per category, sorted.

    Hidden files and files of another kind are passed over.

    Raises
    ------
    UserError
        The folder is missing or holds no sub-folder with such files.
    """
    found = [
        (folder.name, file)
        for folder in _visible(path)
        if folder.is_dir()
        for file in _visible(folder)
        if kind.includes(file)
    ]
    if not found:
        raise UserError(
            f"{path}: has no sub-folder with {kind.plural}; give a folder with one sub-folder per category, "
            f"holding {', '.join(extension.removeprefix('.') for extension in kind.extensions)} files"
        )
    return found


def stimulus_files(path: Path, kind: FileKind = PICTURE_FILES) -> list[Path]:
    """Every file of that kind in a folder, at any depth, sorted. Raises `UserError` if there is none."""
    files = sorted(
        file
        for file in (path.rglob("*") if path.is_dir() else ())
        if kind.includes(file) and not any(part.startswith(".") for part in file.relative_to(path).parts)
    )
    if not files:
        raise UserError(f"{path}: is not a folder with {kind.plural}; give one, or leave the field out")
    return files


def _visible(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder")
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
