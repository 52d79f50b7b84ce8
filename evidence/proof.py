"""What of the audit's chain goes into a package: the entries from filing to the next stamp, and the stamp. Pure.

From filing to the first stamp behind it are the entries of a day at most. Their hashes lead from the originals' hashes to
one that was vouched for from outside; what came after is told by itself, and the package's signature covers it.
"""

import base64
from collections.abc import Sequence
from itertools import pairwise

from hotline1022.audit.types import Entry, Head, Kind, Method, Stamp, canonical, contents


def lines(entries: Sequence[Entry]) -> bytes:
    """Entries in the form over which their hashes are, one a line."""
    return b"".join(canonical(contents(entry)) + b"\n" for entry in entries)


def linked(entries: Sequence[Entry], stamp: Stamp) -> bool:
    """Whether they lead without a gap from the first to what the stamp vouches for, and the first tells of originals."""
    if not entries or entries[0].kind != Kind.RECORDING_STORED:
        return False
    follows = all(one.sha256 == after.prev for one, after in pairwise(entries))
    return follows and Head(seq=entries[-1].seq, sha256=entries[-1].sha256) == Head(seq=stamp.seq, sha256=stamp.sha256)


def files_of(
    entries: Sequence[Entry], others: Sequence[Entry], stamp: Stamp, said: bytes, roots: bytes
) -> list[tuple[str, str, bytes]]:
    """Name, kind and bytes of the files; `said`: the statement that was stamped, `roots`: PEM by which an authority is checked."""
    ours = stamp.method is Method.ED25519
    proof = base64.b64decode(stamp.proof)
    found = [
        ("chuoi.jsonl", "chain", lines(entries)),
        ("lien-quan.jsonl", "chain", lines(others)),
        ("dau/statement.json", "stamp", said),
        (f"dau/statement.{'sig' if ours else 'tsr'}", "stamp", proof),
    ]
    more = ("khoa-dau.pem", stamp.public_key.encode("ascii")) if ours else ("chung-thu.pem", roots)
    return [*found, (f"dau/{more[0]}", "stamp", more[1])]
