"""The picture of docs/architecture.md, drawn from the import contracts in pyproject.toml.

    python docs/make_architecture_picture.py

A package may import those below it. A package that is new in the contracts appears by itself; its few words
stand in `ABOUT`.
"""

import sys
import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from synthesis.common.files import write_atomically  # noqa: E402

PICTURE = ROOT / "docs" / "images" / "architecture.svg"

ABOUT = {
    "synthesis": {
        "commands": "the command line",
        "starter": "stimuli of the demo",
        "graphs": "metamers of graph neural networks",
        "recognition": "observers",
        "report": "figures of a bundle",
        "runs": "plan, engines, journal, verification",
        "certify": "certificates, null distributions, readouts",
        "dimensions": "components of activations",
        "optimise": "recipes, from noise to a metamer",
        "training": "word networks",
        "media": "picture and sound files",
        "networks": "that see, that hear; layers, weights",
        "speech": "corpora of spoken words",
        "vocabulary": "the 587 words",
        "hearing": "the cochleagram",
        "process": "device, memory, lock",
        "bundle": "the format of a bundle; free of torch",
        "common": "errors, files, charts; free of torch",
    },
    "app": {
        "cli": "the command line, metamerlab",
        "main": "the web application",
        "admin": "experimenters' pages",
        "drafts": "studies in the making",
        "simulation": "simulated participants",
        "progress": "how a study is getting on",
        "exports": "files for others",
        "synthesis_runs": "queue, worker",
        "analysis": "statistics, figures, the report",
        "recruitment": "where participants come from",
        "adaptive": "levels chosen from answers, thresholds",
        "live_pictures": "pictures made on request",
        "privacy": "what is stored of people",
        "sessions": "trials, answers, the end",
        "participants": "consent, who comes in",
        "experiments": "study files, plans",
        "steps": "what a session consists of",
        "self_test": "the page /check",
        "tasks": "pictures to name, words to type",
        "stimulus_sets": "uploads",
        "stimuli": "of bundles",
        "accounts": "who signs in",
        "web": "what all pages share",
        "db": "tables, connections",
        "core": "settings, errors, clock",
    },
}
HIDDEN = {"__main__"}
SHARED = {"bundle", "common"}

ROW_PX, GAP_PX, PANEL_PX, TOP_PX = 34, 8, 470, 120
LEFT_PX, RIGHT_PX = 20, 730
WIDTH_PX = RIGHT_PX + PANEL_PX + 20
MIDDLE_PX = (LEFT_PX + PANEL_PX + RIGHT_PX) / 2
STYLE = """
text { font: 14px 'Helvetica Neue', Arial, sans-serif; fill: #1b2733 }
.title { font-weight: 700; font-size: 20px }
.name { font-weight: 700; font-size: 14px }
.small { font-size: 12.5px; fill: #4a5b6a }
.panel { fill: #f3f6f9; stroke: #b8c4cf }
.box { fill: #fff; stroke: #8fa1b1 }
.shared { fill: #fdf0d5; stroke: #d08a00 }
.outside { fill: #e3f1ea; stroke: #2e8b62 }
.line { fill: none; stroke: #35516b; stroke-width: 1.8; marker-end: url(#head) }
.dashed { stroke-dasharray: 6 4 }
"""


def main() -> None:
    """Write the picture."""
    write_atomically(PICTURE, picture().encode())


def layers(program: str) -> list[list[str]]:
    """The packages of a program, topmost layer first; those of one layer know nothing of each other."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    found = next(each["layers"] for each in contracts if each.get("containers") == [program])
    # The queue of runs stands at the left, where its arrow begins.
    rows = [sorted((name.strip() for name in layer.split("|")), reverse=True) for layer in found]
    return [row for row in rows if not HIDDEN & set(row)]


def picture() -> str:
    """The picture as SVG."""
    rows = {program: layers(program) for program in ABOUT}
    height = max(TOP_PX + len(own) * (ROW_PX + GAP_PX) for own in rows.values())
    parts = [
        f'<rect width="{WIDTH_PX}" height="{height + 90}" fill="#fff"/>',
        *panel("synthesis", "synthesis/ (torch)", "python -m synthesis", LEFT_PX, rows["synthesis"], height),
        *panel("app", "app/ (FastAPI, SQLAlchemy; never torch)", "metamerlab", RIGHT_PX, rows["app"], height),
        *between(middle_of("runs", rows["synthesis"]), middle_of("commands", rows["synthesis"]),
                 middle_of("stimuli", rows["app"]), middle_of("synthesis_runs", rows["app"]),
                 middle_of("bundle", rows["synthesis"]) + (ROW_PX + GAP_PX) / 2),
        *outside(height + 22),
    ]  # fmt: skip
    head = (
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0 10 5 0 10z" fill="#35516b"/></marker></defs>'
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_PX} {height + 90}" role="img" '
            f'aria-label="The two programs, their packages in import order, and the bundle between them">',
            f"<style>{STYLE}</style>",
            head,
            *parts,
            "</svg>\n",
        ]
    )


def top_of(row: int) -> float:
    return TOP_PX + row * (ROW_PX + GAP_PX)


def middle_of(name: str, rows: list[list[str]]) -> float:
    return top_of(next(k for k, row in enumerate(rows) if name in row)) + ROW_PX / 2


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def box(x: float, y: float, width: float, height: float, kind: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" class="{kind}"/>'


def panel(
    program: str, title: str, command: str, x: float, rows: list[list[str]], bottom: float
) -> list[str]:
    """One program: its name, and a row of boxes for each layer."""
    parts = [
        box(x, 20, PANEL_PX, bottom - 20 + GAP_PX, "panel"),
        text(x + 16, 54, title, "title"),
        text(x + 16, 78, f"Started as: {command} ...", "small"),
        text(
            x + 16, 98, "A package may import the packages below it, never those above or beside it.", "small"
        ),
    ]
    for k, row in enumerate(rows):
        width = (PANEL_PX - 32 - GAP_PX * (len(row) - 1)) / len(row)
        for at, name in enumerate(row):
            left = x + 16 + at * (width + GAP_PX)
            kind = "shared" if program == "synthesis" and name in SHARED else "box"
            indent = 120 if len(row) == 1 else 22 + 7.6 * len(name)
            parts += [
                box(left, top_of(k), width, ROW_PX, kind),
                text(left + 12, top_of(k) + 22, name, "name"),
                text(left + indent, top_of(k) + 22, ABOUT[program].get(name, ""), "small"),
            ]
    return parts


def between(runs: float, commands: float, stimuli: float, queue: float, shared: float) -> list[str]:
    """The bundle in the middle, and what goes from one program to the other."""
    left, right = LEFT_PX + PANEL_PX - 16, RIGHT_PX + 16
    top = (runs + stimuli) / 2 - 10
    return [
        box(MIDDLE_PX - 78, top, 156, 96, "shared"),
        text(MIDDLE_PX, top + 26, "stimulus bundle", "name", "middle"),
        text(MIDDLE_PX, top + 48, "manifest.json", "small", "middle"),
        text(MIDDLE_PX, top + 65, "blobs/SHA-256", "small", "middle"),
        text(MIDDLE_PX, top + 82, "in a folder or on S3", "small", "middle"),
        f'<path class="line" d="M{left} {runs:g} H{MIDDLE_PX - 30:g} V{top - 3:g}"/>',
        text(left + 26, runs - 8, "writes", "small"),
        f'<path class="line" d="M{MIDDLE_PX + 30:g} {top + 96:g} V{stimuli:g} H{right - 3}"/>',
        text(right - 24, stimuli - 8, "reads", "small", "end"),
        f'<path class="line dashed" d="M{right} {queue:g} H{MIDDLE_PX + 60:g} V{commands:g} H{left + 3}"/>',
        text(MIDDLE_PX + 20, commands - 8, "starts as a process of its own", "small", "middle"),
        f'<path class="line" d="M{RIGHT_PX} {shared:g} H{left + 3}"/>',
        text(left + 26, shared - 8, "imports only these", "small"),
    ]


def outside(top: float) -> list[str]:
    """What stands below the two programs: people's browsers, the database, files."""
    third = (PANEL_PX - 2 * GAP_PX) / 3
    names = (
        (LEFT_PX, PANEL_PX, "networks' weights, pictures, sounds", "files of the experimenter"),
        (RIGHT_PX, third, "database", "SQLite or Postgres"),
        (RIGHT_PX + third + GAP_PX, third, "participant's page", "static/participant"),
        (RIGHT_PX + 2 * (third + GAP_PX), third, "experimenter's page", "templates, static/admin"),
    )
    parts = []
    for x, width, name, about in names:
        parts += [
            box(x, top, width, 52, "outside"),
            text(x + width / 2, top + 22, name, "name", "middle"),
            text(x + width / 2, top + 41, about, "small", "middle"),
        ]
    return parts


if __name__ == "__main__":
    main()
