"""The second factor: codes of six digits by time (RFC 6238). Refuses a code that was used, and one older than half a minute.

What it is made from is kept sealed (AES-256-GCM) under a key that lies outside the database.
"""

import hmac
import re
from base64 import b32encode
from datetime import datetime
from secrets import token_bytes
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, Hash
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP_SECONDS, DIGITS, SECRET_BYTES, NONCE_BYTES = 30, 6, 20, 12
#: steps that a telephone's clock may be behind or ahead
LEEWAY = 1
_CODE = re.compile(r"[0-9]{6}")


def new_secret() -> bytes:
    """Of a new factor."""
    return token_bytes(SECRET_BYTES)


def step_of(secret: bytes, code: str, at: datetime, after: int) -> int | None:
    """The step of 30 s whose code this is, later than `after`; None: wrong, too old, or used."""
    digits = "".join(code.split())
    if _CODE.fullmatch(digits) is None:
        return None
    made = TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)
    now = int(at.timestamp()) // STEP_SECONDS
    steps = [step for step in range(now - LEEWAY, now + LEEWAY + 1) if step > after]
    right = [step for step in steps if hmac.compare_digest(made.generate(step * STEP_SECONDS), digits.encode())]
    return right[0] if right else None


def typed(secret: bytes) -> str:
    """The secret for who types it into a telephone: base 32 in groups of four."""
    text = b32encode(secret).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def address(secret: bytes, login: str, issuer: str) -> str:
    """What the QR code holds, as telephones read it (Key URI format)."""
    text = b32encode(secret).decode().rstrip("=")
    return f"otpauth://totp/{quote(issuer)}:{quote(login)}?secret={text}&issuer={quote(issuer)}"


def seal(secret: bytes, user: str, key: str) -> bytes:
    """For the database: good for this user alone."""
    nonce = token_bytes(NONCE_BYTES)
    return nonce + AESGCM(_key(key)).encrypt(nonce, secret, user.encode())


def unseal(sealed: bytes, user: str, key: str) -> bytes | None:
    """The secret; None where the key is another one, or the row was tampered with."""
    try:
        return AESGCM(_key(key)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], user.encode())
    except (InvalidTag, ValueError):
        return None


def _key(text: str) -> bytes:
    digest = Hash(SHA256())
    digest.update(b"hl1022 second factor\0" + text.encode())
    return digest.finalize()
