"""The participant x stage x observer matrix as the `.mat` files that were published with Feather et al. 2023.

`participant_data_matrix` has the shape (participants, stages, 2): proportions correct of humans, then of the
network on the same stimuli; NaN where a cell is missing. The file's name says experiment and model, as in
`VisionExperiment1_network_vs_humans_datamatrix_vgg_19_public.mat`. What the stages are called is not in it:
they are natural, stage 1, stage 2 ...
"""

import re
import zlib
from pathlib import Path

import numpy as np
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from app.core.errors import Invalid
from synthesis.common.csv_file import Table

VARIABLE = "participant_data_matrix"
OBSERVERS = ("human", "network")
SIZE_LIMIT = 100_000_000  # bytes
_NAME = re.compile(r"(?P<experiment>.+)_network_vs_humans_datamatrix_(?P<model>.+?)(_public)?")
_EXPERIMENT = re.compile(r"(Vision|Audio)Experiment(\d+)")
# What scipy raises for files that are cut off or are no MATLAB files.
_BROKEN = (MatReadError, ValueError, TypeError, KeyError, IndexError, OSError, EOFError,
           NotImplementedError, zlib.error)  # fmt: skip


def is_matlab(path: Path) -> bool:
    return path.suffix.lower() == ".mat"


def read_matlab(path: Path) -> Table:
    """The cells as the rows of a CSV matrix would be; a row's "line" is its number.

    Raises `Invalid`: the file cannot be read, lacks the matrix, or has another shape or other numbers.
    """
    values = _matrix(path)
    experiment, model = _named(path)
    rows = [
        {
            "experiment": experiment,
            "model": model,
            "participant": str(participant),
            "stage": str(stage),
            "condition": f"stage {stage}" if stage else "natural",
            "observer": OBSERVERS[observer],
            "proportion_correct": "" if np.isnan(value) else repr(float(value)),
        }
        for (participant, stage, observer), value in np.ndenumerate(values)
    ]
    return Table(tuple(rows[0]), list(enumerate(rows, start=1)), "")


def _matrix(path: Path) -> np.ndarray:
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise Invalid("bad_matrix", f"{path}: is larger than {SIZE_LIMIT:,} bytes: no participant matrix")
        # Only the one variable: objects and functions of MATLAB are not even looked at.
        held = loadmat(path, variable_names=[VARIABLE], appendmat=False)
    except FileNotFoundError:
        raise Invalid("bad_matrix", f"{path}: cannot be read (No such file or directory)") from None
    except _BROKEN as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        hint = "; save it in MATLAB with -v7" if "HDF" in reason else ""
        raise Invalid("bad_matrix", f"{path}: is no MATLAB file that can be read ({reason}){hint}") from None
    values = held.get(VARIABLE)
    if values is None:
        raise Invalid("bad_matrix", f"{path}: has no variable {VARIABLE}")
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "fiu" or values.ndim != 3:
        raise Invalid("bad_matrix", f"{path}: {VARIABLE} is no matrix of participants x stages x 2 numbers")
    if values.shape[2] != len(OBSERVERS) or not values.size:
        raise Invalid("bad_matrix", f"{path}: {VARIABLE} is {values.shape}, not participants x stages x 2")
    return values.astype(float)


def _named(path: Path) -> tuple[str, str]:
    """The experiment and the model by the file's name; of other names, the name is both."""
    found = _NAME.fullmatch(path.stem)
    if found is None:
        return path.stem, path.stem
    short = _EXPERIMENT.fullmatch(found["experiment"])
    experiment = f"{short[1].lower()}{short[2]}" if short else found["experiment"]
    return experiment, found["model"]
