"""Decision rules: from a network's output to one of its categories or words.

Certificates ask whether metamer and natural stimulus get the same answer, so the rule that was used is part
of a bundle.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Protocol

import torch
from torch import Tensor

from synthesis.bundle.manifest import NO_RULE
from synthesis.certify.imagenet16 import CATEGORIES, CLASS_COUNT, CLASSES
from synthesis.certify.letters import LettersRule
from synthesis.certify.readout.readout import Readout, parse_readout
from synthesis.common.errors import UserError
from synthesis.media.registry import medium_of
from synthesis.networks.registry import Network, nearest_first

_CATEGORIES_SHOWN = 16


class DecisionRule(Protocol):
    """`name` is the spec's word for the rule. `categories` are its possible answers, alphabetical; a rule
    without them answers any text, or "", which is no answer.
    """

    @property
    def name(self) -> str: ...

    @property
    def categories(self) -> tuple[str, ...]: ...

    def answers(self, logits: Tensor, features: Tensor) -> list[str]:
        """One category per item.

        logits : (batch, classes), before softmax; features : (batch, features), pooled. Ties go to the first.
        """
        ...


@dataclass(frozen=True)
class FeatherRule:
    """The highest-ranked class that belongs to any of the 16 categories (Feather et al. 2023)."""

    name: ClassVar[str] = "feather"
    categories: ClassVar[tuple[str, ...]] = CATEGORIES

    def answers(self, logits: Tensor, features: Tensor) -> list[str]:
        _check_classes(logits)
        best = torch.stack([logits[:, list(CLASSES[name])].amax(dim=1) for name in CATEGORIES], dim=1)
        return _named(best, CATEGORIES)


@dataclass(frozen=True)
class GeirhosRule:
    """Mean softmax probability over each category's classes, then the largest (Geirhos et al. 2018)."""

    name: ClassVar[str] = "geirhos"
    categories: ClassVar[tuple[str, ...]] = CATEGORIES

    def answers(self, logits: Tensor, features: Tensor) -> list[str]:
        _check_classes(logits)
        probability = logits.double().softmax(dim=1)
        mean = torch.stack([probability[:, list(CLASSES[name])].mean(dim=1) for name in CATEGORIES], dim=1)
        return _named(mean, CATEGORIES)


@dataclass(frozen=True)
class ReadoutRule:
    """The category with the largest score of a linear readout of the network's pooled features."""

    readout: Readout
    name: ClassVar[str] = "readout"

    @property
    def categories(self) -> tuple[str, ...]:
        return self.readout.categories

    def scores(self, features: Tensor) -> Tensor:
        """features (batch, ...) -> scores (batch, categories), float64: log odds up to a constant."""
        features = features.flatten(1)  # pooled ones may have a height and width of 1
        weight = self.readout.weight.to(features.device, torch.float64)
        if features.shape[1] != weight.shape[1]:
            raise UserError(
                f"the readout takes {weight.shape[1]} features, the network gives "
                f"{tuple(features.shape)[1:]}; fit one for this network with `python -m synthesis readout`"
            )
        return features.double() @ weight.T + self.readout.bias.to(features.device, torch.float64)

    def answers(self, logits: Tensor, features: Tensor) -> list[str]:
        return _named(self.scores(features), self.categories)


@dataclass(frozen=True)
class WordsRule:
    """The word with the largest logit; logits that stand for no word (a null class) are passed over."""

    answers_by_logit: tuple[str, ...]
    name: ClassVar[str] = "words"

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(sorted({answer for answer in self.answers_by_logit if answer}))

    def answers(self, logits: Tensor, features: Tensor) -> list[str]:
        if logits.ndim != 2 or logits.shape[1] != len(self.answers_by_logit):
            raise UserError(
                f"the network gives {tuple(logits.shape)[1:]}, and its `answers` name "
                f"{len(self.answers_by_logit)} logits; they must fit"
            )
        no_word = torch.tensor([not answer for answer in self.answers_by_logit], device=logits.device)
        return _named(logits.masked_fill(no_word, -torch.inf), self.answers_by_logit)


@dataclass(frozen=True)
class OwnRule(WordsRule):
    """The same for a network that answers something else than what the stimuli are, such as backgrounds."""

    name: ClassVar[str] = "own"


@dataclass(frozen=True)
class NoRule:
    """No answers, for a network without labels: its metamers are certified by the null alone."""

    name: ClassVar[str] = NO_RULE
    categories: ClassVar[tuple[str, ...]] = ()

    def answers(self, logits: Tensor, features: Tensor) -> list[str]:
        return [""] * len(features)


RULES = tuple(
    rule.name for rule in (FeatherRule, GeirhosRule, ReadoutRule, WordsRule, OwnRule, LettersRule, NoRule)
)
# Whose answers need not name the stimuli: they are compared with each other alone, or there are none.
_NAME_NOTHING = (OwnRule.name, LettersRule.name, NoRule.name)


def decision_rule(rule: str, readout: bytes | None, network: Network) -> DecisionRule:
    """The rule that a spec or a manifest names.

    Parameters
    ----------
    rule
        feather, geirhos, readout, words, own, letters or none.
    readout
        The readout file's bytes (`readout_file.readout_bytes`, or a bundle's blob); None for the
        published rules.
    network
        The network whose output will be judged; a readout must have been fitted to it.

    Raises
    ------
    UserError
        Unknown rule, or one that the network's output does not fit; no readout, not a readout, or one of
        another network or of other weights.
    """
    if rule == WordsRule.name:
        return words_rule(network)
    if rule == OwnRule.name:
        return OwnRule(words_rule(network).answers_by_logit)
    if rule == LettersRule.name:
        return letters_rule(network)
    if rule not in RULES:
        raise UserError(f"decision: {rule} is unknown; known rules: {', '.join(RULES)}")
    medium = medium_of(network.input)
    if rule not in medium.decisions:
        raise UserError(
            f"decision: {rule} is not for {medium.files.plural}, which {network.name} is shown; "
            f"say `decision: {medium.decisions[0]}`"
        )
    if rule == NoRule.name:
        return NoRule()
    if rule == FeatherRule.name:
        return FeatherRule()
    if rule == GeirhosRule.name:
        return GeirhosRule()
    if readout is None:
        raise UserError("decision: readout needs a readout file; give `readout: FILE` or `readout: starter`")
    parsed = parse_readout(readout, "readout")
    parsed.check_network(network.name, network.weights_sha256, "readout")
    return ReadoutRule(parsed)


def words_rule(network: Network) -> WordsRule:
    """Raises `UserError` if the network's logits stand for no words."""
    if not any(network.answers):
        raise UserError(
            f"decision: words needs logits that stand for words; those of {network.name} do not; "
            f"{_otherwise(network)}"
        )
    return WordsRule(network.answers)


def letters_rule(network: Network) -> LettersRule:
    """Raises `UserError` if the network does not give letters over time."""
    if not network.letters:
        raise UserError(
            f"decision: letters needs a network that gives letters over time; {network.name} does not; "
            f"{_otherwise(network)}"
        )
    return LettersRule(network.letters)


def _otherwise(network: Network) -> str:
    """How else a network whose output stands for nothing that is asked for can be judged."""
    own = (
        "say `decision: letters`, "
        if network.letters
        else "say `decision: words`, "
        if network.answers
        else ""
    )
    return f"{own}fit a readout, or say `decision: none` for the null alone"


def check_categories(rule: DecisionRule, stimuli: Iterable[str], where: str) -> None:
    """Raise `UserError` if a stimulus's category (folder name under `where`) is no answer of the rule.

    The rules `own`, `letters` and `none` do not ask: they name no stimuli.
    """
    if rule.name in _NAME_NOTHING:
        return
    unknown = sorted(set(stimuli) - set(rule.categories))
    if not unknown:
        return
    known = nearest_first(unknown[0], list(rule.categories))
    shown = ", ".join(known[:_CATEGORIES_SHOWN]) + (", ..." if len(known) > _CATEGORIES_SHOWN else "")
    otherwise = {WordsRule.name: "fit a readout, or say `decision: own` if it need not name them"}
    advice = otherwise.get(rule.name, "fit a readout with `python -m synthesis readout`")
    raise UserError(
        f"{where}: the rule {rule.name} cannot answer {', '.join(unknown)}; its {len(known)} categories are "
        f"{shown}; rename the folders, or {advice}"
    )


def _check_classes(logits: Tensor) -> None:
    if logits.ndim != 2 or logits.shape[1] != CLASS_COUNT:
        raise UserError(
            f"the published decision rules need the {CLASS_COUNT} ILSVRC-2012 classes, the network gives "
            f"{tuple(logits.shape)[1:]}; use `decision: readout`"
        )


def _named(scores: Tensor, categories: tuple[str, ...]) -> list[str]:
    return [categories[index] for index in scores.argmax(dim=1).tolist()]
