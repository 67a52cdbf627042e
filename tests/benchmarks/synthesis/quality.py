"""Certificates of finished pictures, whoever made them."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import mean

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from synthesis.bundle.manifest import LayerNull
from synthesis.certificate import certify, measure
from synthesis.decision import FeatherRule
from synthesis.media.pictures import Picture, to_pictures
from synthesis.null import layer_null
from synthesis.observer import Observer
from tests.benchmarks.synthesis.subject import Subject


@dataclass(frozen=True)
class Quality:
    """Share of certified pictures, and the means of their Spearman rho, SNR and relative error."""

    passed: float
    spearman: float
    snr_db: float
    relative_error: float


class Judge:
    """Certificates of one subject, against the null of so many other pictures."""

    def __init__(self, subject: Subject, others: list[Picture]) -> None:
        self.layer = subject.layer.name
        self.observer = Observer(subject.network, FeatherRule())
        self.naturals = list(to_pictures(subject.naturals.numpy()))
        self.null = self._null(others)

    def judge(self, pictures: Tensor) -> Quality:
        """Of metamers (n, 3, height, width) in [0, 1], rounded as they would be served."""
        certificates = []
        for natural, metamer in zip(self.naturals, to_pictures(pictures.numpy()), strict=True):
            match = measure(
                self.observer.activation(natural, self.layer), self.observer.activation(metamer, self.layer)
            )
            answers = self.observer.answer(natural), self.observer.answer(metamer)
            certificates.append(certify(match, *answers, self.null))
        return Quality(
            passed=mean(certificate.passed for certificate in certificates),
            spearman=mean(certificate.spearman for certificate in certificates),
            snr_db=mean(certificate.snr_db for certificate in certificates),
            relative_error=mean(certificate.relative_error for certificate in certificates),
        )

    def _null(self, others: list[Picture]) -> LayerNull:
        pictures = [*self.naturals, *others]

        def activations() -> Iterator[NDArray[np.float32]]:
            for picture in pictures:
                yield self.observer.activation(picture, self.layer)

        with torch.inference_mode():
            return layer_null(self.layer, activations, len(pictures))
