"""What was heard of a recording, from bytes that were sent: ranges joined, and told in time. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

#: bytes before the first sample
_WAV_HEADER = 44
#: ranges that one entry names; where more parts were heard, those that lie nearest to each other are told as one
MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """What the bytes are of."""

    bytes: int
    duration_ms: int
    #: bytes are samples: a place is a time exactly
    wav: bool

    def ms(self, at: int) -> int:
        """The time at which this byte stands; of MP3 and Opus, whose rate varies little, by proportion."""
        header = _WAV_HEADER if self.wav else 0
        whole = max(1, self.bytes - header)
        return min(self.duration_ms, max(0, at - header) * self.duration_ms // whole)


def joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges (first, after) in order, without overlaps; none is lost, and empty ones are none."""
    found: list[tuple[int, int]] = []
    for first, after in sorted(one for one in ranges if one[0] < one[1]):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], after))
        else:
            found.append((first, after))
    while len(found) > MOST:
        near = min(range(len(found) - 1), key=lambda i: found[i + 1][0] - found[i][1])
        found[near : near + 2] = [(found[near][0], found[near + 1][1])]
    return found


def told(ranges: Iterable[tuple[int, int]], sound: Sound) -> list[dict[str, int]]:
    """The ranges as an entry of the audit names them: bytes from `first` to before `after`, and the times of both."""
    return [
        {"first": first, "after": after, "from_ms": sound.ms(first), "to_ms": sound.ms(after)}
        for first, after in joined(ranges)
    ]
