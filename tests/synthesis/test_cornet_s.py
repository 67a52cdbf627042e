"""CORnet-S: its published size, its recurrence, and one area against its equations."""

from collections import Counter

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from synthesis.networks.seeing.cornet_s import Area, CORnetS
from tests.synthesis.auditory_networks import seeded


@pytest.fixture(scope="module")
def cornet() -> CORnetS:
    made: CORnetS = seeded(CORnetS).eval().requires_grad_(False)  # type: ignore[no-untyped-call]
    return made


def test_it_has_the_published_53_4_million_parameters(cornet: CORnetS) -> None:
    assert sum(parameter.numel() for parameter in cornet.parameters()) == 53_416_616


def test_the_areas_run_as_often_as_published_and_have_the_published_sizes(cornet: CORnetS) -> None:
    calls: Counter[str] = Counter()
    shapes: dict[str, tuple[int, ...]] = {}

    def watch(name: str, part: nn.Module) -> None:
        def note(*given: object) -> None:
            calls[name] += 1
            shapes[name] = tuple(given[2].shape)  # type: ignore[attr-defined]

        handles.append(part.register_forward_hook(note))

    handles: list[torch.utils.hooks.RemovableHandle] = []
    for name in ("V1.nonlin2", "V2.nonlin3", "V4.nonlin3", "IT.nonlin3", "decoder.linear"):
        watch(name, cornet.get_submodule(name))
    cornet(torch.zeros(1, 3, 224, 224))
    for handle in handles:
        handle.remove()
    assert calls == {"V1.nonlin2": 1, "V2.nonlin3": 2, "V4.nonlin3": 4, "IT.nonlin3": 2, "decoder.linear": 1}
    assert list(shapes.values()) == [
        (1, 64, 56, 56),
        (1, 128, 28, 28),
        (1, 256, 14, 14),
        (1, 512, 7, 7),
        (1, 1000),
    ]


def test_an_area_is_its_equations() -> None:
    area: Area = seeded(lambda: Area(3, 5, times=3)).eval()  # type: ignore[no-untyped-call]
    x = torch.randn(2, 3, 12, 12, generator=torch.Generator().manual_seed(3))
    state = area.state_dict()

    def norm(name: str, x: Tensor) -> Tensor:
        values = (state[f"{name}.{part}"] for part in ("running_mean", "running_var", "weight", "bias"))
        return functional.batch_norm(x, *values)

    now = functional.conv2d(x, state["conv_input.weight"])
    direct = norm("norm_skip", functional.conv2d(now, state["skip.weight"], stride=2))
    for step in range(3):
        inner = norm(f"norm1_{step}", functional.conv2d(now, state["conv1.weight"])).clamp(min=0)
        stride = 2 if step == 0 else 1
        inner = functional.conv2d(inner, state["conv2.weight"], stride=stride, padding=1)
        inner = norm(f"norm2_{step}", inner).clamp(min=0)
        inner = norm(f"norm3_{step}", functional.conv2d(inner, state["conv3.weight"]))
        now = (inner + direct).clamp(min=0)
        direct = now
    with torch.no_grad():
        torch.testing.assert_close(area(x), now)
