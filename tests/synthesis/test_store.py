"""One store, three kinds of place: a local folder, memory, and an S3 server. The same tests for each."""

import logging
import os
import subprocess
import sys
import threading
from uuid import uuid4

import pytest

from synthesis.bundle.manifest import canonical_json
from synthesis.bundle.store import MANIFEST_LIMIT, BundleStore
from synthesis.common.errors import BundleError, StorageError, UserError
from synthesis.common.files import place, read, write_atomically
from tests.support import build_tiny_bundle

PLACES = ("folder", "memory", "s3")
ABSENT = "0" * 64


@pytest.fixture(params=PLACES)
def root(request, tmp_path) -> str:
    if request.param == "folder":
        return str(tmp_path / "bundle")
    if request.param == "memory":
        return f"memory://{uuid4()}/bundle"
    return f"{request.getfixturevalue('s3')}/{uuid4()}"


def test_a_blob_is_stored_once_and_comes_back(root):
    store = BundleStore(root)
    blob = store.put_blob(b"pixels", "image/png")
    assert store.put_blob(b"pixels", "image/png") == blob
    again = BundleStore(root)
    assert again.read_blob(blob.sha256) == b"pixels"
    assert again.holds(blob)
    assert not again.holds(blob.model_copy(update={"sha256": ABSENT}))


def test_a_missing_and_a_changed_blob_are_named(root):
    store = BundleStore(root)
    blob = store.put_blob(b"pixels", "image/png")
    with pytest.raises(BundleError, match=f"blobs/{ABSENT}: cannot be read"):
        store.read_blob(ABSENT)
    store.blob_path(blob.sha256).write_bytes(b"pixelz!")
    with pytest.raises(BundleError, match=f"{blob.sha256}: its bytes were changed"):
        store.read_blob(blob.sha256)
    assert not store.holds(blob)
    assert store.put_blob(b"pixels", "image/png") == blob
    assert store.read_blob(blob.sha256) == b"pixels"


def test_records_come_back_and_what_is_no_record_is_none(root):
    store = BundleStore(root)
    store.put_record("a", {"value": 1})
    store.put_record("a", {"value": 2})
    assert BundleStore(root).get_record("a") == {"value": 2}
    assert store.get_record("none") is None
    (store.root / "journal" / "a.json").write_text("{half")
    assert store.get_record("a") is None


def test_a_store_that_looked_around_knows_what_was_there_and_what_it_put(root):
    first = BundleStore(root)
    blob = first.put_blob(b"one", "image/png")
    first.put_record("one", {"n": 1})
    second = BundleStore(root)
    second.look_around()
    assert second.get_record("one") == {"n": 1}
    assert second.holds(blob)
    assert second.get_record("two") is None
    first.put_record("two", {"n": 2})
    second.put_record("three", {"n": 3})
    second.look_around()
    assert [second.get_record(key) for key in ("one", "two", "three")] == [{"n": 1}, {"n": 2}, {"n": 3}]


def test_an_empty_place_is_looked_around_in(root):
    store = BundleStore(root)
    store.look_around()
    assert store.get_record("none") is None
    assert not store.finished
    with pytest.raises(BundleError, match="no such folder"):
        store.read_manifest()


def test_a_finished_bundle_is_read_back_whole(root):
    build_tiny_bundle(root, naturals=2)
    store = BundleStore(root)
    assert store.finished
    manifest = store.read_manifest()
    assert len(manifest.items) == 6
    assert [len(store.read_blob(blob.sha256)) for blob in manifest.blobs()] == [
        blob.size_bytes for blob in manifest.blobs()
    ]
    content = manifest.model_copy(update={"layers": []})
    store.manifest_path.write_bytes(canonical_json(content.model_dump(mode="json")))
    with pytest.raises(BundleError, match="its content was changed"):
        store.read_manifest()


def test_resuming_at_a_remote_place_asks_for_lists_not_for_each_file(s3, caplog):
    root = f"{s3}/{uuid4()}"
    store = BundleStore(root)
    blobs = [store.put_blob(b"%d" % number, "image/png") for number in range(30)]
    again = BundleStore(root)
    with caplog.at_level(logging.DEBUG, "s3fs"):
        again.look_around()
        assert all(again.holds(blob) for blob in blobs)
        assert all(again.put_blob(b"%d" % n, "image/png") == blob for n, blob in enumerate(blobs))
    calls = [record for record in caplog.records if record.message.startswith("CALL")]
    assert 0 < len(calls) < 10


def test_a_file_that_is_replaced_while_it_is_read_is_read_old_or_new(s3):
    path = place(f"{s3}/{uuid4()}/file")
    write_atomically(path, b"0" * 1000)
    ended = threading.Event()

    def replace() -> None:
        while not ended.is_set():
            write_atomically(path, b"1" * 1000)
            write_atomically(path, b"0" * 1000)

    writer = threading.Thread(target=replace)
    writer.start()
    try:
        assert {read(path) for _ in range(100)} <= {b"0" * 1000, b"1" * 1000}
    finally:
        ended.set()
        writer.join()


def test_unknown_addresses_are_one_line():
    with pytest.raises(UserError, match="nowhere://x: cannot be opened"):
        BundleStore("nowhere://x")


def test_a_bucket_that_does_not_exist_is_one_line(s3):
    with pytest.raises(StorageError, match=r"s3://nobucket/x/blobs/.*cannot be written"):
        BundleStore("s3://nobucket/x").put_blob(b"1", "image/png")


def test_a_server_out_of_reach_is_one_line():
    """In a process of its own, whose S3 library has not met the test's server."""
    script = (
        "from synthesis.bundle.store import BundleStore\n"
        "from synthesis.common.errors import StorageError\n"
        "try:\n    BundleStore('s3://bucket/x').finished\n"
        "except StorageError as error:\n    print(error)\n"
    )
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_MAX_ATTEMPTS": "1"}
    environment = os.environ | keys | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    (line,) = done.stdout.strip().splitlines()
    assert line.startswith("s3://bucket/x/manifest.json: cannot be looked for (")


def test_a_bundle_of_an_earlier_format_is_one_line(tmp_path):
    path = build_tiny_bundle(tmp_path / "old") / "manifest.json"
    path.write_text(path.read_text().replace("metamerlab-bundle/4", "metamerlab-bundle/3"))
    with pytest.raises(BundleError, match=r"format \(metamerlab-bundle/3, not .*/4\); make it again") as got:
        BundleStore(tmp_path / "old").read_manifest()
    assert "\n" not in str(got.value)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "", "{", '{"format": "' + "\\u0000" * 9])
def test_a_manifest_that_is_no_json_is_one_line(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(BundleError, match="not a bundle manifest: ") as error:
        BundleStore(str(tmp_path)).read_manifest()
    assert len(str(error.value).splitlines()) == 1


def test_a_manifest_of_any_size_is_not_read(tmp_path):
    with (tmp_path / "manifest.json").open("wb") as file:
        file.truncate(MANIFEST_LIMIT + 1)
    with pytest.raises(BundleError, match=r"manifest.json: is larger than 500,000,000 bytes"):
        BundleStore(str(tmp_path)).read_manifest()


def test_a_journal_record_that_nests_without_end_is_made_again(tmp_path):
    store = BundleStore(str(tmp_path))
    store.put_record("a", {})
    (tmp_path / "journal" / "a.json").write_text("[" * 1_000_000)
    assert store.get_record("a") is None
