"""Recognising words: each sound is played once, and a word of the vocabulary is the answer."""
