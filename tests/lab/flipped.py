"""A file with one bit that is another. Refuses nothing."""

from pathlib import Path


def flip(file: Path) -> None:
    """In the middle; once more puts it right."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
