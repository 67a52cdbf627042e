"""Sentences to be spoken: words of the vocabulary between common short words, drawn with a seed.

They mean nothing; they give each word of the vocabulary neighbours, a place in the sentence and the
reductions of running speech.
"""

import numpy as np

_COMMON = """
the a an this that these some any each every no all both one two of in on at by for from with to about
over under after before into and or but if when while as than because so is was are were be been has had have
can could will would may must should did do not very too also then there here it he she they we you i his her
their our my
"""
_BETWEEN = tuple(_COMMON.split())
_LENGTHS = (6, 13)
"""Words of a sentence: from the first to below the second."""


def make_sentences(vocabulary: tuple[str, ...], count: int, rng: np.random.Generator) -> list[list[str]]:
    """`count` sentences as lists of words; equal generators give equal sentences.

    About every other word is one of the vocabulary. Its words come in turn, in an order that is drawn again
    when all have come, so that each is said about equally often. No word follows itself.
    """
    sentences, waiting = [], list[str]()
    for _ in range(count):
        sentence: list[str] = []
        for _ in range(int(rng.integers(*_LENGTHS))):
            if not waiting:
                waiting = [vocabulary[place] for place in rng.permutation(len(vocabulary))]
            last = sentence[-1] if sentence else ""
            of_vocabulary = waiting[-1] != last and (last in _BETWEEN or rng.uniform() < 0.3)
            if of_vocabulary:
                sentence.append(waiting.pop())
            else:
                others = [word for word in _BETWEEN if word != last]
                sentence.append(others[int(rng.integers(len(others)))])
        sentences.append(sentence)
    return sentences
