"""The project's documents as text: where they are, their headings, and the commands that they show."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import ROOT

FENCE = re.compile(r"^(```|~~~).*?^\1 *$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`(?:[^`\n]|\n(?!\n))+`")  # may go over the end of a line
LINK = re.compile(r"!?\[(?:[^\[\]]|!\[[^\]]*\]\([^)]*\))*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
COMMAND = re.compile(r"(?<![\w./-])(metamerlab|python -m synthesis)((?: +[^\s`|;&>#()]+)+)")


def documents() -> list[Path]:
    """README, CHANGELOG, everything in docs/, and the notes beside the networks' weights."""
    top = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "synthesis/weights/README.md"]
    return top + sorted((ROOT / "docs").rglob("*.md"))


def links(text: str) -> list[str]:
    """Targets of all links and pictures outside of code."""
    return LINK.findall(CODE.sub("", FENCE.sub("", text)))


def anchors(text: str) -> set[str]:
    """The anchors that a heading gets when the page is shown: small letters, hyphens for blanks."""
    found: set[str] = set()
    for heading in HEADING.findall(FENCE.sub("", text)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        repeated = sum(known == slug or re.fullmatch(rf"{re.escape(slug)}-\d+", known) is not None
                       for known in found)  # fmt: skip
        found.add(f"{slug}-{repeated}" if repeated else slug)
    return found


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each `metamerlab ...` and `python -m synthesis ...` in code: the program and its arguments."""
    for part in (*(found[0] for found in FENCE.finditer(text)), *CODE.findall(FENCE.sub("", text))):
        # A command in running text may be broken where a line ends, one in a block only after a backslash.
        joined = part.replace("\\\n", " ") if part.startswith(("```", "~~~")) else part.replace("\n", " ")
        for found in COMMAND.finditer(joined.replace("[", "").replace("]", "")):
            yield found[1], found[2].split()
