"""Stored files written anew under the newest key: those that are not sealed yet, and those of an older key.

In two steps, so that nothing is changed without its entry in the audit: `prepare` writes `.NAME.reseal` beside each file and
reads it back; `replace` gives them the names. Killed between or within, doing all again gives the same end. Refuses a file
whose plain bytes are not those that its row promises: it stays as it is, and is told.
"""

import os
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.recordings.files import OPEN_FOLDER, RESERVE_BYTES, open_below, space, write_file
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.names import repaired_name
from hotline1022.recordings.reader import PlainFile, pieces, sha256_of
from hotline1022.recordings.seal import HEAD, SealedFile, key_of, looks_sealed, sealed_size
from hotline1022.recordings.types import StoredFile

#: the name of a file that is not sealed, where a key's id would stand
PLAIN = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealed:
    """A file that was written anew and waits for its name."""

    path: str
    #: of its plain bytes
    sha256: str
    #: key id before, or PLAIN
    before: str
    #: key id now
    key: str
    #: of the file that was read: only that very one is replaced
    inode: int


@dataclass(slots=True, kw_only=True)
class Prepared:
    """What one portion came to; paths are relative to the recordings folder."""

    done: list[Resealed] = field(default_factory=list)
    #: sealed with the newest key already
    ready: int = 0
    #: cannot be sealed anew, with the reason
    failed: list[str] = field(default_factory=list)


def prepare(root: Path, files: Sequence[StoredFile], keys: Keys) -> Prepared:
    """Write these files, and repaired copies beside them, under the newest key.

    Raises Unavailable: `recording-key-none`, `disk-full`.
    """
    result = Prepared()
    try:
        for file in files:
            _one(root, file.path, file.sha256, keys, result)
            again = repaired_name(file.path)
            with suppress(FileNotFoundError):
                os.close(open_below(root, again))
                _one(root, again, "", keys, result)
    except Unavailable:  # nobody will give these their names: they would lie there, and fill the disk
        for done in result.done:
            _drop(root, done.path)
        raise
    return result


def _one(root: Path, path: str, promised: str, keys: Keys, result: Prepared) -> None:
    wanted = keys.newest()
    try:
        with closing(keys.open(open_below(root, path))) as old:
            before = old.key_id if isinstance(old, SealedFile) else PLAIN
            if before == wanted.id:
                result.ready += 1
                return
            sha256 = sha256_of(old)
            if promised and sha256 != promised:
                result.failed.append(f"{path}: other bytes than were stored")
                return
            _room(root, sealed_size(old.size))
            folder, name = _folder(root, path)
            try:
                write_file(folder, _beside(name), Keys(folder=keys.folder, seal=True).written(pieces(old)))
            finally:
                os.close(folder)
            with closing(keys.open(open_below(root, _beside_path(path)))) as new:
                if sha256_of(new) != sha256:
                    result.failed.append(f"{path}: could not be read back as it was; is the disk sound?")
                    _drop(root, path)
                    return
            inode = os.fstat(old.fd).st_ino
            result.done.append(Resealed(path=path, sha256=sha256, before=before, key=wanted.id, inode=inode))
    except FileNotFoundError:
        result.failed.append(f"{path}: a row promises it, it is not there")
    except HotlineError as error:
        if error.error_id == "disk-full":
            raise
        result.failed.append(f"{path}: {error} [{error.error_id}]")


def replace(root: Path, files: Sequence[Resealed]) -> tuple[str, ...]:
    """Give the new files their names, durable on return; returns those whose old file was exchanged meanwhile, which stay."""
    kept, folders = [], set[str]()
    for file in files:
        try:
            folder, name = _folder(root, file.path)
        except FileNotFoundError:  # its time was over, and the whole call is gone
            kept.append(file.path)
            continue
        try:
            try:
                same = os.stat(name, dir_fd=folder, follow_symlinks=False).st_ino == file.inode
            except FileNotFoundError:
                same = False
            # its new file may be gone with it: whoever deletes a recording takes what lies beside it
            with suppress(FileNotFoundError):
                if same:
                    os.rename(_beside(name), name, src_dir_fd=folder, dst_dir_fd=folder)
                    folders.add(file.path)
                    continue
                os.unlink(_beside(name), dir_fd=folder)
            kept.append(file.path)
        finally:
            os.close(folder)
    for parent in {path.rpartition("/")[0] for path in folders}:
        fd = os.open(root / parent, OPEN_FOLDER)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
    return tuple(kept)


def sealed_with(root: Path, files: Sequence[StoredFile]) -> dict[str, int]:
    """How many of these files are sealed with which key, by id; PLAIN for those that are not, "" for what cannot be read."""
    found: dict[str, int] = {}
    for file in files:
        name = ""
        with suppress(HotlineError, OSError), closing(PlainFile(open_below(root, file.path))) as stored:
            head = stored.pread(HEAD, 0)
            name = key_of(head) if looks_sealed(head) else PLAIN
        found[name] = found.get(name, 0) + 1
    return found


def _room(root: Path, size: int) -> None:
    if space(root, reserve=RESERVE_BYTES + size).low:
        text = "the recordings disk is nearly full; free some space and begin again, what is done stays done"
        raise Unavailable(text, error_id="disk-full")


def _folder(root: Path, path: str) -> tuple[int, str]:
    parent, _, name = path.rpartition("/")
    return os.open(root / parent, OPEN_FOLDER), name


def _drop(root: Path, path: str) -> None:
    """Take away the new file of this one."""
    with suppress(FileNotFoundError):
        folder, name = _folder(root, path)
        try:
            os.unlink(_beside(name), dir_fd=folder)
        finally:
            os.close(folder)


def _beside(name: str) -> str:
    return f".{name}.reseal"


def _beside_path(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return f"{folder}/{_beside(name)}"
