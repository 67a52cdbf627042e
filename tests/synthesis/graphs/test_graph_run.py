"""A run with graphs: made, certified, verified, reported; and what is damaged is found."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from synthesis.bundle.graphs import GraphManifest
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError, UserError
from synthesis.common.yaml_file import load_yaml
from synthesis.graphs.driver import make_graphs
from synthesis.graphs.files import decode_graph, encode_graph
from synthesis.graphs.plan import make_graph_plan
from synthesis.graphs.report import write_graph_report
from synthesis.graphs.spec import GraphSpec
from synthesis.graphs.verify import verify_graphs
from synthesis.runs.engines.choice import make_engine

SPEC = """\
graphs: karate
networks: [gcn, mlp, {kind: dense-gcn, activation: elu, residual: true}]
weights: [trained, random]
seeds: 1
epochs: 40
optimise: [features, structure]
features: binary
restarts: 2
max_steps: 40
"""


def made(folder: Path, text: str) -> BundleStore:
    (folder / "spec.yaml").write_text(text)
    store = BundleStore(folder / "bundle")
    plan = make_graph_plan(load_yaml(folder / "spec.yaml", GraphSpec))
    make_graphs(plan, store, make_engine("local", "cpu", 1, None))
    return store


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> BundleStore:
    return made(tmp_path_factory.mktemp("graphs"), SPEC)


def test_it_is_verified_from_its_files(bundle: BundleStore) -> None:
    manifest, differences = verify_graphs(bundle)
    assert differences == []
    # Three networks, trained and not, two layers, two restarts; structure of the two GCNs.
    assert len(manifest.items) == (3 + 2) * 2 * 2 * 2
    assert any(item.certificate.passed for item in manifest.items)


def test_what_is_fixed_is_the_originals_and_what_is_free_keeps_its_count(bundle: BundleStore) -> None:
    manifest = bundle.read_sealed(GraphManifest)
    original = decode_graph(bundle.read_blob(manifest.originals[0].blob.sha256))
    for item in manifest.items:
        metamer = decode_graph(bundle.read_blob(item.blob.sha256))
        if item.optimised == "features":
            assert np.array_equal(metamer.edges, original.edges)
            assert set(np.unique(metamer.features)) <= {0, 1}
            assert metamer.features.sum() == original.features.sum()
        else:
            assert np.array_equal(metamer.features, original.features)
            assert metamer.edges.shape == original.edges.shape
            assert not np.array_equal(metamer.edges, original.edges)


def test_networks_are_trained_or_left_as_they_are(bundle: BundleStore) -> None:
    networks = {one.name: one for one in bundle.read_sealed(GraphManifest).networks}
    assert networks["gcn/trained/0"].train_accuracy > 0.9 > networks["gcn/random/0"].train_accuracy
    assert networks["gcn/random/0"].epochs == 0


def test_every_network_observes_every_other(bundle: BundleStore) -> None:
    manifest = bundle.read_sealed(GraphManifest)
    certified = {item.network for item in manifest.items if item.certificate.passed}
    pairs = {(one.observer, one.generator) for one in manifest.observations}
    assert pairs == {(network.name, generator) for network in manifest.networks for generator in certified}
    for one in manifest.observations:
        if one.observer == one.generator:
            assert one.same >= 0.99


def test_the_same_spec_makes_the_same_graphs(bundle: BundleStore, tmp_path: Path) -> None:
    again = made(tmp_path, SPEC).read_sealed(GraphManifest)
    first = bundle.read_sealed(GraphManifest)
    assert [item.blob for item in again.items] == [item.blob for item in first.items]
    assert again.nulls == first.nulls
    assert [one.weights for one in again.networks] == [one.weights for one in first.networks]


def test_a_report_has_each_figure_and_draws_the_graphs(bundle: BundleStore) -> None:
    page, *figures = write_graph_report(bundle)
    assert {path.name for path in figures} == {
        "drawings.png", "errors.png", "deviations.png", "metameric_shares.png", "volume_changes.png",
        "observers.png",
    }  # fmt: skip
    text = page.read_text()
    assert "dense-gcn-elu-residual, random" in text
    assert "people are no standard for graphs" in text


def test_another_graph_in_the_place_of_a_metamer_is_found(bundle: BundleStore, tmp_path: Path) -> None:
    """All digests fit, so that only the measures tell."""
    shutil.copytree(bundle.root, tmp_path / "copy")
    store = BundleStore(tmp_path / "copy")
    manifest = store.read_sealed(GraphManifest)
    place = next(n for n, item in enumerate(manifest.items) if item.certificate.passed)
    item, original = manifest.items[place], manifest.originals[0]
    graph = decode_graph(store.read_blob(original.blob.sha256))
    features = graph.features[::-1].copy()
    other = type(graph)(edges=graph.edges, features=features, labels=graph.labels, name="")
    blob = store.put_blob(encode_graph(other), item.blob.media_type)
    items = [*manifest.items]
    items[place] = item.model_copy(update={"blob": blob})
    store.write_manifest(manifest.model_copy(update={"items": items}))
    _, differences = verify_graphs(store)
    assert any(f"item {item.id} certificate relative_error" in line for line in differences)


def test_a_damaged_file_and_a_changed_manifest_are_named(bundle: BundleStore, tmp_path: Path) -> None:
    shutil.copytree(bundle.root, tmp_path / "copy")
    store = BundleStore(tmp_path / "copy")
    item = store.read_sealed(GraphManifest).items[0]
    store.blob_path(item.blob.sha256).write_bytes(b"something else")
    _, differences = verify_graphs(store)
    assert differences == [
        f"{store.blob_path(item.blob.sha256)}: its bytes were changed; restore or remake the bundle"
    ]
    content = json.loads(store.manifest_path.read_text())
    content["items"][0]["certificate"]["relative_error"] = 0.5
    store.manifest_path.write_text(json.dumps(content))
    with pytest.raises(BundleError, match="its content was changed"):
        verify_graphs(store)


def test_a_bundle_of_graphs_is_none_of_stimuli(bundle: BundleStore) -> None:
    with pytest.raises(BundleError, match=r"is a bundle of graphs .metamerlab-graphs/1, not"):
        bundle.read_manifest()


def test_graphs_with_a_label_each_keep_their_degrees(tmp_path: Path) -> None:
    text = (
        "graphs: motifs\nnetworks: [dense-gcn]\nseeds: 1\nepochs: 5\noriginals: 1\nrestarts: 1\n"
        "max_steps: 5\n"
        "layers: [pooled]\noptimise: [structure]\nkeep: degrees\ngeometry: false\n"
    )
    store = made(tmp_path, text)
    manifest, differences = verify_graphs(store)
    assert differences == []
    (item,) = manifest.items
    original, metamer = (
        decode_graph(store.read_blob(blob.sha256)) for blob in (manifest.originals[0].blob, item.blob)
    )
    assert np.array_equal(np.bincount(original.edges[0]), np.bincount(metamer.edges[0]))


OWN = """\
import torch

class Sums(torch.nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.first, self.last = torch.nn.Linear(features, 8), torch.nn.Linear(8, classes)

    def activations(self, x, edges, graph_of=None):
        hidden = torch.tanh(self.first(x))
        shared = hidden.index_add(0, edges[0], hidden[edges[1]])
        return {"shared": shared, "logits": self.last(shared)}

def make(features, classes):
    return Sums(features, classes)

def narrow(features, classes):
    return Sums(3, classes)
"""


def test_a_network_of_ones_own_is_trained_and_verified_where_its_code_is(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(OWN)
    text = (
        "graphs: karate\nnetworks: [own.py:make]\nseeds: 1\nepochs: 30\nrestarts: 1\nmax_steps: 30\n"
        "layers: [shared]\n"
    )
    store = made(tmp_path, text)
    with pytest.raises(UserError, match=r"made with own.py:make, a module of its own; say where it is"):
        verify_graphs(store)
    manifest, differences = verify_graphs(store, f"{tmp_path}/own.py:make")
    assert differences == []
    assert manifest.networks[0].train_accuracy > 0.9


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("networks: [own.py:narrow]\n", "the network fails on a graph of 34 nodes and 60 features"),
        ("networks: [mlp]\noptimise: [structure]\n", "optimise: structure: is for gcn and dense-gcn"),
        ("networks: [mlp]\nlayers: [layer9]\n", "no layer 'layer9'"),
        ("networks: [mlp]\nfeatures: binary\ngraphs: digits\n", "features: binary: those of digits"),
        ("networks: [mlp]\ngraphs: kerate\n", "unknown data set 'kerate'; known: karate"),
        ("networks: [resnet]\n", "unknown network 'resnet'; known: gcn, gat"),
        ("networks: [mlp, mlp]\n", "two would have the same name"),
    ],
)
def test_a_spec_that_cannot_be_made_is_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "own.py").write_text(OWN)
    (tmp_path / "spec.yaml").write_text(text if "graphs:" in text else f"graphs: karate\n{text}")
    with pytest.raises(UserError, match=message) as caught:
        make_graph_plan(load_yaml(tmp_path / "spec.yaml", GraphSpec))
    assert "\n" not in str(caught.value)
