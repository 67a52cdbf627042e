"""Two networks shown each other's metamers (Feather et al. 2019, figure 5): `make figure-observers`.

    python docs/make_observers_figure.py [--stimuli DIR [--each N]] [--null DIR] [--steps N]

Makes a bundle for each network, lets both networks answer both, and draws docs/images/observers.svg. The
pictures are the starter's, one of each category, or the first N of each category in a folder of photographs.
Interrupted, the same command continues.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from synthesis.media.folders import category_folder  # noqa: E402

NETWORKS = ("efficientnet_lite0", "efficientnet_lite1")
LAYERS = ("block2", "block7", "block14", "logits")
FIGURE = ROOT / "docs" / "images" / "observers.svg"


def main() -> None:
    """Make what is not there yet, and the figure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stimuli", type=Path, help="photographs, one folder per category")
    parser.add_argument("--each", type=int, default=1, help="how many of each category")
    parser.add_argument("--null", type=Path, help="448 or more further photographs, instead of the reference")
    parser.add_argument("--steps", type=int, default=80, help="instead of the recipe's own number")
    arguments = parser.parse_args()
    if arguments.stimuli:
        folder = ROOT / "var" / "observers" / f"{arguments.stimuli.resolve().name}-{arguments.each}"
        stimuli = link_first(arguments.stimuli, arguments.each, folder / "stimuli")
        null = arguments.null and arguments.null.resolve()
    else:
        folder = ROOT / "var" / "observers" / "starter"
        synthesis("starter", "--out", folder, "--per-category", 1)
        stimuli, null = folder / "stimuli", None
    answers = []
    for maker in NETWORKS:
        bundle = folder / maker
        synthesis("run", write_spec(folder, maker, stimuli, null, arguments.steps), "--out", bundle)
        for observer in NETWORKS:
            answers.append(folder / f"{maker}-seen-by-{observer}")
            synthesis("recognize", bundle, "--model", observer, "--out", answers[-1])
    synthesis("plot-observers", *answers, "--out", FIGURE)


def link_first(source: Path, each: int, folder: Path) -> Path:
    """A folder of links to the first pictures of each category."""
    taken: dict[str, int] = {}
    for category, picture in category_folder(source):
        taken[category] = taken.get(category, 0) + 1
        link = folder / category / picture.name
        if taken[category] <= each and not link.is_symlink():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(picture.resolve())
    return folder


def write_spec(folder: Path, network: str, stimuli: Path, null: Path | None, steps: int) -> Path:
    """SPEC.yaml of one network's bundle (JSON is YAML)."""
    spec = {"model": network, "layers": LAYERS, "stimuli": str(stimuli), "max_steps": steps}
    path = folder / f"{network}.yaml"
    spec |= {"null_stimuli": str(null)} if null else {"null_file": "reference"}
    path.write_text(json.dumps(spec, indent=1) + "\n")
    return path


def synthesis(*arguments: object) -> None:
    """Run `python -m synthesis`; its own message is enough if it fails."""
    command = [sys.executable, "-m", "synthesis", *map(str, arguments)]
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if code:
        sys.exit(code)


if __name__ == "__main__":
    main()
