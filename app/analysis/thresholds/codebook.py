"""What the columns of the tables of thresholds mean; pure."""

from collections.abc import Sequence

from app.analysis.thresholds.trial_table import abx_columns
from app.tasks.codebook import Column
from app.tasks.task import Task

_UNIT = "sd"
_THRESHOLD = "level at which 70.7 % are right (for the control: RMS contrast)"
_PARTICIPANT = (
    Column("participant_id", "integer", "", "number of the participant in this database; names nobody"),
    Column(
        "participant_excluded", "text", "", "the rule by which this participant is left out; empty if not"
    ),
)
_DIMENSION = (
    Column("dimension", "text", "", "id of the dimension of the bundle; control: white noise"),
    Column("layer", "text", "", "the network's layer; empty for the control"),
)

THRESHOLDS = (
    *_PARTICIPANT,
    *_DIMENSION,
    Column("component", "integer", "", "number of the component in the order of variance explained, from 1"),
    Column("direction", "text", "", "+ or -: into which direction the component was changed"),
    Column("unit", "text", "", "sd: standard deviations of the fitted pictures; rms: RMS contrast"),
    Column("trials", "integer", "", "main trials that count"),
    Column("right", "integer", "", "those of them that were right"),
    Column("fell_back", "integer", "", "those of them whose picture was not there in time"),
    Column("threshold", "number", _UNIT, f"{_THRESHOLD}: mode of the marginal posterior"),
    Column("ci_low", "number", _UNIT, "lower end of the 95 % posterior interval"),
    Column("ci_high", "number", _UNIT, "upper end of it"),
    Column("sd_octaves", "number", "octave", "standard deviation of the posterior of log2 threshold"),
    Column("slope", "number", "", "exponent of the Weibull function: mode of its marginal posterior"),
    Column("lapse", "number", "", "share of trials that are missed however easy: mode of its posterior"),
    Column(
        "threshold_rms", "number", "", "the threshold as RMS contrast of the difference of pictures, 0 to 1"
    ),
    Column("rms_low", "number", "", "ci_low as RMS contrast"),
    Column("rms_high", "number", "", "ci_high as RMS contrast"),
    Column(
        "rms_extrapolated",
        "boolean",
        "",
        "the threshold lies outside the measured levels of some picture, whose last line was continued",
    ),
    Column("doubts", "text", "", "why the threshold is not measured well; empty if it is"),
)

GROUPS = (
    Column("scale", "text", "", "coordinate: in the dimension's own unit; rms: in RMS contrast"),
    Column("of", "text", "", "layer (mean of each participant's dimensions of it) or dimension"),
    Column("name", "text", "", "the layer or dimension in words"),
    *_DIMENSION,
    Column("unit", "text", "", "unit of threshold and its intervals: sd or rms"),
    Column("participants", "integer", "", "those who count and were measured on it"),
    Column("mean_octaves", "number", "octave", "mean over participants of log2 threshold"),
    Column("sem_octaves", "number", "octave", "its standard error, ddof 1"),
    Column("threshold", "number", _UNIT, "geometric mean of the thresholds"),
    Column("sem_low", "number", _UNIT, "one SEM below it"),
    Column("sem_high", "number", _UNIT, "one SEM above it"),
    Column("ci_low", "number", _UNIT, "lower end of the bootstrap interval over participants"),
    Column("ci_high", "number", _UNIT, "upper end of it"),
    Column("ci_level", "number", "", "level of the interval"),
    Column("note", "text", "", "why a number is not defined"),
)

CONTRASTS = (
    Column("scale", "text", "", "coordinate: in the dimensions' own unit; rms: in RMS contrast"),
    Column("between", "text", "", "layers or dimensions"),
    Column("a", "text", "", "the first"),
    Column("b", "text", "", "the second"),
    Column("participants", "integer", "", "those who have both"),
    Column("difference_octaves", "number", "octave", "mean of log2 threshold of a less that of b"),
    Column("sem_octaves", "number", "octave", "its standard error, ddof 1"),
    Column(
        "ci_low_octaves", "number", "octave", "lower end of the 95 % bootstrap interval over participants"
    ),
    Column("ci_high_octaves", "number", "octave", "upper end of it"),
    Column("ratio", "number", "", "how many times the threshold of b that of a is"),
    Column("ratio_low", "number", "", "lower end of its interval"),
    Column("ratio_high", "number", "", "upper end of it"),
    Column("t", "number", "", "of the paired t test of log2 thresholds"),
    Column("df", "number", "", "its degrees of freedom"),
    Column("p", "number", "", "its p"),
    Column("p_holm", "number", "", "p corrected over the rows of this scale and kind (Holm)"),
    Column("note", "text", "", "why a number is not defined"),
)

LEVELS = (
    *_DIMENSION,
    Column("name", "text", "", "the dimension in words"),
    Column("unit", "text", "", "sd or rms"),
    Column("target", "number", _UNIT, "the level; a trial belongs to that nearest to what was measured"),
    Column("level", "number", _UNIT, "geometric mean of the measured levels of the trials"),
    Column("rms", "number", "", "geometric mean of the RMS contrast of their pictures"),
    Column("participants", "integer", "", "those who count and saw it"),
    Column("trials", "integer", "", "main trials that count, of all participants together"),
    Column("right", "integer", "", "those of them that were right"),
    Column("proportion_right", "number", "", "right / trials; chance is 0.5"),
    Column("ci_low", "number", "", "lower end of Wilson's 95 % interval of independent trials"),
    Column("ci_high", "number", "", "upper end of it"),
    Column("fell_back", "integer", "", "trials whose picture was not there in time"),
    Column(
        "d_prime_differencing",
        "number",
        "",
        "d' of (right + 0.5) / (trials + 1) if X is compared with A and with B",
    ),
    Column(
        "d_prime_independent", "number", "", "d' of the same if A and B are told apart first, then X is named"
    ),
    Column("note", "text", "", "why d' is not defined"),
)

OBSERVERS = (
    *_PARTICIPANT,
    Column("main_trials", "integer", "", "answered main trials"),
    Column("catch_trials", "integer", "", "answered catch trials"),
    Column("catch_right", "integer", "", "those of them that were right"),
    Column("easiest_trials", "integer", "", "catch trials, and main trials at the largest level"),
    Column("easiest_right", "integer", "", "those of them that were right"),
    Column("answers", "integer", "", "answered main and catch trials"),
    Column("first", "integer", "", "how often the answer was first; it was right in half"),
    Column("fell_back", "integer", "", "trials whose picture was not there in time"),
    Column("guesses", "boolean", "", "right in less than 75 % of the easiest, not above chance at p < .001"),
    Column("one_sided", "boolean", "", "the share of first differs from half at p < .001"),
)


def threshold_tables(task: Task) -> dict[str, Sequence[Column]]:
    """The columns of each table, by its name without .csv."""
    return {
        "abx_trials": abx_columns(task),
        "thresholds": THRESHOLDS,
        "thresholds_by_layer": GROUPS,
        "contrasts": CONTRASTS,
        "levels": LEVELS,
        "observers": OBSERVERS,
    }
