"""Certificates of finished stimuli, whoever made them."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import mean

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from synthesis.bundle.nulls import LayerNull
from synthesis.certify.certificate import certify, measure
from synthesis.certify.certifier import Certifier
from synthesis.certify.decision import decision_rule
from synthesis.certify.null import layer_null
from synthesis.media.medium import Stimulus
from synthesis.networks.registry import SoundInput
from tests.benchmarks.synthesis.subject import Subject


@dataclass(frozen=True)
class Quality:
    """Share of certified stimuli, and the means of their Spearman rho, SNR and relative error."""

    passed: float
    spearman: float
    snr_db: float
    relative_error: float


class Judge:
    """Certificates of one subject, against the null of so many other stimuli."""

    def __init__(self, subject: Subject, others: list[Stimulus]) -> None:
        self.layer = subject.layer.name
        rule = "words" if isinstance(subject.network.input, SoundInput) else "feather"
        self.certifier = Certifier(subject.network, decision_rule(rule, None, subject.network))
        self.medium = subject.medium
        self.naturals = list(self.medium.to_stimuli(subject.naturals.numpy()))
        self.null = self._null(others)

    def judge(self, metamers: Tensor) -> Quality:
        """Of network input (n, ...), rounded as it would be served."""
        certificates = []
        for natural, metamer in zip(self.naturals, self.medium.to_stimuli(metamers.numpy()), strict=True):
            match = measure(
                self.certifier.activation(natural, self.layer), self.certifier.activation(metamer, self.layer)
            )
            answers = self.certifier.answer(natural), self.certifier.answer(metamer)
            certificates.append(certify(match, *answers, self.null, least_pairs=1))
        return Quality(
            passed=mean(certificate.passed for certificate in certificates),
            spearman=mean(certificate.spearman for certificate in certificates),
            snr_db=mean(certificate.snr_db for certificate in certificates),
            relative_error=mean(certificate.relative_error for certificate in certificates),
        )

    def _null(self, others: list[Stimulus]) -> LayerNull:
        stimuli = [*self.naturals, *others]

        def activations() -> Iterator[NDArray[np.float32]]:
            for stimulus in stimuli:
                yield self.certifier.activation(stimulus, self.layer)

        with torch.inference_mode():
            return layer_null(self.layer, activations, [str(number) for number in range(len(stimuli))])
