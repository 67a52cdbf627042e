"""A whole recognition: from a bundle and an observer to the folder of results."""

import hashlib
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from platform import python_version

from synthesis.bundle.manifest import Manifest
from synthesis.bundle.store import BundleStore
from synthesis.certify.decision import ReadoutRule
from synthesis.certify.readout.readout import parse_readout
from synthesis.certify.readout_file import readout_bytes
from synthesis.common.errors import UserError
from synthesis.common.frames import frame_csv
from synthesis.common.stopping import orderly
from synthesis.networks.registry import Network
from synthesis.recognition import results
from synthesis.recognition.observe import NetworkObserver, answer_table, distinct_name
from synthesis.recognition.results import BundleShown, ObserverRecord, RecognitionRecord
from synthesis.recognition.scores import RESAMPLES, score_table

_PACKAGES = ("metamerlab", "numpy", "pandas", "pillow", "scipy", "torch")


def recognize_bundle(
    store: BundleStore,
    network: Network,
    out: Path,
    *,
    readout: Path | None = None,
    seed: int = 0,
    command: list[str],
) -> RecognitionRecord:
    """Show the bundle's naturals and certified metamers to `network`; write the results into `out`.

    Raises
    ------
    UserError
        The bundle is unfinished or damaged or holds what this network is not shown, the readout is not one
        of this network, or `out` is a file or holds other results. Nothing is written then.
    """
    manifest = store.read_manifest()
    _check_kind(manifest, network)
    name = distinct_name(network)
    results.check_folder(out, manifest.digest, name)
    data = readout_bytes(readout) if readout else None
    observer = NetworkObserver(network, _readout_rule(data, str(readout), network) if data else None)
    answers = answer_table(store, manifest, observer, name)
    tables = {
        results.ANSWERS: frame_csv(answers),
        results.SUMMARY: frame_csv(score_table(answers, manifest.layers, observer.rules, seed)),
    }
    record = RecognitionRecord(
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        command=command,
        bundle=_bundle_shown(manifest),
        observer=_observer_record(observer, name, data),
        categories={rule: list(known) if known else None for rule, known in observer.rules.items()},
        seed=seed,
        resamples=RESAMPLES,
        notes=observer.notes,
        software={
            "python": python_version(),
            **{package: version(package) for package in _PACKAGES},
        },
        files={file: hashlib.sha256(content).hexdigest() for file, content in tables.items()},
    )
    with orderly():
        results.write_results(out, tables, record)
    return record


def _check_kind(manifest: Manifest, network: Network) -> None:
    held, shown = manifest.model.input.kind, network.input.format.kind
    if held != shown:
        raise UserError(f"{network.name} is shown {shown}s; the bundle holds {held}s; give another --model")


def _readout_rule(data: bytes, where: str, network: Network) -> ReadoutRule:
    readout = parse_readout(data, where)
    readout.check_network(network.name, network.weights_sha256, where)
    return ReadoutRule(readout)


def _bundle_shown(manifest: Manifest) -> BundleShown:
    certified = sum(item.certificate.passed for item in manifest.items)
    return BundleShown(
        digest=manifest.digest,
        model=distinct_name(manifest.model),
        weights_sha256=manifest.model.weights_sha256,
        layers=manifest.layers,
        naturals=len(manifest.naturals),
        metamers=certified,
        uncertified=len(manifest.items) - certified,
    )


def _observer_record(observer: NetworkObserver, name: str, readout: bytes | None) -> ObserverRecord:
    network = observer.network
    return ObserverRecord(
        name=name,
        weights=network.weights,
        weights_sha256=network.weights_sha256,
        classes=observer.classes,
        input=network.input.format,
        conversion=observer.medium.conversion,
        readout_sha256=hashlib.sha256(readout).hexdigest() if readout else None,
    )
