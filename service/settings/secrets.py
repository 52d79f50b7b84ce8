"""Generated secrets, one file each, mode 0600, made at first start. Refuses to read a file that others may read."""

import errno
import os
import secrets
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hotline1022.core.errors import ConfigError

#: Letters and digits that nobody confuses when typing them into a phone.
ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
#: Length of a generated secret in characters (115 bits).
LENGTH = 20
#: Bytes of a secret file at most.
MAX_BYTES = 4096
AMI_READER = "ami-reader"
AMI_ACTOR = "ami-actor"
LINKS = "links"
ACCOUNTS = "accounts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What Asterisk and the service share, by the name of its file: `line-101`, `ami-reader`, `ami-actor`, `links`, `accounts`."""

    #: name → secret
    values: Mapping[str, str] = field(repr=False)

    def get(self, name: str) -> str:
        """The secret of this name; ConfigError when there is none."""
        try:
            return self.values[name]
        except KeyError:
            raise ConfigError(
                f"{name}: there is no such secret; restart, so that it is made", error_id="secret-missing"
            ) from None

    def line(self, number: str) -> str:
        """The SIP password of this line's phone."""
        return self.get(f"line-{number}")

    @property
    def ami_reader(self) -> str:
        """Password of the manager account that only reads."""
        return self.get(AMI_READER)

    @property
    def ami_actor(self) -> str:
        """Password of the manager account that only acts."""
        return self.get(AMI_ACTOR)

    @property
    def links(self) -> bytes:
        """What signs the links in messages."""
        return self.get(LINKS).encode()

    @property
    def accounts(self) -> str:
        """What seals second factors."""
        return self.get(ACCOUNTS)


def ensure_secrets(folder: Path, lines: Iterable[str]) -> Secrets:
    """All secrets; the missing ones are made now. A removed line's file is left where it is."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    names = [*(f"line-{line}" for line in lines), AMI_READER, AMI_ACTOR, LINKS, ACCOUNTS]
    return Secrets(values={name: _ensure(folder / name) for name in names})


def read_secret(path: Path, *, forbidden: int = 0o077) -> str:
    """The file's one line; ConfigError when it is missing, empty, or has any of the `forbidden` mode bits."""
    try:
        # Non-blocking, so that a pipe put in the place of the file cannot hang the start.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read ({error.strerror}); create it with the secret in it, mode 0600",
            error_id="secret-missing",
        ) from error
    about = os.fstat(descriptor)
    try:
        if not stat.S_ISREG(about.st_mode):
            raise ConfigError(f"{path}: is not a plain file; put the secret in a plain file", error_id="secret-mode")
        mode = stat.S_IMODE(about.st_mode)
        if mode & forbidden:
            raise ConfigError(
                f"{path}: mode {mode:04o} lets others at the secret; chmod 0600 {path}", error_id="secret-mode"
            )
        content = os.read(descriptor, MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    try:
        text = content.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text; write the secret anew", error_id="secret-invalid") from error
    if not text or len(content) > MAX_BYTES or not text.isprintable():
        raise ConfigError(
            f"{path}: must hold one line of 1 to {MAX_BYTES} bytes; write the secret anew, or delete the file",
            error_id="secret-invalid",
        )
    return text


def _ensure(path: Path) -> str:
    if not os.path.lexists(path):
        try:
            secret = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
            write_once(path, f"{secret}\n".encode())
        except OSError as error:
            raise _unwritable(path, error) from error
    return read_secret(path)


class Beside:
    """The bytes of a new file, durable beside its place under a hidden name; it gets its own when `name` is called, or never."""

    def __init__(self, path: Path, data: bytes, *, mode: int = 0o600) -> None:
        self._path, self._data, self._mode = path, data, mode
        self._beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        _fill(self._beside, data, mode)

    def name(self) -> bool:
        """Give it its name; an existing file is never replaced: then False."""
        try:
            self._path.hardlink_to(self._beside)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
                raise
            try:
                _fill(self._path, self._data, self._mode)
            except FileExistsError:
                return False
        finally:
            self.drop()
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return True

    def drop(self) -> None:
        """Nothing of it stays under the hidden name."""
        self._beside.unlink(missing_ok=True)


def write_once(path: Path, data: bytes, *, mode: int = 0o600) -> bool:
    """Write beside, sync, link: a reader or a crash never sees half a file. An existing one is never replaced: then False.

    OSError where the folder cannot be written. A share that knows no links is written to in place, and read back as whole
    only when it is.
    """
    return Beside(path, data, mode=mode).name()


def _fill(path: Path, data: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink()
        raise


def _unwritable(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"{path}: cannot be written ({error.strerror}); give the service's user the data folder",
        error_id="secret-unwritable",
    )
