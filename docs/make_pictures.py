"""Draws the pictures of docs/first-study.md: `make docs-pictures`.

The browser test of a study by form keeps what it sees; some of it is cropped and written to docs/images with
few colours, so that the pictures stay small.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
TEST = "tests/e2e/test_new_study.py"
# What the test calls a picture, how it is called here, and the part that is kept, in pixels from the top.
PICTURES = (
    ("check-laptop", "study-check", 0, 1260),
    ("dry-run-laptop", "study-dry-run", 1180, 2200),
    ("open-study", "study-open", 0, 1300),
    ("last-page", "study-last-page", 0, 600),
)
COLOURS = 64


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        call = [sys.executable, "-m", "pytest", "-q", TEST]
        subprocess.run(call, cwd=ROOT, env={**os.environ, "METAMERLAB_PICTURES": folder}, check=True)
        for seen, name, top, bottom in PICTURES:
            picture = Image.open(Path(folder) / f"{seen}.png").convert("RGB")
            part = picture.crop((0, top, picture.width, min(bottom, picture.height)))
            part.quantize(COLOURS).save(ROOT / "docs" / "images" / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
