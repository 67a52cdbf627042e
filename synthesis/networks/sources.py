"""Where published weights are found: a local folder, an installed package, or the library's own download."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from synthesis.common.errors import UserError

FOLDER_VARIABLE = "METAMERLAB_WEIGHTS"


def weights_folder() -> Path:
    """The local weights folder: METAMERLAB_WEIGHTS, else `weights` in the working directory."""
    return Path(os.environ.get(FOLDER_VARIABLE) or "weights")


@dataclass(frozen=True)
class WeightsSource:
    """Published weights of one network.

    `file` is looked for in the local weights folder first. `package` is an installed Python package that
    holds it in its `folder`. `download` is the library's own: it returns a file of the library's cache.
    """

    file: str
    licence: str
    description: str
    package: str = ""
    download: Callable[[], Path] | None = None
    folder: str = "models"

    def find(self, network: str) -> Path:
        """The weights' file. Raises `UserError` saying which file to put where."""
        if here := self.here():
            return here
        if self._ours:
            reason = f"{self.file} does not come with this version"
        elif self.download is None:
            reason = f"the package {self.package.replace('_', '-')} is not installed"
        else:
            try:
                return self.download()
            except Exception as error:  # each library raises its own kinds
                reason = f"they could not be downloaded ({_first_line(error)})"
        raise UserError(f"{network}: no weights: {reason}; {self._remedy()}")

    def here(self) -> Path | None:
        """The weights' file in the local folder or in an installed package; None if it is in neither."""
        local = weights_folder() / self.file
        if local.is_file():
            return local
        if self.package and (spec := find_spec(self.package)) and spec.submodule_search_locations:
            packaged = Path(spec.submodule_search_locations[0]) / self.folder / self.file
            return packaged if packaged.is_file() else None
        return None

    @property
    def _ours(self) -> bool:
        """Trained here: the file says what network it is too, so that random weights need it as well."""
        return self.package == __name__.partition(".")[0]

    def _remedy(self) -> str:
        place = f"put {self.file} into {weights_folder().absolute()} (or a folder named by {FOLDER_VARIABLE})"
        return place if self._ours else f"{place}, or say `weights: {{random: SEED}}`"


def promised_digest(file: str) -> str:
    """The start of the SHA-256 that a file's name promises (`vgg19-dcbb9e9d.pth`), or an empty string."""
    found = re.search(r"-([0-9a-f]{8,64})\.\w+$", file)
    return found[1] if found else ""


def torchvision_file(weights: str) -> Path:
    """The file of torchvision weights, as `VGG19_Weights.IMAGENET1K_V1`, from torch's cache or downloaded."""
    import torch
    import torchvision

    url: str = torchvision.models.get_weight(weights).url
    file = url.rsplit("/", 1)[-1]
    path = Path(torch.hub.get_dir()) / "checkpoints" / file
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(url, str(path), hash_prefix=promised_digest(file) or None)
    return path


def torchaudio_file(bundle: str) -> Path:
    """The file of a torchaudio bundle, as `WAV2VEC2_ASR_BASE_960H`, from torch's cache or downloaded."""
    import torch
    import torchaudio

    described = getattr(torchaudio.pipelines, bundle)
    path = Path(torch.hub.get_dir(), "checkpoints", described._path.rsplit("/", 1)[-1])
    if not path.is_file():
        described._get_state_dict({"progress": False})
    return path


def hub_file(repository: str) -> Path:
    """The safetensors file of a model repository that timm names, from the hub's cache or downloaded."""
    from huggingface_hub import hf_hub_download, try_to_load_from_cache
    from huggingface_hub.utils import logging

    file = "model.safetensors"
    if isinstance(cached := try_to_load_from_cache(repository, file), str):
        return Path(cached)
    # It would print every try; what stopped the last one is in the error.
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    return Path(hf_hub_download(repository, file))


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
