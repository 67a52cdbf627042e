"""Kinds of simulated participants: their mix, how they answer, and the network that fails them."""

from collections import Counter

import anyio
import httpx
import numpy as np
import pytest

from app.core.errors import BadRequest
from app.simulation.network import BrokenNetwork, Faults
from app.simulation.people.answering import (
    LAPSE_SHARE,
    Answering,
    always_right,
    by_layer,
    guessing,
    lapsing,
    one_sided,
)
from app.simulation.people.kinds import ALL, KINDS
from app.simulation.people.mix import drawn, mix_of, people_of
from app.steps.gate import Gate
from app.steps.headphone_check import HeadphoneCheck
from tests.architecture.sources import ROOT

CATEGORIES = [f"category-{number}" for number in range(16)]
ACCURACY = {"natural": 0.95, "head": 1 / 16}
TRIALS = 4000


def share_right(answering: Answering, condition: str) -> float:
    observer = answering(ACCURACY, CATEGORIES, np.random.default_rng(11))
    return sum(observer.answer(condition, "category-3") == "category-3" for _ in range(TRIALS)) / TRIALS


@pytest.mark.parametrize(
    ("answering", "natural", "head"),
    [
        (by_layer, 0.95, 1 / 16),
        (always_right, 1.0, 1.0),
        (guessing, 1 / 16, 1 / 16),
        # By hand: .85 * .95 + .15 / 16 = .8169; where it is at chance, lapses change nothing.
        (lapsing, 0.8169, 1 / 16),
    ],
)
def test_each_is_right_as_often_as_its_kind_says(answering: Answering, natural: float, head: float) -> None:
    # The SD of a share is at most sqrt(.15 / 4000) = .006; five of them (seeded, so no chance is left).
    assert share_right(answering, "natural") == pytest.approx(natural, abs=0.03)
    assert share_right(answering, "head") == pytest.approx(head, abs=0.03)
    assert LAPSE_SHARE == 0.15


def test_the_one_sided_gives_one_answer_and_not_all_the_same_one() -> None:
    sides = set()
    for seed in range(20):
        observer = one_sided(ACCURACY, CATEGORIES, np.random.default_rng(seed))
        given = {observer.answer("natural", category) for category in CATEGORIES}
        assert len(given) == 1
        sides |= given
    assert len(sides) > 5


def test_who_fails_on_purpose_is_never_right() -> None:
    observer = by_layer(ACCURACY, CATEGORIES, np.random.default_rng(2)).with_accuracy(0.0)
    assert all(observer.answer("natural", "category-3") != "category-3" for _ in range(200))


def test_a_mix_of_counts_is_taken_as_it_is() -> None:
    mix = mix_of("layers=14, guessing=2,lapsing=1,quitting=1,fails_gate=1,broken_network=1", KINDS)
    assert people_of(mix, None) == 20
    kinds = drawn(mix, 20, seed=3)
    assert Counter(kinds) == mix
    assert kinds == drawn(mix, 20, seed=3)
    assert kinds != drawn(mix, 20, seed=4)


def test_shares_are_rounded_by_the_largest_remainders() -> None:
    # By hand: 10 * (.5, .33, .17) / 1 = 5, 3.3, 1.7: the place that is left goes to .7.
    kinds = drawn(mix_of("layers=.5,guessing=.33,ideal=.17", KINDS), 10, seed=0)
    assert Counter(kinds) == {"layers": 5, "guessing": 3, "ideal": 2}
    assert drawn(mix_of("layers", KINDS), 3, seed=0) == ["layers"] * 3
    assert (
        people_of(mix_of("layers", KINDS), None) == people_of(mix_of("layers=.5,ideal=.5", KINDS), None) == 20
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("layers=2,asleep=1", f"no kind of participant 'asleep'; known kinds: {', '.join(KINDS)}"),
        ("", "no kind of participant ''"),
        ("layers=2,layers=1", "layers is named twice"),
        ("layers=many", "layers=many: give a count or a share"),
        ("layers=-1", "layers=-1: give a count"),
        ("layers=inf", "layers=inf: give a count"),
        ("layers=0", "nobody is in the mix"),
    ],
)
def test_a_mix_that_cannot_be_is_one_line(text: str, problem: str) -> None:
    with pytest.raises(BadRequest) as refused:
        mix_of(text, KINDS)
    assert problem in refused.value.message
    assert "\n" not in refused.value.message


def test_kinds_are_described_and_fail_steps_that_there_are() -> None:
    table = (ROOT / "docs" / "experiment.md").read_text()
    assert all(kind.about and f"\n| `{kind.name}`" in table for kind in ALL)
    assert len(KINDS) == len(ALL)
    assert (KINDS["fails_gate"].fails, KINDS["fails_headphones"].fails) == (Gate.name, HeadphoneCheck.name)


def outcomes_of(faults: Faults, calls: int = 400) -> tuple[Counter[str], int]:
    """What the caller sees of so many calls, and how many reached the server."""
    reached = 0

    async def serve(_request: httpx.Request) -> httpx.Response:
        nonlocal reached
        reached += 1
        return httpx.Response(200, json={})

    async def call() -> Counter[str]:
        seen: Counter[str] = Counter()
        network = BrokenNetwork(httpx.MockTransport(serve), np.random.default_rng(5), faults)
        async with httpx.AsyncClient(transport=network, base_url="http://server") as client:
            for _ in range(calls):
                try:
                    seen[str((await client.put("/answer", json={"a": 1})).status_code)] += 1
                except httpx.TransportError as error:
                    seen[type(error).__name__] += 1
        return seen

    return anyio.run(call), reached


@pytest.mark.parametrize(
    ("fault", "seen", "reached"),
    [
        ("lost", "ConnectError", 0),
        ("unheard", "ReadError", 1),
        ("refused", "500", 0),
        ("spoiled", "500", 1),
        ("doubled", "200", 2),
    ],
)
def test_a_fault_is_seen_by_the_caller_and_by_the_server_as_it_says(
    fault: str, seen: str, reached: int
) -> None:
    none = dict.fromkeys(("lost", "unheard", "refused", "spoiled", "doubled"), 0.0)
    outcomes, arrived = outcomes_of(Faults(**{**none, fault: 1.0}, longest_delay_s=0), calls=5)
    assert outcomes == {seen: 5}
    assert arrived == 5 * reached


def test_faults_come_as_often_as_they_should_and_the_same_again() -> None:
    faults = Faults(longest_delay_s=0)
    outcomes, reached = outcomes_of(faults)
    assert (outcomes, reached) == outcomes_of(faults)
    # Of 400: 20 lost, 20 unheard, 24 answered 500, each with an SD below 5 (seeded).
    assert outcomes["ConnectError"] == pytest.approx(20, abs=15)
    assert outcomes["ReadError"] == pytest.approx(20, abs=15)
    assert outcomes["500"] == pytest.approx(24, abs=15)
    assert outcomes["200"] == 400 - sum(count for name, count in outcomes.items() if name != "200")
