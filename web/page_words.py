"""The words of pages: the catalogue of the house (core/words.py). Refuses keys that are not in it."""

from hotline1022.core.words import Words, words

__all__ = ["Words", "words"]
