"""What a restore says of the stamps that vouch for what it put back from: the tail was cut, by whom and when. Pure.

Refuses what is not signed by our key over the very place in the chain: whoever can write rows alone cannot excuse a cut tail.
"""

import base64
import binascii
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from hotline1022.audit.stamps import fingerprint, pem_of
from hotline1022.audit.types import Entry, Fault, Finding, Head, Stamp, canonical
from hotline1022.core.clock import local


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """A stamp in the second place that vouches for an entry behind the last one that was put back."""

    name: str
    seq: int
    sha256: str


def later_than(head: Head, stamps: Iterable[Stamp]) -> tuple[Later, ...]:
    """Those of the stamps, by name."""
    some = [Later(name=one.name, seq=one.seq, sha256=one.sha256) for one in stamps if one.seq > head.seq]
    return tuple(sorted(some, key=lambda one: one.name))


def detail_of(
    manifest: str, head: Head, later: Sequence[Later], key: Ed25519PrivateKey | None, *, seen: bool
) -> dict[str, object]:
    """What an entry `backup-restored` says of the cut, signed where our key is here; `seen`: the second place could be read."""
    detail: dict[str, object] = {"place": "read" if seen else "away", "later": list(map(_plain, later))}
    if key is not None and later:
        signature = key.sign(_statement(manifest, head, later))
        detail["public_key"] = pem_of(key.public_key())
        detail["signature"] = base64.b64encode(signature).decode("ascii")
    return detail


def excused(entry: Entry, keys: Collection[str]) -> tuple[Later, ...]:
    """The stamps whose entries this restore cut off; none where it is not signed by one of these keys. `keys`: fingerprints."""
    later = _later(entry.told.get("later"))
    before = Head(seq=entry.seq - 1, sha256=entry.prev)
    try:
        signature = base64.b64decode(str(entry.told.get("signature", "")), validate=True)
        public = load_pem_public_key(str(entry.told.get("public_key", "")).encode("ascii"))
        if not isinstance(public, Ed25519PublicKey) or fingerprint(public) not in keys:
            return ()
        public.verify(signature, _statement(str(entry.told.get("manifest")), before, later))
    except (ValueError, binascii.Error, UnsupportedAlgorithm, InvalidSignature):
        return ()
    return tuple(one for one in later if one.seq >= entry.seq)


def remark(entry: Entry, cut: Sequence[Later]) -> Finding:
    """That a restore put an older state back: told for ever."""
    text = (
        f"entry {entry.seq}: on {local(entry.at):%F %H:%M} {entry.actor} put back the {entry.subject.replace(':', ' ')}, "
        f"made at {entry.told.get('made_at', '?')}: what was written after it is lost"
    )
    if cut:
        text += (
            f"; {len(cut)} stamps in the second place vouch for some of that, up to entry {max(one.seq for one in cut)}"
        )
    return Finding(fault=Fault.RESTORED, seq=entry.seq, name=entry.subject, text=text)


def unexcused(entry: Entry) -> str:
    """What whoever looks at a cut tail behind this restore must do."""
    why = {"away": "the second place could not be read then"}.get(str(entry.told.get("place")), "")
    why = why or ("our key was not here then" if "signature" not in entry.told else "it does not name this stamp")
    return (
        f". Entry {entry.seq} tells of a restore by {entry.actor}, but excuses nothing ({why}): if that is where the tail went, "
        "write it down, and move the stamp's file out of the second place to where it is kept"
    )


def _statement(manifest: str, head: Head, later: Sequence[Later]) -> bytes:
    said = {"chain": "hotline1022", "restored": manifest, "seq": head.seq, "sha256": head.sha256}
    return canonical({**said, "later": list(map(_plain, later))})


def _plain(one: Later) -> dict[str, object]:
    return {"name": one.name, "seq": one.seq, "sha256": one.sha256}


def _later(told: object) -> tuple[Later, ...]:
    """ValueError is none: what cannot be read fits no signature."""
    if not isinstance(told, list):
        return ()
    return tuple(Later(**one) for one in told if isinstance(one, Mapping) and _is_one(one))


def _is_one(one: Mapping[str, object]) -> bool:
    texts = isinstance(one.get("name"), str) and isinstance(one.get("sha256"), str)
    return one.keys() == {"name", "seq", "sha256"} and texts and type(one.get("seq")) is int
