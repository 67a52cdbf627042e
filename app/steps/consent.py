"""The form of consent, by which people enter; pure."""

from hashlib import sha256
from typing import Any, Literal

import numpy as np
from pydantic import Field

from app.core.text import CleanText
from app.steps.step import Page, Setting, StepParameters, StepRecord
from app.tasks.codebook import Column


class ConsentParameters(StepParameters):
    """`version` is what the study, or its ethics board, calls the text that people agree to."""

    kind: Literal["consent"] = "consent"
    version: str = Field(default="1", min_length=1, max_length=64)


class ConsentRecord(StepRecord):
    """`text_sha256` is of the text as it was shown, so that it can be proven later what was agreed to."""

    version: CleanText | None = None
    text_sha256: CleanText | None = None


def record_of(parameters: ConsentParameters, text: str) -> ConsentRecord:
    """What is stored of one who agreed."""
    return ConsentRecord(version=parameters.version, text_sha256=text_sha256(text))


def text_sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()


class Consent(Page):
    name = "consent"
    at_entry = True
    parameters = ConsentParameters
    result = ConsentRecord
    columns = (
        Column("version", "text", "", "version of the text that was agreed to"),
        Column("text_sha256", "text", "", "SHA-256 of the text that was agreed to"),
    )

    def simulate(self, told: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
        return {**super().simulate(told, random), "version": "1", "text_sha256": text_sha256("")}

    def sentence(self, parameters: ConsentParameters, setting: Setting) -> str:
        return f"Participants gave informed consent (text version {parameters.version})."
