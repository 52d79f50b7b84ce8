"""Work that failed is left alone for a while that grows with each failure, so that it holds nothing else up. In memory.

Refuses nothing: after a restart everything is tried once more.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failed:
    times: int
    again_at: datetime


class SetBack(Generic[K]):
    """What failed, by its key; times are aware UTC."""

    def __init__(self, *, first: float, longest: float) -> None:
        """`first`: seconds after the first failure, doubled with each further one up to `longest`."""
        self._first, self._longest = first, longest
        self._failed: dict[K, _Failed] = {}

    def waits(self, key: K, at: datetime) -> bool:
        """Whether it is still to be left alone."""
        found = self._failed.get(key)
        return found is not None and at < found.again_at

    def failed(self, key: K, at: datetime) -> int:
        """Leave it alone from now on; gives how many times it has failed."""
        known = self._failed.get(key)
        times = known.times + 1 if known else 1
        seconds = min(self._longest, self._first * 2.0 ** min(times - 1, 20))
        self._failed[key] = _Failed(times=times, again_at=at + timedelta(seconds=seconds))
        return times

    def done(self, key: K) -> None:
        """It has gone well: nothing is known against it."""
        self._failed.pop(key, None)

    def keep(self, keys: Iterable[K]) -> None:
        """Forget all but these: the others are done."""
        wanted = set(keys)
        self._failed = {key: one for key, one in self._failed.items() if key in wanted}

    def seconds(self, at: datetime) -> float:
        """Until the first of them is to be tried again; infinite when there is none."""
        due = ((one.again_at - at).total_seconds() for one in self._failed.values())
        return max(0.0, min(due, default=float("inf")))
