"""A package of evidence: a ZIP that a stranger checks with `sha256sum` and `openssl` alone. Refuses a name that leads elsewhere.

Written in pieces, so that memory stays flat; under a hidden name until it is whole and durable. The same members, time and
key give the same bytes.
"""

import hashlib
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from hotline1022.core.clock import local

#: file mode of a package
MODE = 0o640
README, MANIFEST, SUMS, KEY = "DOC-TOI-TRUOC.txt", "manifest.json", "SHA256SUMS", "khoa-cong-khai.pem"
#: what follows the name of a signed member
SIGNATURE = ".sig"
_NAME = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._~/-]{0,250}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file of the package; its bytes are read once."""

    name: str
    #: `original`, `copy`, `excerpt`, `excerpt-copy`, `cut`, `timeline`, `chain`, `stamp`, `readme`, `key`
    kind: str
    pieces: Iterable[bytes]
    #: what it must be; "" = nothing is known beforehand
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """An Ed25519 key that signs."""

    sign: Callable[[bytes], bytes]
    #: of the public key, as openssl reads it
    pem: str
    #: SHA-256 of the public key as `openssl pkey -pubin -outform DER` writes it, hexadecimal
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A whole package."""

    path: Path
    sha256: str
    bytes: int


class Changed(ValueError):
    """A member is not what was stored."""


def _readme(key: Signing, *, excerpt: bool) -> bytes:
    """How to check the package, in Vietnamese."""
    folder = files("hotline1022.evidence")
    text, more = ((folder / name).read_text(encoding="utf-8") for name in ("readme.txt", "readme-excerpt.txt"))
    return text.replace("{excerpt}", more if excerpt else "").replace("{fingerprint}", key.fingerprint).encode()


def part_of(path: Path) -> Path:
    """Where a package lies until it is whole."""
    return path.with_name(f".{path.name}.part")


def write(path: Path, members: Iterable[Member], about: dict[str, object], at: datetime, key: Signing) -> Written:
    """Write the package. Blocks; Changed, OSError: nothing stands under its name."""
    part = part_of(path)
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    fd = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, MODE)
    try:
        with os.fdopen(fd, "w+b") as file:
            os.fchmod(file.fileno(), MODE)
            with zipfile.ZipFile(file, "w", allowZip64=True) as archive:
                _fill(_Filler(archive, at), members, about, key)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    inside = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(inside)
    finally:
        os.close(inside)
    return Written(path=path, sha256=digest, bytes=size)


def stored(name: str, at: datetime) -> zipfile.ZipInfo:
    """A member that is stored as it is: an ordinary file of this time on the province's clock, which others do not read."""
    info = zipfile.ZipInfo(name, local(at).timetuple()[:6])
    info.external_attr = (0o100000 | MODE) << 16
    return info


class _Filler:
    """Adds members one after the other, and keeps their hashes."""

    def __init__(self, archive: zipfile.ZipFile, at: datetime) -> None:
        self._archive = archive
        self._at = at
        self.rows: list[dict[str, object]] = []

    def add(self, member: Member) -> None:
        if _NAME.fullmatch(member.name) is None or any(row["name"] == member.name for row in self.rows):
            raise ValueError(f"{member.name!r} cannot be a file of a package")
        digest, size = hashlib.sha256(), 0
        with self._archive.open(stored(member.name, self._at), "w", force_zip64=True) as out:
            for piece in member.pieces:
                digest.update(piece)
                size += len(piece)
                out.write(piece)
        sha256 = digest.hexdigest()
        if member.sha256 and member.sha256 != sha256:
            raise Changed(f"{member.name} is not what was stored")
        self.rows.append({"name": member.name, "kind": member.kind, "bytes": size, "sha256": sha256})


def _fill(filler: _Filler, members: Iterable[Member], about: dict[str, object], key: Signing) -> None:
    filler.add(Member(name=README, kind="readme", pieces=[_readme(key, excerpt=bool(about.get("excerpt")))]))
    for member in members:
        filler.add(member)
    filler.add(Member(name=KEY, kind="key", pieces=[key.pem.encode("ascii")]))
    manifest = {**about, "key_sha256": key.fingerprint, "files": list(filler.rows)}
    text = (json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
    filler.add(Member(name=MANIFEST, kind="manifest", pieces=[text]))
    filler.add(Member(name=MANIFEST + SIGNATURE, kind="signature", pieces=[key.sign(text)]))
    sums = "".join(f"{row['sha256']}  {row['name']}\n" for row in filler.rows).encode()
    filler.add(Member(name=SUMS, kind="sums", pieces=[sums]))
    filler.add(Member(name=SUMS + SIGNATURE, kind="signature", pieces=[key.sign(sums)]))
