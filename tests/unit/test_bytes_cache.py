"""A cache that is bounded in bytes."""

from app.core.bytes_cache import BytesCache


def test_what_was_not_asked_for_longest_goes_first() -> None:
    cache = BytesCache(10)
    cache.put("a", b"12345")
    cache.put("b", b"12345")
    assert cache.get("a") == b"12345"
    cache.put("c", b"1")
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (b"12345", None, b"1")


def test_the_same_key_again_counts_once() -> None:
    cache = BytesCache(10)
    for _ in range(5):
        cache.put("a", b"12345")
    cache.put("b", b"12345")
    assert cache.get("a") and cache.get("b")


def test_what_is_larger_than_the_cache_is_not_kept() -> None:
    cache = BytesCache(3)
    cache.put("a", b"12345")
    assert cache.get("a") is None
