"""The study file: what it may say, and one clear line for each thing that is wrong."""

from pathlib import Path

import pytest

from app.analysis.report.methods import procedure
from app.experiments.exclusions import Exclusions, TrialExclusions
from app.experiments.schemas import StudyDefinition, paragraphs
from app.steps.trials import TrialsParameters
from app.tasks.image16.presets import PicturePreset
from app.tasks.registry import preset_of
from synthesis.common.errors import SpecError
from synthesis.common.yaml_file import load_yaml
from tests.support import study_yaml


def load(folder: Path, text: str) -> StudyDefinition:
    file = folder / "study.yaml"
    file.write_text(text)
    return load_yaml(file, StudyDefinition)


def test_a_good_file(tmp_path: Path) -> None:
    study = load(tmp_path, study_yaml(Path("../bundle")))
    assert study.bundle == tmp_path / "../bundle"
    assert study.layers == ["all"]
    assert study.consent_paragraphs == ("You will see pictures for a moment.", "You may stop at any time.")
    assert study.instruction_paragraphs == ()
    assert study.setting(study.parts(84)).instructions_key == study.parameters.instructions
    assert isinstance(study.parameters, PicturePreset) and study.parameters.image_ms == 300


def test_texts_and_layers_of_its_own(tmp_path: Path) -> None:
    extra = "instructions: |\n  Look.\n\n  Then\n  click.\n"
    study = load(tmp_path, study_yaml(Path("b"), layers="[block2, head]", extra=extra))
    assert study.instruction_paragraphs == ("Look.", "Then click.")
    assert study.layers == ["block2", "head"]


def test_each_study_gets_a_completion_code_of_its_own(tmp_path: Path) -> None:
    codes = {load(tmp_path, study_yaml(Path("b"))).completion_code for _ in range(5)}
    assert len(codes) == 5
    study = load(tmp_path, study_yaml(Path("b"), extra="completion_code: THANKS-1\n"))
    assert study.completion_code == "THANKS-1"


def test_what_is_stored_can_be_read_again(tmp_path: Path) -> None:
    study = load(tmp_path, study_yaml(Path("b")))
    assert StudyDefinition.model_validate(study.model_dump(mode="json")) == study


@pytest.mark.parametrize("language", ["en", "de", "browser"])
def test_the_language_of_the_pages_is_one_that_there_is(tmp_path: Path, language: str) -> None:
    assert load(tmp_path, study_yaml(Path("b"))).language == "en"
    study = load(tmp_path, study_yaml(Path("b"), language=language))
    assert study.language == language
    with pytest.raises(SpecError, match=r"language: no language 'xx'; there are: de, en, browser"):
        load(tmp_path, study_yaml(Path("b"), language="xx"))


def test_without_a_word_only_those_who_did_not_finish_are_left_out(tmp_path: Path) -> None:
    rules = load(tmp_path, study_yaml(Path("b"))).exclusions
    assert rules == Exclusions(unfinished=True)
    assert rules.trials == TrialExclusions()


def test_exclusions_are_stored_with_the_study(tmp_path: Path) -> None:
    extra = "exclusions:\n  bad_timing_above: 0.1\n  trials:\n    rt_above_ms: 5000\n"
    study = load(tmp_path, study_yaml(Path("b"), extra=extra))
    assert StudyDefinition.model_validate(study.model_dump(mode="json")).exclusions == Exclusions(
        bad_timing_above=0.1, trials=TrialExclusions(rt_above_ms=5000)
    )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ["bad_timing: 0.1"],
            r"study.yaml:15: unknown field exclusions.bad_timing; did you mean bad_t",
        ),
        (
            ["bad_timing_above: 10"],
            r"study.yaml:15: exclusions.bad_timing_above: .*less than 1",
        ),
        (["unattended_above: -0.1"], r"study.yaml:15: exclusions.unattended_above: .*greater than or equal"),
        (["median_rt_below_ms: soon"], r"study.yaml:15: exclusions.median_rt_below_ms: .*valid number"),
        (
            ["trials:", "  rt_below_ms: 500", "  rt_above_ms: 400"],
            r"study.yaml:15: exclusions.trials: rt_below_ms must be less than rt_above_ms",
        ),
    ],
)
def test_mistakes_in_exclusions_are_named_with_their_line(
    tmp_path: Path, lines: list[str], message: str
) -> None:
    extra = "exclusions:\n" + "".join(f"  {line}\n" for line in lines)
    with pytest.raises(SpecError, match=message):
        load(tmp_path, study_yaml(Path("b"), extra=extra))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"extra": "practise_trials: 3\n"}, r"study.yaml:14: unknown field practise_trials; did you mean pr"),
        ({"name": "My Study"}, r"study.yaml:1: name: String should match pattern"),
        ({"preset": "image17"}, r"study.yaml:3: preset: no preset 'image17'; known presets: image16-online"),
        ({"timing": "{image: 250}"}, r"study.yaml:10: timing: image is no duration of this preset; known: "),
        ({"timing": "{response_ms: 2000}"}, r"study.yaml:10: timing: response_ms is no duration of this p"),
        ({"timing": "{image_ms: 0}"}, r"study.yaml:10: timing: image_ms is 0; give 1 to 10000 ms"),
        ({"timing": "{mask_ms: 99999}"}, r"study.yaml:10: timing: mask_ms is 99999; give 0 to 10000 ms"),
        ({"timing": "{image_ms: 250.5}"}, r"study.yaml:10: timing.image_ms: Input should be a valid integer"),
        ({"timing": "{image_ms: yes}"}, r"study.yaml:10: timing.image_ms: Input should be a valid integer"),
        ({"timing": "250"}, r"study.yaml:10: timing: Input should be a valid dictionary"),
        ({"participants": "many"}, r"study.yaml:8: participants: Input should be a valid integer"),
        ({"layers": "[head, head]"}, r"study.yaml:7: layers: a layer is named twice"),
        ({"layers": "[]"}, r"study.yaml:7: layers: .*at least 1 item"),
        ({"layers": "[head, 3]"}, r"study.yaml:7: layers.1: Input should be a valid string"),
        ({"repeats": "sometimes"}, r"study.yaml:10: repeats: Input should be 'ask', 'never' or 'always'"),
        ({"participant_number": "yes"}, r"study.yaml:10: participant_number: Input should be 'none', 'opt"),
        ({"completion_url": "http://a.example/"}, r"study.yaml:10: completion_url: give an address that beg"),
        ({"completion_url": "javascript:alert(1)"}, r"completion_url: give an address that begins with http"),
        ({"completion_url": "https://u:p@a.example/"}, r"completion_url: give an address .* without a user"),
        ({"completion_url": '"https://a.example/{id}"'}, r"completion_url: an address holds no blanks, quot"),
        ({"practice_trials": -1}, r"study.yaml:6: practice_trials: Input should be greater than or equal"),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_their_line(tmp_path: Path, change: dict[str, str], message: str) -> None:
    with pytest.raises(SpecError, match=message) as error:
        load(tmp_path, study_yaml(Path("b"), **change))
    assert "\n" not in str(error.value)


def test_a_study_has_durations_of_its_own(tmp_path: Path) -> None:
    timing = "{image_ms: 250, response_ms: 2000}"
    study = load(tmp_path, study_yaml(Path("b"), preset="image16-lab", timing=timing))
    preset = study.parameters
    assert isinstance(preset, PicturePreset)
    assert (preset.image_ms, preset.image_in_practice_ms, preset.response_ms) == (250, 250, 2000)
    assert (preset.fixation_ms, preset.mask_ms) == (300, 200)
    assert StudyDefinition.model_validate(study.model_dump(mode="json")) == study
    text = procedure(study, None, 16)
    assert "preset image16-lab, with durations of the study’s own: each trial began by itself; after" in text
    assert "shown for 250 ms and masked by noise for 200 ms" in text
    assert "could be chosen for 2000 ms, and the last choice counted" in text
    assert "(picture" not in text  # practice is no slower


def test_studies_of_earlier_releases_have_the_durations_of_their_preset(tmp_path: Path) -> None:
    study = load(tmp_path, study_yaml(Path("b")))
    stored = study.model_dump(mode="json")
    del stored["timing"]
    assert StudyDefinition.model_validate(stored).parameters == preset_of("image16-online")


def test_paragraphs_are_cut_at_blank_lines() -> None:
    assert paragraphs("one\ntwo\n\n\n\nthree\n") == ("one two", "three")


SEVERAL = """name: s
title: t
preset: image16-online
participants: 3
duration_minutes: 5
consent: yes please
"""


def test_several_bundles_each_with_its_network_and_layers(tmp_path: Path) -> None:
    stimuli = "stimuli:\n  - {bundle: a, network: vgg19, layers: [fc8]}\n  - {bundle: s3://b/c}\n"
    study = load(tmp_path, SEVERAL + stimuli + "trials_per_condition: 10\n")
    assert [(one.bundle, one.network, one.layers) for one in study.sources] == [
        (tmp_path / "a", "vgg19", ["fc8"]),
        ("s3://b/c", None, ["all"]),
    ]
    assert study.bundle is None and study.layers is None and study.trials_per_condition == 10
    assert StudyDefinition.model_validate(study.model_dump(mode="json")) == study


def test_one_bundle_is_as_short_to_write_as_ever(tmp_path: Path) -> None:
    study = load(tmp_path, SEVERAL + "bundle: a\n")
    (source,) = study.sources
    assert (source.bundle, source.network, source.layers) == (tmp_path / "a", None, ["all"])


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("", "give bundle: DIR, or stimuli: with an entry for each bundle; one of the two"),
        ("bundle: a\nstimuli: [{bundle: b}]\n", "give bundle: DIR, or stimuli"),
        ("layers: all\nstimuli: [{bundle: b}]\n", "layers: with stimuli, each entry has its own"),
        ("bundle: a\ntrials: 4\ntrials_per_condition: 2\n", "give trials or trials_per_condition, not both"),
        ("bundle: a\ntrials: 0\n", "study.yaml:8: trials: .*greater than or equal to 1"),
        ("stimuli: []\n", "study.yaml:7: stimuli: .*at least 1 item"),
        ("stimuli:\n  - {bundle: a, network: a/b}\n", "study.yaml:8: stimuli.0.network: .*match pattern"),
        (
            "stimuli:\n  - {bundle: a, layers: [x, x]}\n",
            "study.yaml:8: stimuli.0.layers: a layer is named tw",
        ),
        ("stimuli:\n  - {layers: [x]}\n", "study.yaml:8: stimuli.0.bundle: Field required"),
        (
            "stimuli:\n  - {bundle: a, netwrok: x}\n",
            "study.yaml:8: unknown field stimuli.0.netwrok; did you mean network?",
        ),
    ],
)
def test_mistakes_in_several_bundles_are_named_with_their_line(
    tmp_path: Path, lines: str, message: str
) -> None:
    with pytest.raises(SpecError, match=message) as caught:
        load(tmp_path, SEVERAL + lines)
    assert "\n" not in str(caught.value)


STEPS = """steps:
  - instructions
  - practice
  - practice_done
  - {kind: trials, breaks: 5, trials_between: 10}
  - rest_break
"""


def test_the_course_is_the_preset_s_or_what_the_file_says(tmp_path: Path) -> None:
    study = load(tmp_path, study_yaml(Path("b"), preset="image16-lab"))
    assert study.steps is None
    kinds = ["consent", "instructions", "practice", "practice_done", "trials"]
    assert [step.kind for step in study.course] == kinds
    study = load(tmp_path, study_yaml(Path("b"), extra=STEPS))
    assert [step.kind for step in study.course] == [
        "instructions",
        "practice",
        "practice_done",
        "trials",
        "rest_break",
    ]
    assert study.course[3] == TrialsParameters(breaks=5, trials_between=10)
    assert StudyDefinition.model_validate(study.model_dump(mode="json")) == study


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("  - trails\n", r"study.yaml:\d+: steps.0: no kind of step 'trails'; known kinds: consent, "),
        ("  - {kind: trials, breaks: x}\n", r"study.yaml:\d+: steps.0: trials: breaks: Input should be a "),
        ("  - instructions\n", r"study.yaml:\d+: steps: the main trials are missing; add the step trials"),
        ("  - trials\n", r"study.yaml:\d+: steps: practice_trials is 4, and the step practice is missing"),
        ("  - sound_level\n", r"study.yaml:\d+: steps: sound_level is for sounds; this study's preset"),
    ],
)
def test_mistakes_in_steps_are_one_line_with_the_field(tmp_path: Path, line: str, problem: str) -> None:
    with pytest.raises(SpecError, match=problem) as refused:
        load(tmp_path, study_yaml(Path("b"), extra=f"steps:\n{line}"))
    assert "\n" not in str(refused.value)
