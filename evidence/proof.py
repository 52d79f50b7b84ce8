"""What of the audit's chain goes into a package: the entry of the filing, the stamped list that has it, what happened to the
recording besides. Pure; nothing of what other people did with other things.

The entry's hash stands in the list, the list's in an entry, and that one's in the stamp: docs/decisions/018-one-filing-by-itself.md.
"""

import base64
from collections.abc import Sequence

from hotline1022.audit.types import Entry, Kind, Method, Stamp, canonical, contents, hash_of


def lines(entries: Sequence[Entry]) -> bytes:
    """Entries in the form over which their hashes are, one a line."""
    return b"".join(canonical(contents(entry)) + b"\n" for entry in entries)


def whole(stored: Entry, listed: Entry) -> bool:
    """Whether these are a filing and a list, with the hashes of what they say."""
    kinds = (stored.kind, listed.kind) == (Kind.RECORDING_STORED, Kind.CHAIN_LISTED)
    return kinds and all(hash_of(one) == one.sha256 for one in (stored, listed))


def files_of(
    entries: Sequence[Entry], listed: bytes, others: Sequence[Entry], stamp: Stamp, said: bytes, roots: bytes
) -> list[tuple[str, str, bytes]]:
    """Name, kind and bytes of the files; `listed`: the lines of the list, `said`: the statement that was stamped, `roots`: PEM by
    which an authority is checked.
    """
    ours = stamp.method is Method.ED25519
    proof = base64.b64decode(stamp.proof)
    found = [
        ("chuoi.jsonl", "chain", lines(entries)),
        ("danh-muc.txt", "chain", listed),
        ("lien-quan.jsonl", "chain", lines(others)),
        ("dau/statement.json", "stamp", said),
        (f"dau/statement.{'sig' if ours else 'tsr'}", "stamp", proof),
    ]
    more = ("khoa-dau.pem", stamp.public_key.encode("ascii")) if ours else ("chung-thu.pem", roots)
    return [*found, (f"dau/{more[0]}", "stamp", more[1])]
