"""The words for how observers answer, and for what counts as recognised."""

from typing import Literal

# The two published 16-way rules, the 1,000 ILSVRC-2012 classes, and a linear readout of the features.
Rule = Literal["feather", "geirhos", "1000", "readout"]
RULES: tuple[Rule, ...] = ("feather", "geirhos", "1000", "readout")

# The label that the observer gives the natural original, or the stimulus's category.
ScoreName = Literal["natural_label", "true_label"]
