"""Paths of uploaded files: what category and name they give, and which are refused."""

import pytest

from app.stimulus_sets.naming import BadPath, Place, is_clutter, place_of


@pytest.mark.parametrize(
    ("path", "grouping", "category", "name"),
    [
        ("stimuli/bear/01.png", "folder", "bear", "01"),
        ("bear/a.b.jpg", "folder", "bear", "a.b"),
        ("top/word's/x.wav", "folder", "word's", "x"),
        ("top/cafe\u0301/x.wav", "folder", "caf\u00e9", "x"),
        ("bear_01.png", "name", "bear", "bear_01"),
        ("top/bear12.png", "name", "bear", "bear12"),
        ("dog-a-2.png", "name", "dog", "dog-a-2"),
        ("top/a/x.png", "none", "all", "a-x"),
        ("x.png", "none", "all", "x"),
        ("top/<img src=x>/<b>.png", "folder", "<img src=x>", "<b>"),
    ],
)
def test_a_path_gives_category_and_name(path: str, grouping: str, category: str, name: str) -> None:
    assert place_of(path, grouping) == Place(category, name)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "grouping", "reason"),
    [
        ("../../etc/passwd", "folder", "leads out"),
        ("a/../b.png", "folder", "leads out"),
        ("a//b.png", "folder", "leads out"),
        ("/etc/b.png", "folder", "another computer's disk"),
        ("C:/b.png", "folder", "another computer's disk"),
        ("a\\..\\b.png", "folder", "another computer's disk"),
        ("a/b\x00.png", "folder", "cannot be seen"),
        ("a/\u202egnp.png", "folder", "cannot be seen"),
        ("b.png", "folder", "lies in no folder"),
        ("bear.png", "name", "no category before"),
        ("top/na/b.png", "folder", "stands for no answer"),
        ("top/NA /b.png", "folder", "stands for no answer"),
        (f"{'a' * 121}/b.png", "folder", "its category has no or more than"),
        (f"a/{'b' * 130}.png", "folder", "its name has no or more than"),
        (f"{'a/' * 210}b.png", "folder", "more than 400 characters"),
        ("a/.png", "folder", "begins with a dot"),
    ],
)
def test_bad_paths_are_refused(path: str, grouping: str, reason: str) -> None:
    with pytest.raises(BadPath, match=reason):
        place_of(path, grouping)  # type: ignore[arg-type]


def test_clutter_is_known() -> None:
    clutter = ["a/.DS_Store", ".git/x.png", "__MACOSX/a/x.png", "a/Thumbs.db", "a/desktop.ini"]
    assert all(map(is_clutter, clutter))
    assert not any(map(is_clutter, ["a/x.png", "../x.png", "a./x.png"]))
