"""The sounds of the headphone check are those that were published, and the server scores what it drew."""

import io
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.io import wavfile

from app.steps.headphone_check import HeadphoneCheck, HeadphoneCheckParameters, HeadphoneCheckRecord
from app.steps.headphone_sounds import RATES_HZ, SOUNDS, Part, Sound, drawn, wav
from app.steps.registry import KINDS, parameters_of
from app.steps.step import Parts, Setting, Step
from app.stimuli.wav import CHUNKS, chunk_names
from app.tasks.registry import TASKS

KIND = HeadphoneCheck()
BOTH = HeadphoneCheckParameters(method="both")
SETTING = Setting(TASKS["words"], (), Parts(0, 0, 1))


def secret(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def samples_of(data: bytes) -> tuple[int, NDArray[np.float64]]:
    rate_hz, samples = wavfile.read(io.BytesIO(data))
    assert samples.dtype == np.int16
    return rate_hz, samples / 32767


def bursts_of(rate_hz: int, samples: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """The bursts of 1.000 s, after checking that there is silence in the 0.5 s between them."""
    count = (len(samples) + rate_hz // 2) // (3 * rate_hz // 2)
    bursts = []
    for number in range(count):
        start = number * 3 * rate_hz // 2
        bursts.append(samples[start : start + rate_hz])
        assert not samples[start + rate_hz : start + 3 * rate_hz // 2].any()
    return bursts


def level_db(burst: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each ear between the ramps, dB re full scale."""
    steady = burst[len(burst) // 10 : -len(burst) // 10]
    return np.asarray(20 * np.log10(np.sqrt(np.mean(steady**2, axis=0))))


@pytest.mark.parametrize("sound", SOUNDS["antiphase"], ids=lambda sound: " ".join(sound.bursts))
def test_antiphase_tones_have_the_published_levels_and_phases(sound: Sound) -> None:
    rate_hz, samples = samples_of(wav(sound, secret()))
    assert len(samples) == 4 * rate_hz  # three tones of 1.000 s, two gaps of 0.5 s
    tones = dict(zip(sound.bursts, bursts_of(rate_hz, samples), strict=True))
    assert level_db(tones["standard"]) == pytest.approx([-16.99, -16.99], abs=0.01)
    assert level_db(tones["foil"]) == pytest.approx([-16.99, -16.99], abs=0.01)
    assert level_db(tones["standard"]) - level_db(tones["target"]) == pytest.approx([6, 6], abs=0.005)
    for name, tone in tones.items():
        left, right = tone.T
        assert np.array_equal(right, -left if name == "foil" else left)
        spectrum = np.abs(np.fft.rfft(left))
        assert spectrum.argmax() == 200  # bins of 1 Hz
        assert (spectrum[150:251] ** 2).sum() > 0.9999 * (spectrum**2).sum()
    assert sound.bursts[sound.right - 1] == "target"


def test_ramps_last_a_tenth_of_a_second() -> None:
    rate_hz, samples = samples_of(wav(SOUNDS["antiphase"][0], secret()))
    tone = bursts_of(rate_hz, samples)[0][:, 0]
    peaks = np.abs(tone).reshape(-1, rate_hz // 200).max(axis=1)  # of each period
    assert peaks[0] < 0.01 * 0.2
    assert peaks[10] == pytest.approx(0.1, rel=0.2)  # half-way up after 50 ms
    assert peaks[20:180] == pytest.approx(0.2, rel=0.001)
    assert peaks[::-1] == pytest.approx(peaks, abs=0.02)


def test_huggins_pitch_is_a_turn_of_the_phase_in_a_narrow_band() -> None:
    for sound in SOUNDS["huggins"]:
        rate_hz, samples = samples_of(wav(sound, secret()))
        bursts = bursts_of(rate_hz, samples)
        for burst in bursts:
            assert level_db(burst) == pytest.approx([-20, -20], abs=0.15)  # RMS 0.1
        pitched = [n for n, burst in enumerate(bursts, 1) if not np.array_equal(*burst.T)]
        assert pitched == [sound.right]
        left, right = np.fft.rfft(bursts[sound.right - 1], axis=0).T
        phase = np.cos(np.angle(left) - np.angle(right))
        turned = np.median(phase[566:635]), np.median(phase[:562]), np.median(phase[638:])
        assert turned == pytest.approx((-1, 1, 1), abs=0.01)  # 564 to 636 Hz: 600 Hz +- 6 %
        power = np.abs(np.fft.rfft(bursts[0][:, 0])) ** 2
        assert np.corrcoef(np.arange(len(power)), power)[0, 1] == pytest.approx(0, abs=0.03)  # white
        one_ear = np.abs(left[500:700]).mean() / np.abs(right[500:700]).mean()
        assert one_ear == pytest.approx(1, abs=0.02)  # no ear alone can tell


def test_sides_are_matched_in_level_so_that_one_ear_cannot_tell_one_from_both() -> None:
    ears = {sound.bursts[0]: samples_of(wav(sound, secret()))[1].T for sound in SOUNDS["sides"]}
    assert not ears["left"][1].any() and not ears["right"][0].any()
    assert np.array_equal(ears["left"][0], ears["both"][0])
    assert np.array_equal(ears["right"][1], ears["both"][1])
    assert level_db(ears["both"].T) == pytest.approx([-16.99, -16.99], abs=0.01)
    assert [sound.right for sound in SOUNDS["sides"]] == [1, 2, 3]


@pytest.mark.parametrize("part", SOUNDS)
def test_files_of_a_part_have_one_length_and_one_header(part: Part) -> None:
    files = [wav(sound, secret(seed)) for seed, sound in enumerate(SOUNDS[part] * 2)]
    assert len({(len(data), data[:44]) for data in files}) == 1
    assert chunk_names(files[0]) == CHUNKS
    assert samples_of(files[0])[0] == RATES_HZ[part]


def test_six_trials_have_all_six_orders_and_each_answer_twice() -> None:
    seen = set()
    for seed in range(40):
        sounds = drawn(BOTH.sounds, secret(seed))
        assert [sound.part for sound in sounds] == ["sides"] * 6 + ["antiphase"] * 6 + ["huggins"] * 6
        assert {sound.bursts for sound in sounds[6:12]} == {sound.bursts for sound in SOUNDS["antiphase"]}
        for part in (sounds[:6], sounds[6:12], sounds[12:]):
            assert Counter(sound.right for sound in part) == {1: 2, 2: 2, 3: 2}
        assert sounds == drawn(BOTH.sounds, secret(seed))
        seen.add(tuple(sound.right for sound in sounds))
    assert len(seen) == 40


@pytest.mark.parametrize("trials", [1, 4, 7, 60])
def test_any_number_of_trials_is_as_even_as_it_can_be(trials: int) -> None:
    parts = HeadphoneCheckParameters(trials=trials, pass_mark=0).sounds
    sounds = drawn(parts, secret())
    assert [sound.part for sound in sounds] == parts
    orders = Counter(sound.bursts for sound in sounds if sound.part == "antiphase")
    assert max(orders.values()) <= -(-trials // 6)


def judged(
    answers: str | None, parameters: HeadphoneCheckParameters = BOTH
) -> tuple[Sequence[object], str | None]:
    record = HeadphoneCheckRecord(sound_answers=answers, right_answers="111", correct_sides=6)
    judgement = KIND.judged(parameters, record, secret())
    kept = judgement.record
    assert isinstance(kept, HeadphoneCheckRecord)
    assert kept.right_answers == right_answers(parameters)  # never what a page said
    return (kept.correct_sides, kept.correct_antiphase, kept.correct_huggins), judgement.outcome


def right_answers(parameters: HeadphoneCheckParameters) -> str:
    return str(KIND.solved(parameters, {}, secret(), passes=True)["sound_answers"])


def spoilt(right: str, *places: int) -> str:
    wrong = {place: "-" if place % 2 else str(int(right[place]) % 3 + 1) for place in places}
    return "".join(wrong.get(place, answer) for place, answer in enumerate(right))


def test_each_part_must_be_passed() -> None:
    right = right_answers(BOTH)
    assert judged(right) == ((6, 6, 6), None)
    assert judged(spoilt(right, 0, 7, 14)) == ((5, 5, 5), None)
    assert judged(spoilt(right, 0, 1)) == ((4, 6, 6), "headphones")
    assert judged(spoilt(right, 6, 7)) == ((6, 4, 6), "headphones")
    assert judged(spoilt(right, 16, 17)) == ((6, 6, 4), "headphones")
    assert judged(right[:16]) == ((6, 6, 4), "headphones")  # the rest was not answered
    assert judged(None) == ((0, 0, 0), "headphones")


def test_parts_that_are_not_asked_have_no_count() -> None:
    only = HeadphoneCheckParameters(method="huggins", sides=False, trials=3, pass_mark=2)
    assert judged(right_answers(only), only) == ((None, None, 3), None)


def test_one_earpiece_fails_although_antiphase_is_passed() -> None:
    """The left ear alone: the softest tone is the target, and a tone is on the left or not at all."""
    default = HeadphoneCheckParameters()
    heard = ""
    for number in range(12):
        file = KIND.file(default, number, secret())
        assert file is not None
        left = samples_of(file.data)[1][:, 0]
        if number < 6:
            heard += "1" if left.any() else "3"
        else:
            heard += str(1 + int(np.argmin([np.abs(left[n * 12_000 :][:8_000]).max() for n in range(3)])))
    assert judged(heard, default) == ((4, 6, None), "headphones")


def test_the_files_are_those_of_the_sounds_that_are_scored() -> None:
    sounds = drawn(BOTH.sounds, secret())
    for number in (0, 7, 17):
        file = KIND.file(BOTH, number, secret())
        assert file is not None and file.media_type == "audio/wav"
        assert file.data == wav(sounds[number], secret().spawn(number + 1)[number])
    assert KIND.file(BOTH, 18, secret()) is None
    noises = [KIND.file(BOTH, number, secret()) for number in (12, 13)]
    assert noises[0] != noises[1]


def test_who_is_simulated_guesses_unless_told_to_pass_or_to_fail() -> None:
    default = HeadphoneCheckParameters()
    told = KIND.told(Step(0, default, 0), SETTING)
    guesses = [KIND.simulate(told, secret(seed)) for seed in range(200)]
    outcomes = [judged(guess["sound_answers"], default)[1] for guess in guesses]
    assert outcomes.count(None) <= 2
    failing = KIND.solved(default, guesses[0], secret(), passes=False)
    assert judged(failing["sound_answers"], default) == ((6, 0, None), "headphones")
    passing = KIND.solved(default, guesses[0], secret(), passes=True)
    assert judged(passing["sound_answers"], default) == ((6, 6, None), None)
    assert {**failing, "sound_answers": ""} == {**guesses[0], "sound_answers": ""}


def test_the_sentence_has_the_parameters_that_were_used() -> None:
    assert KIND.sentence(
        HeadphoneCheckParameters(method="huggins", sides=False, trials=8, pass_mark=7), SETTING
    ) == (
        "In a headphone check participants had to name the one of three noises that had a Huggins pitch of "
        "600 Hz (Milne et al. 2021); 8 sounds were played, each once. Those with fewer than 7 right answers "
        "took no further part."
    )
    sentence = KIND.sentence(BOTH, SETTING)
    assert "6 sounds of each kind" in sentence and "fewer than 5 right answers of each kind" in sentence
    assert "left ear" in sentence and "Woods et al. 2017" in sentence and "Milne et al. 2021" in sentence


def test_the_sentence_about_the_volume_is_true() -> None:
    level = parameters_of("sound_level")
    without = TASKS["words"], (), Parts(0, 0, 1)
    assert "no headphone check was made" in KINDS["sound_level"].sentence(level, Setting(*without))
    checked = Setting(*without, kinds=frozenset({"sound_level", "headphone_check"}))
    assert KINDS["sound_level"].sentence(level, checked) == (
        "The participant set the volume with a noise of the sounds\u2019 level."
    )


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"method": "guess"}, "method: Input should be 'antiphase', 'huggins' or 'both'"),
        ({"trials": 3}, "pass_mark: 5 of 3 trials cannot be right"),
        ({"trials": 61}, "trials: Input should be less than or equal to 60"),
        ({"sides": "left"}, "sides: Input should be a valid boolean"),
    ],
)
def test_parameters_that_make_no_check_are_refused(fields: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match="headphone_check: ") as refused:
        parameters_of({"kind": "headphone_check", **fields})
    assert problem in str(refused.value)
