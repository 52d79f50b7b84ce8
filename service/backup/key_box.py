"""Keys and secrets in one file under a passphrase: scrypt, then AES-256-GCM. Refuses short passphrases and a touched file.

magic 8 | version 1 | log2 of scrypt's n 1 | 0 0 | salt 16 | nonce 12 | JSON {name: base64}, encrypted, and its tag 16
"""

import base64
import json
import os
import struct
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from hotline1022.core.errors import ConfigError, HotlineError, Invalid, Refused, Unavailable
from hotline1022.recordings.files import no_room
from hotline1022.service.settings.secrets import Beside

_MAGIC, _VERSION, _SALT, _NONCE = b"HL1022KB", 1, 16, 12
_HEAD = struct.Struct("<8sBB2x")
#: 128 MiB and about half a second for each guess
_LOG_N, _R, _P = 17, 8, 1
#: characters of a passphrase at least
SHORTEST = 12
LARGEST = 4 * 1024 * 1024


def check_passphrase(passphrase: str) -> str:
    """The passphrase; Invalid `passphrase-short`."""
    if len(passphrase) < SHORTEST:
        raise Invalid(f"the passphrase is too short; take {SHORTEST} characters or more", error_id="passphrase-short")
    return passphrase


class NewBox:
    """A new file, mode 0600, all written and durable, but without its name yet. Blocks while it is made.

    Refused `key-box-exists`, Invalid `passphrase-short`, ConfigError `key-box-unwritable`, Unavailable `disk-full`.
    """

    def __init__(self, path: Path, contents: Mapping[str, bytes], passphrase: str) -> None:
        self._path = path
        salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
        head = _HEAD.pack(_MAGIC, _VERSION, _LOG_N)
        plain = json.dumps({name: base64.b64encode(data).decode() for name, data in contents.items()}).encode()
        sealed = AESGCM(_key(check_passphrase(passphrase), salt, _LOG_N)).encrypt(nonce, plain, head + salt)
        must_be_new(path)
        try:
            self._beside = Beside(path, head + salt + nonce + sealed)
        except OSError as error:
            raise _unwritable(path, error) from error

    def name(self) -> None:
        """From now on it is there, whole."""
        try:
            if not self._beside.name():
                raise _there(self._path)
        except OSError as error:
            raise _unwritable(self._path, error) from error

    def drop(self) -> None:
        """It is not wanted any more, or has its name."""
        self._beside.drop()


def _unwritable(path: Path, error: OSError) -> HotlineError:
    if no_room(error):
        return Unavailable(f"the disk of {path} is full; free some space, then begin again", error_id="disk-full")
    text = f"{path}: cannot be written ({error.strerror}); choose another place for the keys"
    return ConfigError(text, error_id="key-box-unwritable")


def must_be_new(path: Path) -> None:
    """Refused `key-box-exists` when something has that name."""
    if os.path.lexists(path):
        raise _there(path)


def _there(path: Path) -> Refused:
    return Refused(f"{path} is there already; choose another name for the keys", error_id="key-box-exists")


def read_box(path: Path, passphrase: str) -> dict[str, bytes]:
    """What is in it. ConfigError `key-box-unreadable`, Refused `key-box-refused`: the passphrase is another, or it was touched."""
    try:
        data = path.read_bytes()[:LARGEST]
    except OSError as error:
        text = f"{path}: cannot be read ({error.strerror}); name the file that backup --keys wrote"
        raise ConfigError(text, error_id="key-box-unreadable") from error
    start = _HEAD.size + _SALT + _NONCE
    if len(data) < start or data[:8] != _MAGIC or data[8] != _VERSION or not 14 <= data[9] <= 20:
        raise ConfigError(f"{path}: is not what backup --keys writes; name that file", error_id="key-box-unreadable")
    salt, nonce = data[_HEAD.size : _HEAD.size + _SALT], data[_HEAD.size + _SALT : start]
    try:
        plain = AESGCM(_key(passphrase, salt, data[9])).decrypt(nonce, data[start:], data[: _HEAD.size + _SALT])
    except InvalidTag as error:
        text = f"{path}: the passphrase is another, or the file was changed; try again, or take another copy"
        raise Refused(text, error_id="key-box-refused") from error
    return {name: base64.b64decode(one) for name, one in json.loads(plain).items()}


def _key(passphrase: str, salt: bytes, log_n: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=1 << log_n, r=_R, p=_P).derive(passphrase.encode())
