"""Letters over time as answers: the best path by hand, and what each network's letters are."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from synthesis.certify.decision import check_categories, decision_rule
from synthesis.certify.letters import LettersRule, best_path
from synthesis.common.errors import UserError
from synthesis.networks.answers import letters_beside
from synthesis.networks.by_name import entry_by_name
from synthesis.networks.hearing.auditory import AUDITORY
from synthesis.networks.registry import Network, SoundInput

LETTERS = ("", "|", "a", "b")
SPELLER = Network("speller", torch.nn.Identity(), input=SoundInput(), letters=LETTERS)
DEEPSPEECH = next(entry for entry in AUDITORY if entry.name == "deepspeech")


def frames(best: str) -> Tensor:
    """Logits whose largest is, frame by frame, that of `best`, in which _ is the blank."""
    order = "_|ab"
    logits = torch.zeros(len(best), len(order)) - 1
    for frame, letter in enumerate(best):
        logits[frame, order.index(letter)] = 0.5
    return logits


@pytest.mark.parametrize(
    ("best", "text"),
    [
        ("aab", "ab"),
        ("a_ab", "aab"),
        ("__aa__", "a"),
        ("____", ""),
        ("|a||b|", "a b"),
        ("a|_|b", "a b"),
        ("ab|_ba", "ab ba"),
    ],
)
def test_repetitions_are_one_letter_and_blanks_are_left_out(best: str, text: str) -> None:
    assert best_path(frames(best), LETTERS) == text


def test_a_space_may_be_a_space_and_each_item_has_a_text() -> None:
    rule = LettersRule(("", " ", "a", "b"))
    assert rule.answers(torch.stack([frames("a|b"), frames("bb_")]), torch.zeros(2, 1)) == ["a b", "b"]


def test_output_that_is_not_frames_of_letters_is_refused() -> None:
    rule = LettersRule(LETTERS)
    for wrong in (torch.zeros(1, 4), torch.zeros(1, 7, 5)):
        with pytest.raises(UserError, match="not frames of 4 logits, one for each of its `letters`"):
            rule.answers(wrong, torch.zeros(1, 1))


def test_the_rule_is_found_by_its_name_and_names_no_folders() -> None:
    rule = decision_rule("letters", None, SPELLER)
    assert (rule.name, rule.categories) == ("letters", ())
    check_categories(rule, ["about", "zebra"], "clips")


def test_a_network_without_letters_is_refused_in_one_line() -> None:
    message = (
        "decision: letters needs a network that gives letters over time; speller does not; "
        "fit a readout, or say `decision: none` for the null alone"
    )
    with pytest.raises(UserError) as refused:
        decision_rule("letters", None, replace(SPELLER, letters=()))
    assert str(refused.value) == message
    with pytest.raises(UserError, match="those of speller do not; say `decision: letters`, fit a readout"):
        decision_rule("words", None, SPELLER)


def test_the_letters_of_the_library_s_bundles_are_its_labels() -> None:
    entry = entry_by_name("torchaudio/WAV2VEC2_ASR_BASE_960H")
    assert entry is not None
    assert (len(entry.letters), entry.letters[:4]) == (29, ("", "|", "E", "T"))
    aligner = entry_by_name("torchaudio/MMS_FA")
    assert aligner is not None
    assert (len(aligner.letters), "*" in aligner.letters) == (28, False)
    for silent in ("WAV2VEC2_BASE", "HUBERT_BASE"):
        features = entry_by_name(f"torchaudio/{silent}")
        assert features is not None
        assert features.letters == ()


def test_deepspeech_spells_english_with_the_blank_last() -> None:
    assert "".join(DEEPSPEECH.letters) == " abcdefghijklmnopqrstuvwxyz'"
    assert (len(DEEPSPEECH.letters), DEEPSPEECH.letters[-1]) == (29, "")


def test_a_file_beside_the_weights_names_other_letters(tmp_path: Path) -> None:
    weights, listed = tmp_path / "deep.pt", tmp_path / "deep.txt"
    assert letters_beside(weights, LETTERS) == LETTERS
    listed.write_text("b\na\n \n\n")
    assert letters_beside(weights, LETTERS) == ("b", "a", " ", "")
    assert letters_beside(weights, ()) == (), "a network that spells nothing has no letters"
    listed.write_text("b\na\n")
    with pytest.raises(UserError, match=r"deep\.txt: has 2 lines; the network has 4 logits"):
        letters_beside(weights, LETTERS)
    listed.write_text("b\n\n\na\n")
    with pytest.raises(UserError, match=r"deep\.txt: has 2 empty lines; exactly one stands for the blank"):
        letters_beside(weights, LETTERS)
