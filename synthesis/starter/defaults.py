"""The numbers that the commands of the starter stimuli have, unless they are told others."""

from pathlib import Path

EMOJI = Path("node_modules/@lobehub/fluent-emoji-3d/assets")
SEED = 0
PER_CATEGORY = 3
WORDS = 24
NULL_STIMULI = 0
