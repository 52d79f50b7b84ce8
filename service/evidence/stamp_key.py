"""The key that signs stamps: made at the first start, mode 0600, never replaced. Refuses a file that others may read."""

import base64
import binascii
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from hotline1022.core.errors import ConfigError
from hotline1022.service.settings.secrets import read_secret, write_once

NAME = "stamp-ed25519"


def ensure_key(folder: Path) -> Ed25519PrivateKey:
    """The key of this folder, made now when there is none. Blocks; ConfigError when it cannot be made or read."""
    file = folder / NAME
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists():
            seed = Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
            write_once(file, base64.b64encode(seed) + b"\n")
    except OSError as error:
        text = f"{file}: cannot be written ({error.strerror}); give the service's user the folder, or set audit.keys"
        raise ConfigError(text, error_id="secret-unwritable") from error
    return read_key(folder)


def read_key(folder: Path) -> Ed25519PrivateKey:
    """The key that is there; ConfigError `secret-missing`, `secret-mode`, `secret-invalid`."""
    file = folder / NAME
    text = read_secret(file)
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(text, validate=True))
    except (ValueError, binascii.Error) as error:
        cure = "put back the file from a backup, or move it away so that a new key is made"
        raise ConfigError(f"{file}: is no key of ours; {cure}", error_id="secret-invalid") from error


def our_key(folder: Path) -> Ed25519PrivateKey | None:
    """The key that is there; None when there is none that can be read. Blocks."""
    try:
        return read_key(folder)
    except ConfigError:
        return None
