"""What is given in place of a document that cannot be decoded: whoever reads rows that somebody spoilt goes on with the others.

It is no mapping, no list and no text, so nobody takes it for what should stand there.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecoded:
    """Something that is no document, or one that is nested too deep."""

    #: its beginning, for people
    undecoded: str
