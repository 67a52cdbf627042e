"""The Methods of an adaptive study in words, with the parameters that were really used."""

import math
from collections.abc import Iterator, Sequence

from app.adaptive.grid import BEYOND_OCTAVES, LAPSE_PRIOR, LAPSES, SLOPE_PRIOR, SLOPES
from app.adaptive.psychometric import CRITERION
from app.analysis.report import methods as general
from app.analysis.results import Quality
from app.analysis.thresholds.groups import LEVEL
from app.analysis.thresholds.measured import Measured
from app.analysis.thresholds.results import Thresholds
from app.analysis.wording import plural, readable
from app.experiments.adaptive import Adaptive
from synthesis.bundle.dimensions import CONTROL, DimensionManifest
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError

_PROCEDURES = {
    "psi-marginal": "the psi-marginal method (Prins 2013; SweetSpot): the level after which least "
    "uncertainty of the threshold is expected, slope and lapse being integrated out",
    "psi": "the psi-marginal method (Prins 2013) written out: the level after which least uncertainty of the "
    "threshold is expected, slope and lapse being integrated out",
    "two-down-one-up": "a staircase that begins at the largest level: two right answers running make the "
    "next trial a level harder, a wrong one a level easier",
}


def methods(found: Thresholds, quality: Quality) -> Iterator[str]:
    """All paragraphs of the section."""
    analysis = found.analysis
    definition, flow = analysis.definition, analysis.flow
    mean = flow.trials_before / flow.analysed if flow.analysed else None
    try:
        bundle = BundleStore(analysis.bundles[0].bundle.path)
        yield from pictures(bundle.read_sealed(DimensionManifest))
    except BundleError:  # its message names a folder of this machine, which a report should not
        yield "How the pictures were made is not described here, since their bundle could not be read."
    task = definition.task.sentence(definition.parameters, len(analysis.choices))
    own = ", with durations of the study’s own" if definition.timing else ""
    yield f"The task followed the preset {definition.preset}{own}: {task}"
    yield from adaptation(
        definition.measuring,
        found.measured,
        definition.practice_trials,
    )
    if mean is not None:
        yield general.course(definition, mean)
    yield general.measured(quality, analysis.medium)
    yield general.exclusions(flow, analysis.audience)
    yield estimates()


def pictures(manifest: DimensionManifest) -> Iterator[str]:
    """How the pictures were made, and which of them could be presented."""
    model, spec = manifest.model, manifest.spec
    own = [one for one in manifest.dimensions if one.id != CONTROL]
    layers = list(dict.fromkeys(one.layer for one in own))
    levels = [one for one in manifest.levels if one.dimension != CONTROL]
    targets = sorted({one.target for one in levels})
    yield (
        f"Pictures were moved along {plural(len(own), 'dimension')} of {model.name} (weights: "
        f"{model.weights}, SHA-256 {model.weights_sha256[:12]}): independent components of the Gram matrices "
        f"of the activations at {', '.join(readable(layer) for layer in layers)}, in standard deviations of "
        f"the fitted pictures. {plural(len(manifest.originals), 'original')} ({model.input}) were moved to "
        f"{plural(len(targets), 'level')}{_range(targets)}, each level from the one below by "
        f"Adam{_path(spec.get('path'))}, with the layer’s other coordinates as targets too. Every level was "
        "measured on the bytes that were presented."
    )
    control = [one for one in manifest.levels if one.dimension == CONTROL]
    passed = sum(one.passed for one in levels)
    yield (
        "A picture could be presented if its measured level was within 10 % of the target, the others "
        f"drifted by at most 10 % of the step from the level below, and levels rose. {passed} of "
        f"{plural(len(levels), 'picture')} passed{_faults(manifest)}. {_control(control)}The bundle has the "
        f"digest {manifest.digest[:12]}."
    )


def _range(targets: list[float]) -> str:
    return f" from {targets[0]:.3g} to {targets[-1]:.3g}" if targets else ""


def _path(path: object) -> str:
    if not isinstance(path, dict):
        return ""
    return f" (at most {path.get('steps')} steps, rate {path.get('rate')} falling)"


def _faults(manifest: DimensionManifest) -> str:
    faults: dict[str, int] = {}
    for level in manifest.levels:
        if not level.passed:
            faults[level.fault] = faults.get(level.fault, 0) + 1
    told = ", ".join(f"{count}: {fault}" for fault, count in faults.items())
    return f" (not: {told})" if told else ""


def _control(levels: Sequence[object]) -> str:
    return "White noise of the same range of RMS differences was a control dimension. " if levels else ""


def adaptation(adaptive: Adaptive, measured: Measured, practice_trials: int) -> Iterator[str]:
    """How levels were chosen, from which priors, and when a part ended."""
    count = len(adaptive.dimensions) if adaptive.dimensions != ["all"] else len(measured.dimensions)
    originals = len({one.original for dimension in measured.dimensions for one in dimension.served})
    per_session = adaptive.dimensions_per_session
    share = f"{plural(per_session, 'of them')} in each session, " if per_session else ""
    yield (
        f"Levels were chosen for each dimension by {_PROCEDURES[adaptive.procedure]}. "
        f"{plural(count, 'dimension')} ({share}in shuffled blocks, never the same twice running) were "
        f"measured on {plural(originals, 'image')} that took turns. {_ending(adaptive)} "
        f"{adaptive.catch_share:.0%} more trials at the largest level showed who guessed. "
        f"{_practice(practice_trials)}{_source(adaptive, measured)}"
    )
    yield priors()


def _practice(trials: int) -> str:
    return (
        f"{plural(trials, 'practice trial')} at the largest level came first, with feedback. "
        if trials
        else ""
    )


def _ending(adaptive: Adaptive) -> str:
    most = f"Each dimension had {plural(adaptive.trials_per_dimension, 'trial')}"
    if adaptive.sd_octaves is None:
        return f"{most}."
    return (
        f"{most} at most; a session’s main part ended when the posterior of every threshold had a standard "
        f"deviation of at most {adaptive.sd_octaves:g} octaves, from {adaptive.least_trials} of each on."
    )


def _source(adaptive: Adaptive, measured: Measured) -> str:
    if adaptive.source == "grid":
        return "All pictures were made before."
    answers, late = int(measured.observers["answers"].sum()), int(measured.observers["fell_back"].sum())
    share = f" ({late / answers:.1%} of {plural(answers, 'trial')})" if answers else ""
    return f"Pictures were made during the session; where one was late, the nearest level was shown{share}."


def priors() -> str:
    """The psychometric function and what is believed of it before any answer."""
    return (
        "The psychometric function is a Weibull function of the measured level: p = 1/2 + (1/2 - lapse) (1 "
        "- exp(-k (level / threshold)^slope)). The threshold is the level at which an observer without "
        f"lapses is right in {CRITERION:.1%} of trials. Priors: log2 threshold is normal, with its mean in "
        f"the middle of the levels’ range extended by {BEYOND_OCTAVES:g} octave to either side, and half its "
        f"length as SD; ln slope is normal with mean ln {math.exp(SLOPE_PRIOR[0]):.1f} and SD "
        f"{SLOPE_PRIOR[1]:g}, slopes from {SLOPES[0]:g} to {SLOPES[1]:g}; lapse is half-normal with SD "
        f"{LAPSE_PRIOR[1]:g}, from {LAPSES[0]:g} to {LAPSES[1]:g}."
    )


def estimates() -> str:
    """How the numbers were computed."""
    return (
        "Thresholds, slopes and lapses are the modes of their marginal posteriors, with the same priors; "
        "intervals of single participants are equal-tailed 95 % posterior intervals. Thresholds in RMS "
        "contrast are those of pictures at that level: the logarithm of the RMS difference from the "
        "original, interpolated over the logarithm of the measured level for each image (beyond an image’s "
        "levels, along the line through its last two), averaged over images. Groups are means of log "
        f"thresholds over participants, a layer is the mean of a participant’s dimensions of it; {LEVEL:.0%} "
        "intervals are bootstraps over participants, with percentiles expanded for small samples "
        "(Hesterberg 2015). Layers and dimensions are compared within participants by paired t tests of log "
        "thresholds, corrected by Holm’s method. d′ is that of answers pooled over participants, by the "
        "differencing model of ABX and by that of independent observations (Macmillan & Creelman 2005)."
    )
