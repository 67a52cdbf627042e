"""What a training begins with: another training, or a network's file."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from synthesis.common.errors import UserError
from synthesis.networks.hearing.trained_file import read_trained
from synthesis.process.progress import Uncounted
from synthesis.training import loop
from synthesis.training.clips import SAMPLES
from synthesis.training.parts import read_parts
from tests.synthesis.trainings import TINY, spec_of, tone_folder

pytestmark = pytest.mark.usefixtures("backgrounds_made_once")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tone_folder(tmp_path_factory.mktemp("start"))


def test_a_training_starts_from_another_ones_weights(folder: Path) -> None:
    first = spec_of(folder, TINY)
    parts = read_parts(first)
    loop.train(first, parts, folder / "first", Uncounted())
    second = spec_of(folder, f"{TINY}start_from: first\n")
    earlier, later = (
        loop._Training(first, parts, folder / "first").network.state_dict(),
        loop._Training(second, parts, folder / "second").network.state_dict(),
    )
    assert all(torch.equal(earlier[name], later[name]) for name in earlier)
    both = spec_of(folder, f"{TINY}task: both\nstart_from: first\n")
    trunk = loop._Training(both, parts, folder / "both-from-words").network.trunk
    assert torch.equal(trunk.state_dict()["conv4.weight"], earlier["trunk.conv4.weight"])
    with pytest.raises(UserError, match=r"start_from: .* holds no training"):
        loop._Training(spec_of(folder, f"{TINY}start_from: absent\n"), parts, folder / "third")
    wider = spec_of(folder, f"{TINY.replace('fc_width: ', 'fc_width: 1')}start_from: first\n")
    with pytest.raises(UserError, match=r"start_from: the network in .* is another one"):
        loop._Training(wider, parts, folder / "fourth")


def test_a_training_starts_from_a_file_with_its_function(folder: Path) -> None:
    first = spec_of(folder, TINY)
    parts = read_parts(first)
    loop.train(first, parts, folder / "for-file", Uncounted())
    file = folder / "for-file" / "network.safetensors"
    spec = spec_of(folder, f"{TINY}start_from: for-file/network.safetensors\n")
    begun = loop._Training(spec, parts, folder / "from-file").network.eval()
    described = read_trained(file)
    assert described is not None
    network = described.build().eval()
    network.load_state_dict({name: value.float() for name, value in load_file(file).items()})
    sounds = 0.1 * torch.randn(3, SAMPLES)
    torch.testing.assert_close(begun(sounds)[0], network(sounds), rtol=1e-4, atol=1e-4)
    lengths = torch.linalg.vector_norm(begun.trunk.conv2.weight.flatten(1), dim=1)
    torch.testing.assert_close(lengths, torch.full_like(lengths, 2**0.5))
    wider = spec_of(folder, f"{TINY.replace('fc_width: ', 'fc_width: 1')}start_from: {file}\n")
    with pytest.raises(UserError, match=r"start_from: the network in .* is another one"):
        loop._Training(wider, parts, folder / "wider-file")
    save_file({"weight": torch.zeros(1)}, folder / "foreign.safetensors")
    with pytest.raises(UserError, match=r"foreign.safetensors was not written by a training"):
        loop._Training(spec_of(folder, f"{TINY}start_from: foreign.safetensors\n"), parts, folder / "f")
