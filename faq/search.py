"""How answers are found: the keys of a text, the steps of a search, and how well an answer fits. Pure; refuses nothing.

Everything is compared without marks and case, `đ` as `d`; who types marks gets what has the same marks first. Vietnamese
words are mostly two syllables, so pairs of syllables are keys too: `khai_sinh`.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from hotline1022.core.folding import fold
from hotline1022.core.masking import mask_text
from hotline1022.faq.types import Candidate, Text

#: words of a search that count, and characters of one
WORDS, LONGEST = 12, 40
#: characters of a search that are noted
NOTED = 120
_WORD = re.compile(r"[^\W_]+")
#: digits with what people put between them
_DIGITS = re.compile(r"\+?\d(?:[ .\-()]{0,2}\d){5,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A search as it is compared."""

    words: tuple[str, ...]
    #: the words with their marks, in small letters
    marked: str
    #: the last word may be half typed
    open: bool

    @property
    def steps(self) -> list[list[str]]:
        """Keys that an answer must have all of, the best step first."""
        found = [_steps(self.words)]
        if self.open and len(self.words) > 1:
            found.append(_steps(self.words[:-1]))
        return [step for steps in found for step in steps]

    @property
    def pairs(self) -> tuple[str, ...]:
        """Pairs of neighbours."""
        return pairs_of(self.words)


def _steps(words: Sequence[str]) -> list[list[str]]:
    pairs = pairs_of(words)
    side_by_side = [in_question(pairs)] if pairs else []
    return [*side_by_side, in_question(words), in_answer(words)]


def words_of(text: str) -> list[str]:
    """Words without marks and case, in their order."""
    return [one[:LONGEST] for one in _WORD.findall(fold(text))]


def pairs_of(words: Sequence[str]) -> tuple[str, ...]:
    """Pairs of neighbours, each once."""
    return tuple(dict.fromkeys(f"{a}_{b}" for a, b in itertools.pairwise(words)))


def keys_of(text: Text) -> list[str]:
    """What an answer is found by: `q:` words and pairs of question and keywords, `a:` words of the answer too.

    A pair does not go over the end of a keyword.
    """
    found: dict[str, None] = {}
    for part in (text.question, *re.split(r"[,;\n]", text.keywords)):
        words = words_of(part)
        found |= dict.fromkeys(in_question((*words, *pairs_of(words))))
    found |= dict.fromkeys(in_answer(words_of(f"{text.question} {text.keywords} {text.answer}")))
    return list(found)


def in_question(words: Iterable[str]) -> list[str]:
    """Keys of words or pairs in question and keywords."""
    return [f"q:{word}" for word in words]


def in_answer(words: Iterable[str]) -> list[str]:
    """Keys of words anywhere."""
    return [f"a:{word}" for word in words]


def query_of(text: str, *, typing: bool) -> Query:
    """The search of what was typed; no words: nothing can be found."""
    words = tuple(words_of(text)[:WORDS])
    marked = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    ended = bool(text) and not text[-1].isalnum()
    return Query(words=words, marked=marked, open=typing and not ended)


def best(query: Query, found: Iterable[Candidate], today: date) -> list[Candidate]:
    """Best first; of two that fit as well the one with the shorter question, so that the order is always the same."""
    return sorted(found, key=lambda one: (-fit(query, one, today), len(one.question), one.entry))


def fit(query: Query, one: Candidate, today: date) -> float:
    """How well an answer fits: greater is better."""
    question, keywords = _WORD.findall(one.folded), words_of(one.keywords)
    asked, points = " ".join(query.words), 0.0
    if f" {asked}" in f" {' '.join(question)}":
        points += 60
    elif f" {asked}" in f" {' '.join(keywords)}":
        points += 45
    if question == list(query.words):
        points += 30
    pairs = {*pairs_of(question), *pairs_of(keywords)}
    points += 8 * sum(pair in pairs for pair in query.pairs)
    of_question = set(question)
    both = sum(word in of_question for word in query.words)
    points += 5 * both + 3 * sum(word in keywords for word in query.words)
    if query.words and any(word.startswith(query.words[-1]) for word in question):
        points += 2
    # the same marks: khai sinh, not khải sình
    if query.marked in f"{one.question} {one.keywords}".casefold():
        points += 10
    # of two the one that speaks of little else
    points += 10 * both / max(1, len(question))
    if one.valid_to is not None and today > one.valid_to:
        points -= 20
    return points


def noted(text: str) -> tuple[str, str]:
    """What may be written down of a search that had no answer, as folded key and as typed: no number of anybody is in it."""
    plain = " ".join(_DIGITS.sub(" ", unicodedata.normalize("NFC", text)).split())
    typed = " ".join(word for word in plain.split() if mask_text(word) == word and word.isprintable())[:NOTED].strip()
    return " ".join(words_of(typed)), typed
