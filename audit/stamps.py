"""What a stamp vouches for, and whether it does. Pure: no network, no clock, no key file. Trusts no key that it is not told.

A stamp is over `statement(...)`, a line of JSON that anybody can write down again from the entry.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import TimeStampResponse, VerificationError, VerifierBuilder, decode_timestamp_response

from hotline1022.audit.types import Head, Method, Stamp, canonical, written

#: of a file in the second place
SUFFIX = ".json"


def statement(head: Head, at: datetime) -> bytes:
    """What is signed or time-stamped: the entry's number and hash, and when we asked."""
    return canonical({"at": written(at), "chain": "hotline1022", "seq": head.seq, "sha256": head.sha256})


def name_of(head: Head, at: datetime) -> str:
    """The stamp's name; names are in the order of the entries."""
    return f"stamp-{head.seq:012d}-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of the key's SubjectPublicKeyInfo, hexadecimal: `openssl pkey -pubin -outform DER | sha256sum`."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def pem_of(key: Ed25519PublicKey) -> str:
    """The key as openssl reads it."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def signed(head: Head, at: datetime, key: Ed25519PrivateKey) -> Stamp:
    """A stamp by our own key."""
    public = key.public_key()
    return Stamp(
        name=name_of(head, at),
        seq=head.seq,
        sha256=head.sha256,
        at=at,
        method=Method.ED25519,
        proof=base64.b64encode(key.sign(statement(head, at))).decode("ascii"),
        key=fingerprint(public),
        public_key=pem_of(public),
    )


def vouched(head: Head, at: datetime, answer: TimeStampResponse, roots: Sequence[x509.Certificate]) -> Stamp:
    """A stamp by an authority, from its answer that was checked."""
    return Stamp(
        name=name_of(head, at),
        seq=head.seq,
        sha256=head.sha256,
        at=at,
        method=Method.TSA,
        proof=base64.b64encode(answer.as_bytes()).decode("ascii"),
        key=_signer(answer, roots),
    )


def own_certificate(roots: Sequence[x509.Certificate]) -> x509.Certificate | None:
    """The authority's own certificate, where it is among those that are trusted: then an answer need not bring it along."""
    for one in roots:
        try:
            uses = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except x509.ExtensionNotFound:
            continue
        if ExtendedKeyUsageOID.TIME_STAMPING in uses:
            return one
    return None


def _signer(answer: TimeStampResponse, roots: Sequence[x509.Certificate]) -> str:
    """Fingerprint of the key of the certificate that signed."""
    (signer,) = answer.signed_data.signer_infos
    for certificate in (*map(x509.load_der_x509_certificate, answer.signed_data.certificates), *roots):
        if (certificate.issuer, certificate.serial_number) == (signer.issuer, signer.serial_number):
            public = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            return hashlib.sha256(public).hexdigest()
    raise ValueError("the certificate that signed is not known")


def fault_of(stamp: Stamp, *, keys: Collection[str], roots: Sequence[x509.Certificate]) -> str:
    """Why the stamp does not vouch for its entry; "" when it does. `keys`: fingerprints of our keys that are trusted."""
    try:
        proof = base64.b64decode(stamp.proof, validate=True)
        said = statement(Head(seq=stamp.seq, sha256=stamp.sha256), stamp.at)
        if stamp.method is Method.ED25519:
            return _of_key(stamp, proof, said, keys)
        return _of_authority(proof, said, roots)
    except (ValueError, binascii.Error, UnsupportedAlgorithm) as error:
        return f"it cannot be read: {error}"


def _of_key(stamp: Stamp, proof: bytes, said: bytes, keys: Collection[str]) -> str:
    public = load_pem_public_key(stamp.public_key.encode("ascii"))
    if not isinstance(public, Ed25519PublicKey):
        return "its key is no Ed25519 key"
    if fingerprint(public) != stamp.key:
        return "its key is not the one whose fingerprint it names"
    if stamp.key not in keys:
        return f"its key {stamp.key[:16]}… is none that the chain tells of"
    try:
        public.verify(proof, said)
    except InvalidSignature:
        return "its signature does not fit"
    return ""


def _of_authority(proof: bytes, said: bytes, roots: Sequence[x509.Certificate]) -> str:
    if not roots:
        return "no certificate of an authority is trusted; set audit.tsa_roots"
    return authority_fault(decode_timestamp_response(proof), said, roots)


def authority_fault(
    answer: TimeStampResponse, said: bytes, roots: Sequence[x509.Certificate], *, nonce: int | None = None
) -> str:
    """Why an authority's answer does not vouch for what was said; "" when it does."""
    try:
        builder = VerifierBuilder(roots=list(roots), nonce=nonce, tsa_certificate=own_certificate(roots))
        builder.build().verify_message(answer, said)
    except (VerificationError, ValueError) as error:
        return str(error)
    return ""


def as_file(stamp: Stamp) -> bytes:
    """The stamp as its file in the second place holds it."""
    head = Head(seq=stamp.seq, sha256=stamp.sha256)
    values = {
        **asdict(stamp),
        "at": written(stamp.at),
        "sent_to": list(stamp.sent_to),
        "statement": statement(head, stamp.at).decode(),
    }
    return (json.dumps(values, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def from_file(data: bytes) -> Stamp:
    """The stamp of such a file; ValueError when it is none."""
    try:
        values = dict(json.loads(data))
        values.pop("statement", None)
        return Stamp(
            **{
                **values,
                "at": datetime.fromisoformat(values["at"]),
                "method": Method(values["method"]),
                "sent_to": tuple(values["sent_to"]),
            }
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"it is no stamp: {error}") from error
