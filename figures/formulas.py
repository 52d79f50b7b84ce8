"""Service levels and shares by name, each with its formula in signs; the catalogue names them. Pure.

Signs, as in docs/figures.md: O offered to the queue, A answered, B given up, F left it, W waits still; O = A + B + F + W.
A(X), B(X): within X seconds; B(s): within the short time. Refuses to divide by nothing: None.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hotline1022.figures.types import CallPart, permille

Counts = Mapping[CallPart, int]
_P = CallPart


def mean(total: int, count: int) -> int | None:
    """Rounded half up; None of nothing."""
    return (total * 2 + count) // (2 * count) if count > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One share: what of what."""

    #: names it in `[figure]` of the catalogue
    id: str
    formula: str
    of: Callable[[Counts], tuple[int, int]]
    #: the part whose list is behind it
    part: CallPart

    def permille(self, counts: Counts) -> int | None:
        """Its value."""
        return permille(*self.of(counts))


#: the service level that is shown where nobody asks for another: it flatters nobody
LEVEL = "sl-strict"
#: all in use; of the same day they give 81.1, 82.7, 83.0 and 86.0 %
LEVELS: tuple[Share, ...] = (
    Share(
        id=LEVEL,
        formula="A(X) / (A + B)",
        of=lambda n: (n[_P.ANSWERED_SOON], n[_P.ANSWERED] + n[_P.GIVEN_UP]),
        part=_P.ANSWERED_SOON,
    ),
    Share(
        id="sl-no-penalty",
        formula="A(X) / (A + B − B(X))",
        of=lambda n: (n[_P.ANSWERED_SOON], n[_P.ANSWERED] + n[_P.GIVEN_UP] - n[_P.GIVEN_UP_SOON]),
        part=_P.ANSWERED_SOON,
    ),
    Share(
        id="sl-no-short",
        formula="A(X) / (A + B − B(s))",
        of=lambda n: (n[_P.ANSWERED_SOON], n[_P.ANSWERED] + n[_P.GIVEN_UP] - n[_P.GIVEN_UP_SHORT]),
        part=_P.ANSWERED_SOON,
    ),
    Share(
        id="sl-both",
        formula="(A(X) + B(X)) / (A + B)",
        of=lambda n: (n[_P.SOON], n[_P.ANSWERED] + n[_P.GIVEN_UP]),
        part=_P.SOON,
    ),
    Share(
        id="sl-answered",
        formula="A(X) / A",
        of=lambda n: (n[_P.ANSWERED_SOON], n[_P.ANSWERED]),
        part=_P.ANSWERED_SOON,
    ),
    Share(
        id="sl-offered",
        formula="A(X) / (A + B + F)",
        of=lambda n: (n[_P.ANSWERED_SOON], n[_P.ANSWERED] + n[_P.GIVEN_UP] + n[_P.LEFT]),
        part=_P.ANSWERED_SOON,
    ),
)
RATES: tuple[Share, ...] = (
    Share(
        id="answer-rate",
        formula="A / O",
        of=lambda n: (n[_P.ANSWERED], n[_P.OFFERED]),
        part=_P.ANSWERED,
    ),
    Share(
        id="abandon-rate",
        formula="B / O",
        of=lambda n: (n[_P.GIVEN_UP], n[_P.OFFERED]),
        part=_P.GIVEN_UP,
    ),
)
LEVEL_BY_ID: Mapping[str, Share] = {one.id: one for one in LEVELS}
