"""Baselines of metamers of features: measured at each layer, recomputed by `verify`."""

from pathlib import Path

import numpy as np
import pytest

from synthesis.bundle.graphs import BASELINES, NULL_SPACE, GraphManifest, LayerBaseline
from synthesis.bundle.store import BundleStore
from synthesis.common.yaml_file import load_yaml
from synthesis.graphs.driver import make_graphs
from synthesis.graphs.plan import make_graph_plan
from synthesis.graphs.report import write_graph_report
from synthesis.graphs.spec import GraphSpec
from synthesis.graphs.verify import verify_graphs
from synthesis.runs.engines.choice import make_engine

# One layer without an activation after it: a linear network.
SPEC = """\
graphs: karate
networks: [{kind: dense-gcn, depth: 1}, dense-gcn]
seeds: 1
epochs: 20
restarts: 1
max_steps: 5
"""


def made(folder: Path, text: str) -> BundleStore:
    (folder / "spec.yaml").write_text(text)
    store = BundleStore(folder / "bundle")
    make_graphs(
        make_graph_plan(load_yaml(folder / "spec.yaml", GraphSpec)),
        store,
        make_engine("local", "cpu", 1, None),
    )
    return store


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> BundleStore:
    return made(tmp_path_factory.mktemp("baselines"), SPEC)


def found(manifest: GraphManifest, network: str) -> dict[tuple[str, str], LayerBaseline]:
    return {(one.layer, one.baseline): one for one in manifest.baselines if one.network == network}


def test_each_layer_has_each_baseline(bundle: BundleStore) -> None:
    manifest = bundle.read_sealed(GraphManifest)
    assert set(found(manifest, "dense-gcn/trained/0")) == {
        (layer, kind) for layer in ("layer1", "logits") for kind in BASELINES
    }


def test_a_null_space_sample_is_a_metamer_of_a_linear_network_and_not_of_one_with_relu(
    bundle: BundleStore,
) -> None:
    manifest = bundle.read_sealed(GraphManifest)
    linear = found(manifest, "dense-gcn-depth1/trained/0")["logits", NULL_SPACE]
    assert linear.relative_error < 1e-5  # float32
    assert linear.labels_kept == 1
    assert linear.deviation["relative_l2"] == pytest.approx(1, abs=1e-5)
    assert found(manifest, "dense-gcn/trained/0")["layer1", NULL_SPACE].relative_error > 0.01


def test_permuted_rows_are_a_draw_of_the_null(bundle: BundleStore) -> None:
    manifest = bundle.read_sealed(GraphManifest)
    null = next(one for one in manifest.nulls if one.network == "dense-gcn/trained/0")
    of_rows = found(manifest, "dense-gcn/trained/0")
    for layer in null.layers:
        assert of_rows[layer.layer, "permuted rows"].relative_error >= layer.smallest_error


def test_a_changed_baseline_is_found(bundle: BundleStore) -> None:
    manifest = bundle.read_sealed(GraphManifest)
    assert verify_graphs(bundle)[1] == []
    wrong = [one.model_copy(update={"relative_error": 0.5}) for one in manifest.baselines[:1]]
    bundle.write_manifest(manifest.model_copy(update={"baselines": [*wrong, *manifest.baselines[1:]]}))
    _, differences = verify_graphs(bundle)
    bundle.write_manifest(manifest)
    assert len(differences) == 1
    where = "baselines of dense-gcn-depth1/trained/0, karate found relative_error"
    assert differences[0].startswith(f"{where}: recorded 0.5, computed ")


def test_the_report_has_a_table_of_them(bundle: BundleStore) -> None:
    page, *_ = write_graph_report(bundle)
    assert "Baselines" in page.read_text()


def test_too_many_features_for_a_jacobian_and_one_node_leave_out_what_is_not_defined(tmp_path: Path) -> None:
    """Six graphs of one and of two nodes; and a graph of 4,002 entries of features."""
    labels = np.array([0, 1, 0, 1, 0, 1])
    rng = np.random.default_rng(0)
    graph_of = np.repeat(np.arange(6), [1, 2, 1, 2, 1, 2])
    np.savez(tmp_path / "small.npz", edges=np.zeros((2, 0), int), features=rng.random((9, 3)), labels=labels,
             graph_of=graph_of)  # fmt: skip
    np.savez(tmp_path / "wide.npz", edges=np.array([[0, 2], [1, 3]]), features=rng.random((6, 667)),
             labels=labels)  # fmt: skip
    rest = "networks: [dense-gcn]\nseeds: 1\nepochs: 2\nrestarts: 1\nmax_steps: 2\n"
    for name in ("small", "wide"):
        (tmp_path / name).mkdir()
    small = made(tmp_path / "small", f"graphs: ../small.npz\n{rest}").read_sealed(GraphManifest)
    sizes = {one.id: one.nodes for one in small.originals}
    for graph, nodes in sizes.items():
        kinds = {one.baseline for one in small.baselines if one.graph == graph and one.baseline != NULL_SPACE}
        assert kinds == (set(BASELINES[1:]) if nodes > 1 else set())
    wide = made(tmp_path / "wide", f"graphs: ../wide.npz\n{rest}").read_sealed(GraphManifest)
    assert {one.baseline for one in wide.baselines} == set(BASELINES[1:])
