"""Files that are no archives, or were changed: each is refused in one line, and stores nothing."""

# ruff: noqa: F811 (fixtures are imported by the names of the parameters that ask for them)

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.exports.archive import layout
from tests.integration.test_archive import (  # noqa: F401  (fixtures)
    counts,
    first,
    run_aside,
    second,
    tables,
)
from tests.integration.test_cli import Cli, cli  # noqa: F401  (a fixture)


def edited(source: Path, target: Path, changes: dict[str, bytes | None], *, seal: bool = True) -> Path:
    """A copy with other files; with `seal` its index agrees with them, as an attacker's would."""
    with zipfile.ZipFile(source) as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    for name, content in changes.items():
        if content is None:
            del files[name]
        else:
            files[name] = content
    if seal:
        index = json.loads(files[layout.INDEX])
        index["files"] = {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
            for name, content in files.items()
            if name != layout.INDEX
        }
        files[layout.INDEX] = json.dumps(index).encode()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return target


def changed_index(source: Path, **fields: object) -> dict[str, bytes]:
    with zipfile.ZipFile(source) as zipped:
        index = json.loads(zipped.read(layout.INDEX))
    return {layout.INDEX: json.dumps(index | fields).encode()}


def cut_off(source: Path, target: Path) -> None:
    target.write_bytes(source.read_bytes()[:-2000])


def flipped(source: Path, target: Path) -> None:
    data = bytearray(source.read_bytes())
    data[len(data) // 2] ^= 0xFF
    target.write_bytes(bytes(data))


def not_a_zip(source: Path, target: Path) -> None:
    target.write_text("subj,session\n")


def foreign(source: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w") as zipped:
        zipped.writestr("data.csv", "a,b\n")


def newer(source: Path, target: Path) -> None:
    edited(source, target, dict(changed_index(source, version=layout.VERSION + 1, code="9.9")))


def out_of_its_folder(source: Path, target: Path) -> None:
    edited(source, target, {"../../evil.sh": b"rm"})


def bundle_out_of_its_folder(source: Path, target: Path) -> None:
    bundles = [{"network": "tiny", "digest": "../../evil", "included": True}]
    edited(source, target, dict(changed_index(source, bundles=bundles)))


def unlisted(source: Path, target: Path) -> None:
    edited(source, target, {"tables/more.jsonl": b"{}\n"}, seal=False)


def twice(source: Path, target: Path) -> None:
    shutil.copy(source, target)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(target, "a") as zipped:
        zipped.writestr(layout.DEFINITION, b"{}")


def without_trials(source: Path, target: Path) -> None:
    edited(source, target, {"tables/trials.jsonl": None})


def bomb(source: Path, target: Path) -> None:
    edited(source, target, {"tables/trials.jsonl": b" " * 90_000_000})


def one_line(source: Path, target: Path) -> None:
    edited(source, target, {"tables/events.jsonl": b'{"person": 0, "kind": 3'})


def of_nobody(source: Path, target: Path) -> None:
    row = {"person": 99, "kind": "focus", "detail": {}, "happened_at": "2026-01-01T00:00:00Z"}
    lines = tables(source)["tables/events.jsonl"].splitlines(keepends=True)
    edited(source, target, {"tables/events.jsonl": b"".join([*lines[:-1], json.dumps(row).encode()])})


def lost_row(source: Path, target: Path) -> None:
    lines = tables(source)["tables/trials.jsonl"].splitlines(keepends=True)
    edited(source, target, {"tables/trials.jsonl": b"".join(lines[:-1])})


def two_answers(source: Path, target: Path) -> None:
    lines = tables(source)["tables/trials.jsonl"].splitlines(keepends=True)
    edited(source, target, {"tables/trials.jsonl": b"".join([*lines[:-1], lines[0]])})


def other_study(source: Path, target: Path) -> None:
    edited(source, target, {"definition.json": b'{"name": "x"}'})


BAD: list[tuple[Callable[[Path, Path], None], str]] = [
    (cut_off, "no whole zip file"),
    (flipped, "."),
    (not_a_zip, "no whole zip file"),
    (foreign, "no archive.json, so it is no archive of a study"),
    (newer, "made by metamerlab 9.9; this release reads formats up to 2: update it"),
    (out_of_its_folder, "does not belong into an archive"),
    (bundle_out_of_its_folder, "digest"),
    (unlisted, "not those that its archive.json lists"),
    (twice, "not those that its archive.json lists"),
    (without_trials, "tables/trials.jsonl is missing"),
    (bomb, "more than such data do"),
    (one_line, "tables/events.jsonl:1: "),
    (of_nobody, "names a person 99, which it does not have"),
    (lost_row, "trials has"),
    (two_answers, "its rows contradict each other"),
    (other_study, "its study is none that this release knows"),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("spoil", "message"), BAD, ids=[make.__name__ for make, _ in BAD])
async def test_a_bad_file_is_one_line_and_stores_nothing(
    first: Path,
    second: Cli,
    empty_database_url: str,
    tmp_path: Path,
    spoil: Callable[[Path, Path], None],
    message: str,
) -> None:
    file = tmp_path / "bad.zip"
    spoil(first / "plain.zip", file)
    before = await counts(empty_database_url)
    code, out, err = await run_aside(second, "archive", "import", file)
    assert (code, out, err.count("\n")) == (1, "", 1), err
    assert str(file) in err
    assert message in err
    assert await counts(empty_database_url) == before
    assert not (tmp_path.parent / "evil.sh").exists()


def test_a_spoilt_bundle_leaves_nothing_behind(first: Path, second: Cli, tmp_path: Path) -> None:
    with zipfile.ZipFile(first / "whole.zip") as zipped:
        blob = next(name for name in zipped.namelist() if "/blobs/" in name)
    edited(first / "whole.zip", tmp_path / "bad.zip", {blob: b"another picture"})
    code, _out, err = second("archive", "import", tmp_path / "bad.zip")
    assert (code, err.count("\n")) == (1, 1)
    assert "cannot be used" in err
    assert list((tmp_path / "bundles").iterdir()) == []
    assert json.loads(second("study", "list", "--json")[1]) == []
