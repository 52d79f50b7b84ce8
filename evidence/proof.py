"""What of the audit's chain goes into a package: the entries from filing to the next stamp, and the stamp. Pure.

From filing to the first stamp behind it are the entries of a day at most. Their hashes lead from the originals' hashes to
one that was vouched for from outside; what came after is told by itself, and the package's signature covers it.
"""

import base64
from collections.abc import Sequence
from itertools import pairwise

from hotline1022.audit.types import Entry, Head, Kind, Method, Stamp, canonical, contents
from hotline1022.evidence.package import Member


def lines(entries: Sequence[Entry]) -> bytes:
    """Entries in the form over which their hashes are, one a line."""
    return b"".join(canonical(contents(entry)) + b"\n" for entry in entries)


def linked(entries: Sequence[Entry], stamp: Stamp) -> bool:
    """Whether they lead without a gap from the first to what the stamp vouches for, and the first tells of originals."""
    if not entries or entries[0].kind != Kind.RECORDING_STORED:
        return False
    follows = all(one.sha256 == after.prev for one, after in pairwise(entries))
    return follows and Head(seq=entries[-1].seq, sha256=entries[-1].sha256) == Head(seq=stamp.seq, sha256=stamp.sha256)


def members(folder: str, entries: Sequence[Entry], others: Sequence[Entry], stamp: Stamp, said: bytes) -> list[Member]:
    """The files below `folder`; `said`: the statement that was stamped."""
    proof = base64.b64decode(stamp.proof)
    ours = stamp.method is Method.ED25519
    found = [
        Member(name=f"{folder}/chuoi.jsonl", kind="chain", pieces=[lines(entries)]),
        Member(name=f"{folder}/lien-quan.jsonl", kind="chain", pieces=[lines(others)]),
        Member(name=f"{folder}/dau/statement.json", kind="stamp", pieces=[said]),
        Member(name=f"{folder}/dau/statement.{'sig' if ours else 'tsr'}", kind="stamp", pieces=[proof]),
    ]
    if ours:
        pem = stamp.public_key.encode("ascii")
        found.append(Member(name=f"{folder}/dau/khoa-dau.pem", kind="stamp", pieces=[pem]))
    return found
