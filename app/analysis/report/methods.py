"""The Methods section in words, with the parameters that were really used."""

from collections import Counter
from collections.abc import Iterator, Sequence

from app.analysis.measures.exclusions import Flow
from app.analysis.measures.recognition import Recognition
from app.analysis.results import Quality
from app.analysis.wording import duration_in_words, participants_in_words, plural, readable
from app.experiments.conditions import Network
from app.experiments.schemas import StudyDefinition
from app.steps.course import course_of
from app.steps.registry import KINDS
from app.stimuli.medium import MEDIA, Medium
from synthesis.bundle.manifest import Item, Manifest

# By the names in `synthesis.media.medium.Medium.preparations`.
_PREPARED = {
    "square-resize": "The largest centre square of each source picture was resized to that size (bicubic, "
    "antialiased); pictures of that size were left as they were. ",
    "resize-256-crop-224": "The short side of each source picture was resized (bicubic, antialiased), and "
    "the centre of that size cut out; pictures of that size were left as they were. ",
    "none": "The source pictures had that size and were left as they were. ",
    "level": "The mean of each source sound was removed and its RMS set to the level that the network is "
    "shown; sounds of another sample rate were converted. ",
}


def stimuli(manifest: Manifest, network: Network, *, named: bool) -> Iterator[str]:
    """How the stimuli of a network were made, and which of them could be presented.

    `named` is whether the study has a name of its own for the network.
    """
    medium = MEDIA[manifest.model.input.kind]
    layers = network.layers
    items = [item for item in manifest.items if item.layer in layers]
    model = manifest.model
    called = _called(model.name, network.name) if named else model.name
    yield (
        f"Model metamers of {called} (weights: {model.weights}, SHA-256 {model.weights_sha256[:12]}) "
        f"were synthesised for {plural(len(manifest.naturals), medium.kind)} of "
        f"{len({natural.category for natural in manifest.naturals})} {medium.answers} "
        f"({model.input}), at {plural(len(layers), 'layer')}: "
        f"{', '.join(readable(layer) for layer in layers)}. "
        f"{_preparation(manifest)}{_recipe(items)}{_space(manifest)}"
    )
    passed = sum(item.certificate.passed for item in items)
    yield (
        f"{_label_condition(manifest, medium)} Spearman’s rho, Pearson’s R² and the signal-to-noise ratio of "
        "the matched layer’s activations each exceeded the maximum of their null distribution over "
        f"{_null_pairs(manifest, layers)} pairs of natural {medium.kind}s ({_null_stimuli(manifest)}). "
        f"{passed} of {len(items)} metamers passed{_failures(items)}. "
        f"The stimulus bundle has the digest {manifest.digest[:12]}."
    )


def _label_condition(manifest: Manifest, medium: Medium) -> str:
    """How the sentence of when a metamer was presented begins, up to its statistics."""
    if manifest.decision.null_alone:
        return (
            "The network has no labels, so a metamer was certified by the null distribution alone "
            f"(decision rule: {manifest.decision.rule}): it was presented only if"
        )
    return (
        "A metamer was presented only if the network gave it the label that it gave the natural "
        f"{medium.kind} (decision rule: {manifest.decision.rule}), and if"
    )


def _preparation(manifest: Manifest) -> str:
    """What was done with the source files, in a sentence; nothing for a bundle that does not say it."""
    return _PREPARED.get(str(manifest.spec.get("prepare")), "")


def _called(model: str, network: str) -> str:
    return model if network == model else f"{network}, which is the model {model}"


def shared_stimuli(networks: int, medium: Medium, picture_px: int | None) -> str:
    """What several bundles of one study share, and how their pictures were made one size."""
    size = (
        ""
        if picture_px is None
        else f" The networks’ pictures differ in size; all were served at {picture_px} x {picture_px} px, "
        "resampled by Pillow’s LANCZOS filter where they were of another size. The certificates are of the "
        "pictures before."
    )
    return (
        f"All {networks} networks had the same natural {medium.kind}s, known by the SHA-256 of their source "
        f"files. Each natural {medium.kind} was presented as one network’s bundle has it; the bundles took "
        f"turns over the {medium.kind}s.{size}"
    )


def _recipe(items: Sequence[Item]) -> str:
    if not items:
        return "The bundle has no metamers of these layers."
    recipes = " and ".join(dict.fromkeys(item.provenance.recipe for item in items))
    coarse = any(item.provenance.coarse_steps for item in items)
    arithmetic = "bfloat16, then float32" if coarse else "float32"
    steps = [item.provenance.steps for item in items]
    least = "" if min(steps) == max(steps) else f"{min(steps)} to "
    errors = sorted(item.certificate.relative_error for item in items)
    return (
        f"Each was optimised from noise by the recipe {recipes} ({arithmetic}) in {least}"
        f"{plural(max(steps), 'step')}; the median relative error of the matched activations was "
        f"{errors[len(errors) // 2]:.3f}."
    )


def _space(manifest: Manifest) -> str:
    if manifest.spec.get("optimise") != "cochleagram":
        return ""
    return (
        " First a cochleagram was optimised, without negative values, and then a waveform to have that "
        "cochleagram; the steps are those of both."
    )


def _null_pairs(manifest: Manifest, layers: Sequence[str]) -> str:
    pairs = sorted({null.pairs for null in manifest.nulls if null.layer in layers})
    return " to ".join(dict.fromkeys((f"{pairs[0]:,}", f"{pairs[-1]:,}"))) if pairs else "no"


def _null_stimuli(manifest: Manifest) -> str:
    """What the null was made from."""
    left_out = len(manifest.null.look_alikes)
    without = f", without {plural(left_out, 'look-alike')}" if left_out else ""
    return f"{manifest.null.description}{without}"


def _failures(items: Sequence[Item]) -> str:
    failed = Counter((item.layer, item.certificate.fault) for item in items if not item.certificate.passed)
    parts = ", ".join(f"{count} at {readable(layer)}: {fault}" for (layer, fault), count in failed.items())
    return f" (not: {parts})" if parts else ""


def procedure(definition: StudyDefinition, trials_per_participant: float | None, choices: int) -> str:
    """What one participant did; `choices` is the number of possible answers."""
    task, preset, kind = definition.task, definition.parameters, definition.task.medium.kind
    main = _main_trials(definition, trials_per_participant)
    note = task.practice_note(preset)
    practice = f" ({note})" if note else ""
    own = ", with durations of the study’s own" if definition.timing else ""
    return (
        f"The task followed the preset {definition.preset}{own}: {task.sentence(preset, choices)} There were "
        f"{plural(definition.practice_trials, 'practice trial')} with feedback{practice}{main}. A "
        f"participant was given each natural {kind} at most once, in one condition; conditions were balanced "
        f"within participants, and {kind}s over conditions across participants. The order was random."
    )


def _main_trials(definition: StudyDefinition, mean: float | None) -> str:
    """How many there are, as the study file says, or on average."""
    if definition.trials_per_condition is not None:
        return f" and {plural(definition.trials_per_condition, 'main trial')} in each condition"
    if definition.trials is not None:
        return f" and {plural(definition.trials, 'main trial')}"
    return "" if mean is None else f" and {mean:.0f} main trials on average"


def course(definition: StudyDefinition, trials_per_participant: float) -> str:
    """Of which steps a session consisted, in their order; `trials_per_participant` are main trials."""
    before = definition.practice_trials + definition.gate_trials
    setting = definition.setting(
        definition.parts(before + round(trials_per_participant) + definition.catch_trials)
    )
    plan = course_of(definition.course, setting.parts)
    sentences = (KINDS[step.kind].sentence(step.parameters, setting) for step in plan)
    return " ".join(dict.fromkeys(sentences))


def measured(quality: Quality, medium: Medium) -> str:
    """What the participants' browsers measured."""
    share, rt_ms, duration_s = (
        quality.on_time_share,
        quality.median_rt_ms,
        quality.median_duration_s,
    )
    sentences = [
        f"No browser reported whether the {medium.kind}s were on time."
        if share is None
        else f"By the browsers’ own clocks, {share:.1%} of {quality.timed_trials} {medium.kind}s were "
        f"{medium.on_time}."
    ]
    if rt_ms is not None:
        sentences.append(
            f"The median response time was {rt_ms:.0f} ms from {medium.rt_onset}, over "
            f"{plural(quality.rt_trials, 'trial')}."
        )
    if duration_s is not None:
        sentences.append(f"The median session took {duration_in_words(duration_s)}.")
    return " ".join(sentences)


def exclusions(flow: Flow, audience: str) -> str:
    """Who and what was left out."""
    gone = ", ".join(f"{step.excluded} ({step.label})" for step in flow.steps if step.excluded)
    left = f"Left out were {gone}." if gone else "Nobody was left out."
    dropped = ", ".join(
        f"{plural(step.excluded, 'trial')} ({step.label})" for step in flow.trial_steps if step.excluded
    )
    trials = f" Of their {flow.trials_before} trials, {dropped} were dropped." if dropped else ""
    return (
        f"{participants_in_words(flow.consented, audience)} consented. The exclusions were declared before "
        f"the study was opened. {left}{trials} {plural(flow.analysed, 'participant')} with "
        f"{plural(flow.trials_analysed, 'trial')} were analysed."
    )


def analysis(result: Recognition) -> str:
    """How the numbers were computed."""
    return recognition_words(result.level, round(1 / result.chance))


def recognition_words(level: float, choices: int) -> str:
    """How proportions correct are summarised; intervals are of that level."""
    return (
        "Proportion correct is the mean over participants of each one’s proportion. The standard error of "
        "the mean (SEM) is the standard deviation over participants (ddof 1) over the root of their number; "
        "the published plots of this method use ddof 0, given beside it. The within-participant SEM leaves "
        "out differences in level between participants (Cousineau 2005; Morey 2008). Intervals are "
        f"{level:.0%} Student’s t intervals over participants on the scale of log odds. "
        f"Chance is 1/{choices}."
    )
