"""How fast synthesis is, and how close it comes, beside the published recipe on the same machine.

    python tests/benchmarks/bench_synthesis.py [--steps 100] [--pictures 4]

Per layer of EfficientNet-Lite0 prints two JSON lines, and writes them to var/bench/synthesis.jsonl:
`synthesis.steps_per_s.MODEL.LAYER`, item-steps per second, and `synthesis.relative_error.MODEL.LAYER`, the
mean of norm(r - t) / norm(t), in float32, of the rounded pictures after `--steps` steps of `fast`.
The control is `feather2023` in the same engine and batch size, in turns with `fast` (a noisy machine slows
both), and for the error given the same wall time. Pictures: the shared photographs, else 1/f noise.
"""

import argparse
import json
import platform
import sys
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from synthesis.activations import Activations, MatchedActivation  # noqa: E402
from synthesis.images import category_folder, read_picture, to_input, to_pictures  # noqa: E402
from synthesis.objectives import relative_error  # noqa: E402
from synthesis.optimise import Batch, Synthesis, initial_noise  # noqa: E402
from synthesis.recipes import Fast, Feather2023, Recipe  # noqa: E402
from synthesis.registry import Layer, load_network  # noqa: E402
from tests.synthesis.networks import SHARED_DATA, smooth_picture  # noqa: E402

MODEL = "efficientnet_lite0"
LAYERS = ("block2", "block7", "block14", "logits")
NETWORK = load_network(MODEL)


class Contender:
    """One recipe on the bench pictures: its steps, its time, its iterates."""

    def __init__(self, recipe: Recipe, layer: Layer, naturals: torch.Tensor) -> None:
        self.batch: Batch[int] = Batch(MatchedActivation(NETWORK, layer), recipe)
        for index, natural in enumerate(naturals):
            self.batch.add(index, natural, initial_noise(index, NETWORK.input_px))
        self.items = list(self.batch.items)
        self.done: list[Synthesis[int]] = []

    @property
    def seconds(self) -> float:
        return sum(item.seconds for item in self.items)

    @property
    def steps_per_s(self) -> float:
        return sum(len(item.losses) for item in self.items) / self.seconds

    def step(self) -> None:
        self.done += self.batch.step()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--pictures", type=int, default=4)
    arguments = parser.parse_args()
    naturals, source = bench_pictures(arguments.pictures)
    path = ROOT / "var" / "bench" / "synthesis.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        for name in LAYERS:
            for line in bench_layer(NETWORK.layer(name), naturals, arguments.steps):
                text = json.dumps(line | {"pictures": source, **machine()})
                print(text, flush=True)
                file.write(text + "\n")


def bench_layer(layer: Layer, naturals: torch.Tensor, steps: int) -> list[dict[str, object]]:
    for recipe in (Fast(max_steps=2), Feather2023(max_steps=2)):  # warm up
        warm = Contender(recipe, layer, naturals)
        while warm.batch.items:
            warm.step()
    fast = Contender(Fast(max_steps=steps, enough=0.0), layer, naturals)
    published = Contender(Feather2023(), layer, naturals)
    while fast.batch.items or published.seconds < fast.seconds:
        behind = fast if fast.batch.items and fast.seconds <= published.seconds else published
        behind.step()
    common = {"n": len(naturals), "steps": steps}
    return [
        {
            "name": f"synthesis.steps_per_s.{MODEL}.{layer.name}",
            "value": round(fast.steps_per_s, 2),
            "unit": "1/s",
            "control": round(published.steps_per_s, 2),
            **common,
        },
        {
            "name": f"synthesis.relative_error.{MODEL}.{layer.name}",
            "value": round(final_error(fast, layer, naturals), 4),
            "unit": "1",
            "control": round(float(np.mean([item.losses[-1] for item in published.items])), 4),
            "control_steps": len(published.items[0].losses),
            "seconds_per_item": round(fast.seconds / len(naturals), 3),
            **common,
        },
    ]


def final_error(contender: Contender, layer: Layer, naturals: torch.Tensor) -> float:
    """Mean relative error of the rounded pictures, by the network as published."""
    look = Activations(NETWORK.module, {"layer": layer.node})
    ordered = sorted(contender.done, key=lambda item: item.label)
    pictures = torch.stack([item.picture for item in ordered if item.picture is not None])
    with torch.no_grad():
        metamers = look(torch.from_numpy(to_input(to_pictures(pictures.numpy()))))["layer"]
        return float(relative_error(metamers, look(naturals)["layer"]).mean())


def bench_pictures(count: int) -> tuple[torch.Tensor, str]:
    folder = SHARED_DATA / "photos16"
    if folder.is_dir():
        files = category_folder(folder)
        chosen = files[:: max(1, len(files) // count)][:count]
        pictures = [read_picture(path, NETWORK.input_px, NETWORK.resize_px) for _, path in chosen]
        return torch.from_numpy(to_input(pictures)), "photographs"
    pictures = [smooth_picture(seed, NETWORK.input_px) for seed in range(count)]
    return torch.from_numpy(to_input(pictures)), "1/f noise"


def machine() -> dict[str, object]:
    return {"machine": platform.machine(), "threads": torch.get_num_threads(), "torch": torch.__version__}


if __name__ == "__main__":
    main()
