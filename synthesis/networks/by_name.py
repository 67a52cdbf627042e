"""Entries for networks by their names in a library: `torchvision/NAME`, `timm/NAME`, `torchaudio/NAME`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from synthesis.common.errors import UserError
from synthesis.networks.entry import Entry, Normalisation, Triple
from synthesis.networks.hearing.wav2vec2 import wav2vec2_entry
from synthesis.networks.inputs import PictureInput
from synthesis.networks.network import nearest_first
from synthesis.networks.seeing.catalogue import timm_model, torchvision_model
from synthesis.networks.sources import WeightsSource, hub_file, torchvision_file

_NEAREST = 5


def entry_by_name(name: str) -> Entry | None:
    """The entry of `torchvision/NAME`, `timm/NAME` or `torchaudio/NAME`, None for any other form.

    Input size, resize and normalisation are those of the library's default weights. Raises `UserError` when
    the library has no such network.
    """
    library, _, model = name.partition("/")
    makers = {"torchvision": _torchvision, "timm": _timm, "torchaudio": wav2vec2_entry}
    return makers[library](name, model) if library in makers and model else None


def _torchvision(name: str, model: str) -> Entry:
    import torchvision

    _require(name, model, torchvision.models.list_models(module=torchvision.models))
    published = torchvision.models.get_model_weights(model)
    if not list(published):
        return Entry(name, f"torchvision's {model}", partial(torchvision_model, model), None)
    weights = published.DEFAULT
    shown = weights.transforms()
    return Entry(
        name=name,
        description=f"torchvision's {model}",
        build=partial(torchvision_model, model, **_without_auxiliary(model)),
        weights=WeightsSource(
            file=weights.url.rsplit("/", 1)[-1],
            licence="see torchvision",
            description=f"torchvision {weights}, ImageNet-1k",
            download=partial(torchvision_file, str(weights)),
        ),
        input=PictureInput(shown.crop_size[0], shown.resize_size[0]),
        normalisation=Normalisation(_triple(shown.mean), _triple(shown.std)),
        key=lambda key: "" if key.startswith(("aux1.", "aux2.", "AuxLogits.")) else key,
    )


def _timm(name: str, model: str) -> Entry:
    import timm

    architecture, _, tag = model.partition(".")
    _require(name, architecture, timm.list_models())
    tags = timm.list_pretrained(f"{architecture}.*")
    if tag and model not in tags:
        raise UserError(f"{name}: timm has no weights {tag!r} of it; it has {', '.join(tags) or 'none'}")
    shown = timm.get_pretrained_cfg(model)
    described, build = f"timm's {architecture}", partial(timm_model, model)
    if shown is None:
        return Entry(name, described, build, None)
    published = f"{architecture}.{shown.tag}"
    weights = WeightsSource(
        file=f"{published}.safetensors",
        licence=shown.license or "see timm",
        description=f"timm {published}",
        download=partial(hub_file, shown.hf_hub_id or ""),
    )
    return Entry(
        name=name,
        description=described,
        build=build,
        weights=weights if shown.hf_hub_id else None,
        input=PictureInput(shown.input_size[1], math.floor(shown.input_size[1] / shown.crop_pct)),
        normalisation=Normalisation(_triple(shown.mean), _triple(shown.std)),
    )


def _without_auxiliary(model: str) -> dict[str, object]:
    """Classifiers that only training uses are left out."""
    return {"aux_logits": False, "init_weights": True} if model in ("googlenet", "inception_v3") else {}


def _require(name: str, model: str, known: list[str]) -> None:
    if model not in known:
        near = ", ".join(nearest_first(model, known)[:_NEAREST])
        raise UserError(f"unknown model {name!r}; the nearest names: {near}")


def _triple(values: Sequence[float]) -> Triple:
    red, green, blue = values
    return red, green, blue
