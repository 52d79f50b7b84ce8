"""Small sums that every part of the bench needs."""

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` percent of all do not exceed (nearest rank); NaN of none."""
    if not values:
        return math.nan
    return sorted(values)[max(math.ceil(share / 100 * len(values)) - 1, 0)]


def milliseconds(value: float) -> str:
    """Seconds for people: 12 ms, 1.24 s."""
    if math.isnan(value):
        return "-"
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"
