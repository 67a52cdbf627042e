"""The words for how observers answer, and for what counts as recognised."""

from typing import Literal

# The two published 16-way rules, the 1,000 ILSVRC-2012 classes, and a linear readout of the features; and for
# sounds, the words that a network knows.
Rule = Literal["feather", "geirhos", "1000", "readout", "words"]
RULES: tuple[Rule, ...] = ("feather", "geirhos", "1000", "readout", "words")

# The label that the observer gives the natural original, or the stimulus's category.
ScoreName = Literal["natural_label", "true_label"]
