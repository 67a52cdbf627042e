"""Files that hold more than weights: the tensors are read, and nothing in a file is run, whatever it says."""

import argparse
import builtins
import functools
import os
import pickle
import subprocess
import sys
import zipfile
from collections import Counter, OrderedDict
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
import torch

from synthesis.bundle.spec import FileWeights
from synthesis.common.errors import UserError
from synthesis.networks.registry import load_network
from synthesis.networks.tensors_only import LeftOut, read_tensors_only
from synthesis.process import progress
from tests.synthesis.networks import tiny_body
from tests.synthesis.test_checkpoints import body, robust

FORMATS = pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])


def some_function():
    raise AssertionError("functions of a file are not called")


class Schedule:
    """With a state, a list and a dict of its own, as objects of training programs have."""

    __slots__ = ("rates",)

    def __init__(self):
        self.rates = [0.1, 0.01]


def beside():
    return {
        "args": argparse.Namespace(lr=0.1, out=Path("somewhere"), inner=argparse.Namespace(eps=3)),
        "epoch": np.int64(3),
        "best": np.float64(0.7),
        "losses": np.arange(4.0),
        "fn": some_function,
        "partial": functools.partial(some_function, 1),
        "path": PurePosixPath("a/b"),
        "schedule": Schedule(),
        "counts": Counter("abc"),
        "kinds": {"set": {1, 2}, "type": dict, "dtype": np.dtype("float32"), "torch": torch.float16},
        "module": torch.nn.Linear(2, 2),
    }


@FORMATS
@pytest.mark.filterwarnings("ignore:Couldn't retrieve source code")
def test_the_weights_of_a_training_checkpoint_are_read_and_the_rest_is_named_once(zipped, tmp_path, capsys):
    wanted, path = body(), tmp_path / "robust.pt"
    torch.save(robust(wanted.state_dict()) | beside(), path, _use_new_zipfile_serialization=zipped)
    progress._told.clear()
    for _ in range(2):
        load_network.cache_clear()
        network = load_network("tiny", FileWeights(file=path))
    state = network.module.network.state_dict()
    assert all(torch.equal(state[name], value) for name, value in wanted.state_dict().items())
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"{path}: read without the objects beside its weights: numpy")
    assert lines[0].endswith(", ...")


@FORMATS
def test_parameters_and_views_of_one_memory_are_what_they_were(zipped, tmp_path):
    memory = torch.arange(12.0)
    saved = {
        "parameter": torch.nn.Parameter(torch.ones(2)),
        "view": memory.view(3, 4).t(),
        "part": memory[4:8],
        "half": torch.tensor([1.5], dtype=torch.bfloat16),
        "whole": torch.tensor([7]),
        "ordered": OrderedDict(a=torch.zeros(1)),
        "left": argparse.Namespace(x=1),
    }
    torch.save(saved, tmp_path / "file.pt", _use_new_zipfile_serialization=zipped)
    content, names = read_tensors_only((tmp_path / "file.pt").read_bytes())
    assert names == ["argparse.Namespace"]
    assert isinstance(content.pop("left"), LeftOut)
    del saved["left"]
    assert torch.equal(content["ordered"].pop("a"), saved["ordered"].pop("a"))
    for name, value in saved.items():
        assert content[name] == value if name == "ordered" else torch.equal(content[name], value), name
    assert content["view"].untyped_storage().data_ptr() == content["part"].untyped_storage().data_ptr()


def test_a_whole_network_is_refused_in_one_line(tmp_path):
    torch.save(tiny_body(), tmp_path / "network.pt")
    with pytest.raises(UserError) as caught:
        load_network("tiny", FileWeights(file=tmp_path / "network.pt"))
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'network.pt'}: holds objects other than weights, which are not")
    assert message.endswith("save its state dict alone, with safetensors or torch.save")
    assert "\n" not in message


class Call:
    """What calls `function` with these arguments when it is unpickled by pickle itself."""

    def __init__(self, function, *arguments, state=None, items=None, pairs=None):
        self.reduced = (function, arguments, state, items, pairs)

    def __reduce__(self):
        return self.reduced

    def __call__(self):
        """Never called; what is not callable cannot stand for a function in a file."""


def attacks(mark):
    """Each would write the file `mark` when it is unpickled by pickle itself, or by a reader with a hole."""
    program = f"open({str(mark)!r}, 'w').close()"
    touch = f"touch {mark}"
    return {
        "system": Call(os.system, touch),
        "eval": Call(builtins.eval, f"open({str(mark)!r}, 'w')"),
        "exec": Call(builtins.exec, program),
        "open": Call(builtins.open, str(mark), "w"),
        "popen": Call(subprocess.Popen, ["touch", str(mark)]),
        "a chain": Call(functools.partial, os.system, touch),
        "a partial": Call(Call(functools.partial, functools.partial, os.system), touch),
        "by import": Call(Call(builtins.getattr, Call(builtins.__import__, "os"), "system"), touch),
        "a map": Call(list, Call(map, os.system, [touch])),
        "torch's own": Call(torch.save, torch.ones(1), str(mark)),
        "a hub": Call(torch.hub.load_state_dict_from_url, f"file://{mark}"),
        "a program of torch": Call(torch.jit.load, str(mark)),
        "a rebuild by a type": Call(
            torch._tensor._rebuild_from_type_v2, os.system, torch.Tensor, (touch,), {}
        ),
        "a state": Call(OrderedDict, state={"update": Call(os.system, touch)}),
        "a state of a class": Call(Schedule, state=(None, {"rates": Call(os.system, touch)})),
        "items": Call(list, items=iter([Call(os.system, touch)])),
        "pairs": Call(dict, pairs=iter([("a", Call(os.system, touch))])),
        "a key": {Call(os.system, touch): torch.ones(1)},
        "a rebuilt tensor": Call(
            torch._utils._rebuild_tensor_v2, Call(os.system, touch), 0, (1,), (1,), False, {}
        ),
        "a parameter": Call(torch._utils._rebuild_parameter, Call(os.system, touch), False, OrderedDict()),
    }


@FORMATS
@pytest.mark.parametrize("attack", attacks("mark"))
def test_a_malicious_file_runs_nothing(attack, zipped, tmp_path):
    mark, path = tmp_path / "mark", tmp_path / "evil.pt"
    content = {"model": body().state_dict(), "evil": attacks(mark)[attack]}
    torch.save(content, path, _use_new_zipfile_serialization=zipped)
    load_network.cache_clear()
    network = load_network("tiny", FileWeights(file=path))
    assert not mark.exists()
    assert torch.equal(network.module.network.conv1.weight, body().conv1.weight)


@FORMATS
def test_the_files_are_as_malicious_as_they_say(zipped, tmp_path):
    """In a process of its own, torch's own reader without restrictions runs what the test above does not."""
    mark, path = tmp_path / "mark", tmp_path / "evil.pt"
    torch.save({"evil": attacks(mark)["by import"]}, path, _use_new_zipfile_serialization=zipped)
    program = f"import torch; torch.load({str(path)!r}, weights_only=False)"
    subprocess.run([sys.executable, "-c", program], check=True)
    assert mark.exists()


# Written by hand in the language of pickle: what no object of Python would be saved as.
HAND = {
    "calls a class that is left out": b"cos\nsystem\n(S'touch {mark}'\ntR.",
    "makes an instance, the old way": b"(S'touch {mark}'\nios\nsystem\n.",
    "makes an object, the old way": b"(cos\nsystem\nS'touch {mark}'\no.",
    "makes an object, the new way": b"\x80\x02cos\nsystem\nS'touch {mark}'\n\x85\x81.",
    "calls what is left out twice": b"cbuiltins\neval\n(S'1'\ntR(S'touch {mark}'\ntR.",
    "gives a class a state": b"cos\nsystem\n}S'x'\nI1\nsb.",
    "gives a builder of tensors defaults": b"ctorch._utils\n_rebuild_tensor_v2\n"
    b"(N}S'__defaults__'\n(I1\ntstb.",
    "gives the ordered dict a state": b"ccollections\nOrderedDict\n(N}S'get'\nI1\nstb.",
    "follows a reference to a class": b"cos\nsystem\nQ.",
    "asks for an extension": b"\x82\x01.",
    "ends early": b"cos\nsystem\n(S'touch",
}


@pytest.mark.parametrize("program", HAND)
def test_a_pickle_written_by_hand_is_one_line(program, tmp_path):
    mark, path = tmp_path / "mark", tmp_path / "evil.pt"
    torch.save({"a": torch.ones(1)}, tmp_path / "plain.pt")
    with zipfile.ZipFile(tmp_path / "plain.pt") as plain, zipfile.ZipFile(path, "w") as evil:
        for name in plain.namelist():
            data = plain.read(name)
            if name.endswith("data.pkl"):
                data = HAND[program].replace(b"{mark}", str(mark).encode())
            evil.writestr(name, data)
    builder = torch._utils._rebuild_tensor_v2.__defaults__
    with pytest.raises(UserError, match=r"evil\.pt: (holds|cannot be read)") as caught:
        load_network("tiny", FileWeights(file=path))
    assert "\n" not in str(caught.value)
    assert not mark.exists()
    assert torch._utils._rebuild_tensor_v2.__defaults__ == builder
    assert OrderedDict.get is dict.get


@pytest.mark.filterwarnings("ignore:.*TorchScript", "ignore:.*deprecated")
def test_a_program_of_torch_is_refused_as_before(tmp_path):
    torch.jit.script(torch.nn.Linear(2, 2)).save(str(tmp_path / "program.pt"))
    with pytest.raises(UserError, match="cannot be read as weights"):
        load_network("tiny", FileWeights(file=tmp_path / "program.pt"))


def test_a_class_s_source_is_not_compared_with_the_file_s(tmp_path, monkeypatch):
    """torch would write a patch into the working folder for a class whose source has changed."""
    monkeypatch.chdir(tmp_path)
    reference = ("module", torch.nn.Linear, "linear.py", "class Linear: another source")

    class Pickler(pickle.Pickler):
        def persistent_id(self, thing):
            return reference if thing is Schedule else None

    with Path("old.pt").open("wb") as file:
        for part in (torch.serialization.MAGIC_NUMBER, torch.serialization.PROTOCOL_VERSION, {}):
            pickle.dump(part, file, protocol=2)
        Pickler(file, protocol=2).dump({"a": Schedule, "b": os.system})
        pickle.dump([], file, protocol=2)
    content, _ = read_tensors_only(Path("old.pt").read_bytes())
    assert content["a"] is LeftOut
    assert [one.name for one in tmp_path.iterdir()] == ["old.pt"]
