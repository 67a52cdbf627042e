"""A network trained here, as one safetensors file: weights, and in its header what they belong to.

The header is read without torch, so that a network's words and layers can be listed where torch is slow.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator
from safetensors import SafetensorError, safe_open

from synthesis.common.errors import UserError
from synthesis.common.json_file import first_problem
from synthesis.networks.hearing.cochcnn_settings import CochCNNSettings
from synthesis.networks.hearing.cochresnet_settings import CochResNetSettings
from synthesis.networks.inputs import SoundInput
from synthesis.networks.network import Layer

if TYPE_CHECKING:
    from torch import nn

HEADER = "metamerlab"


class Trained(BaseModel):
    """What the weights of a file belong to.

    `answers` says what each logit stands for, "" for one that is no answer, such as a null class. `training`
    holds whatever the training wrote down about itself: data, command, seed, accuracies.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    architecture: Literal["cochcnn", "cochresnet50"]
    settings: CochCNNSettings | CochResNetSettings
    answers: tuple[str, ...]
    task: Literal["word", "background", "both"]
    training: Mapping[str, JsonValue] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _an_answer_for_each_logit(self) -> Trained:
        if len(self.answers) != self.settings.classes:
            raise ValueError(f"{len(self.answers)} answers for {self.settings.classes} classes")
        named = [answer for answer in self.answers if answer]
        if twice := sorted({answer for answer in named if named.count(answer) > 1}):
            raise ValueError(f"answers: {twice[0]!r} is there twice")
        return self

    def build(self) -> nn.Module:
        """The network with its own initialisation, from torch's global generator; imports torch."""
        if isinstance(self.settings, CochResNetSettings):
            from synthesis.networks.hearing.cochresnet import CochResNet

            made = self.settings
            return CochResNet(made.classes, made.cochleagram, made.channels, made.blocks)
        from synthesis.networks.hearing.cochcnn import CochCNN

        return CochCNN(self.settings)

    @property
    def layers(self) -> tuple[Layer, ...]:
        return self.settings.layers

    @property
    def input(self) -> SoundInput:
        return SoundInput(self.settings.cochleagram.sample_rate_hz, self.settings.cochleagram.samples)


class _CochCNN(Trained):
    architecture: Literal["cochcnn"]
    settings: CochCNNSettings


class _CochResNet(Trained):
    architecture: Literal["cochresnet50"]
    settings: CochResNetSettings


def _kind(header: str) -> type[Trained]:
    """Which settings a header has: the architecture, not the fields alone, says it."""
    try:
        architecture = json.loads(header)["architecture"]
    except (ValueError, KeyError, TypeError):
        return Trained  # whose validation says what is wrong
    kinds: dict[object, type[Trained]] = {"cochcnn": _CochCNN, "cochresnet50": _CochResNet}
    return kinds.get(str(architecture), Trained)


def read_trained(path: Path) -> Trained | None:
    """The header of a file, None for one that was not written by `write_trained`.

    Raises `UserError` when the file cannot be read or its header does not fit.
    """
    if path.suffix != ".safetensors":
        return None
    try:
        with safe_open(path, framework="numpy") as file:
            header = (file.metadata() or {}).get(HEADER)
    except FileNotFoundError:
        raise UserError(f"{path}: no such weights file") from None
    except (OSError, SafetensorError) as error:
        raise UserError(f"{path}: cannot be read as weights ({error})") from None
    if header is None:
        return None
    try:
        return _kind(header).model_validate_json(header)
    except ValidationError as error:
        raise UserError(f"{path}: was written for another version: header: {first_problem(error)}") from None


def write_trained(path: Path, module: nn.Module, trained: Trained, half: bool = True) -> None:
    """Write a network in eval mode, atomically.

    `module` has the published layers (`CochCNN.folded`). With `half`, weights of two or more dimensions are
    rounded to float16; biases and the statistics of batch norms stay in float32. Raises `ValueError` for
    weights that are NaN or infinite, also after rounding, and for settings that are not the module's.
    """
    import torch
    from safetensors.torch import save_file

    if getattr(module, "settings", trained.settings) != trained.settings:
        raise ValueError(f"{path}: the description's settings are not the module's")
    state = {}
    for name, value in module.state_dict().items():
        rounded = value.half() if half and value.is_floating_point() and value.dim() > 1 else value
        if not bool(torch.isfinite(rounded).all()):
            raise ValueError(f"{path}: {name} has NaN or infinite weights; it was not written")
        state[name] = rounded.detach().cpu().contiguous()
    # Beside its place and of the process's own, so that it is complete or absent, whoever else writes.
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        save_file(state, partial, {HEADER: trained.model_dump_json()})
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
