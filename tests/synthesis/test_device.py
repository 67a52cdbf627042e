"""What float32 means in a process that makes or checks certificates."""

from collections.abc import Iterator

import pytest
import torch

from synthesis.bundle.store import BundleStore
from synthesis.process.device import exact_float32, tf32
from synthesis.runs.verify import verify_bundle


@pytest.fixture
def settings() -> Iterator[None]:
    """torch's settings are as before after the test."""
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    yield
    torch.set_float32_matmul_precision(before[0])
    torch.backends.cudnn.allow_tf32 = before[1]


def _coarse_products() -> None:
    torch.set_float32_matmul_precision("high")


def _coarse_convolutions() -> None:
    torch.backends.cudnn.allow_tf32 = True


@pytest.mark.parametrize("allow", [_coarse_products, _coarse_convolutions])
def test_whatever_was_allowed_before_float32_becomes_exact(allow, settings):
    exact_float32()
    allow()
    assert tf32()
    exact_float32()
    assert not tf32()
    assert not torch.backends.cuda.matmul.allow_tf32


def test_a_run_and_a_verification_are_exact(cli, spec, tmp_path, settings):
    text = spec.read_text().replace("max_steps: 60", "max_steps: 1\nattempts: 1")
    spec.write_text(text.replace("[relu6, relu1]", "[relu1]"))
    torch.backends.cudnn.allow_tf32 = True
    assert cli("run", spec, "--out", tmp_path / "out")[0] == 0
    assert not tf32()
    torch.backends.cudnn.allow_tf32 = True
    verify_bundle(BundleStore(tmp_path / "out"))
    assert not tf32()
