"""How much of what is to be read is read in one go, in bytes: files of a call of hours are long. Reads nothing itself."""


class Budget:
    """How much more may be read; the first file always may."""

    def __init__(self, most: int | None) -> None:
        self._most, self._read = most, 0

    def takes(self, size: int) -> bool:
        """Whether this much more is read."""
        if self._most is not None and self._read and self._read + size > self._most:
            return False
        self._read += size
        return True
