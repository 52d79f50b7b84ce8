"""Holds the chain against its stamps, those of the database and those of the second place, and these against each other.
Changes nothing.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography import x509

from hotline1022.audit.cut import Later, excused, remark, unexcused
from hotline1022.audit.stamps import SUFFIX, fault_of, fingerprint, from_file
from hotline1022.audit.types import Entry, Fault, Finding, Kind, Stamp
from hotline1022.core.errors import ConfigError
from hotline1022.db.unit import Database, Work
from hotline1022.recordings.apart import apart
from hotline1022.recordings.files import readable
from hotline1022.service.evidence.stamp_key import read_key
from hotline1022.service.evidence.tsa import read_roots
from hotline1022.service.settings.tree import Settings

#: that reading the second place may take
SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Where stamps lie, and whose are believed."""

    folder: Path
    #: the folder is one that the settings name: it must be there
    named: bool = False
    #: fingerprints of keys that are believed beside those that the chain tells of
    keys: frozenset[str] = frozenset()
    roots: Sequence[x509.Certificate] = ()


def trust_of(settings: Settings) -> Trust:
    """By the settings. Blocks for files; ConfigError when the roots cannot be read."""
    keys: frozenset[str] = frozenset()
    with suppress(ConfigError):  # without a key of ours the chain's own word counts
        keys = frozenset({fingerprint(read_key(settings.keys_folder).public_key())})
    return Trust(
        folder=settings.stamps_folder,
        named=bool(settings.audit.second_place),
        keys=keys,
        roots=read_roots(settings.audit.tsa_roots),
    )


class StampCheck:
    """Looks at all stamps that there are."""

    def __init__(self, database: Database, trust: Trust) -> None:
        self._database, self._trust = database, trust
        self._keys: frozenset[str] = frozenset()
        self._restores: Mapping[int, tuple[Entry, Sequence[Later]]] = {}
        #: after a look: restores that put an older state back, which are no faults
        self.remarks: list[Finding] = []
        #: of these, those that cut off what a stamp vouches for: numbers of their entries
        self.cuts: frozenset[int] = frozenset()

    async def look(self) -> tuple[int, list[Finding]]:
        """How many stamps were looked at, and what is wrong."""
        try:
            files = await apart(
                self._trust.folder, SECONDS, stamp_files, self._trust.folder
            )  # beforehand: no connection waits for a share
        except TimeoutError:
            files = None
        async with self._database.reading() as tx:
            # keys of recordings are told of by the same kind, and stamp nothing
            made = [entry async for entry in tx.audit.of_kind(Kind.KEY_MADE)]
            self._keys = self._trust.keys | {str(entry.told["key"]) for entry in made if "key" in entry.told}
            await self._read_restores(tx)
            told = {str(entry.told.get("name", "")): entry.seq async for entry in tx.audit.of_kind(Kind.CHAIN_STAMPED)}
            kept: set[str] = set()
            found: list[Finding] = []
            async for stamp in tx.audit.stamps():
                kept.add(stamp.name)
                found += await self._held(tx, stamp, "")
            for name in told.keys() - kept:
                text = f"entry {told[name]} tells of the stamp {name}; the database has it no more"
                found.append(Finding(fault=Fault.STAMP_DELETED, seq=told[name], name=name, text=text))
            for file, one in (files or {}).items():
                if isinstance(one, str):
                    name = readable(file.name)
                    found.append(Finding(fault=Fault.STAMP, seq=0, name=name, text=f"{readable(str(file))}: {one}"))
                else:
                    found += await self._held(tx, one, f" in {self._trust.folder}")
        return len(kept) + len(files or {}), found + self._missing(told, files)

    async def _read_restores(self, tx: Work) -> None:
        # whoever writes rows can have the chain tell of a key: while ours is here, it alone excuses a cut tail
        keys = self._trust.keys or self._keys
        restores = [entry async for entry in tx.audit.of_kind(Kind.BACKUP_RESTORED)]
        self._restores = {one.seq: (one, excused(one, keys)) for one in restores}
        self.remarks = [remark(one, cut) for one, cut in self._restores.values()]
        self.cuts = frozenset(seq for seq, (_, cut) in self._restores.items() if cut)

    async def _held(self, tx: Work, stamp: Stamp, where: str) -> list[Finding]:
        fault = fault_of(stamp, keys=self._keys, roots=self._trust.roots)
        if fault:
            text = f"the stamp {stamp.name}{where} does not vouch for entry {stamp.seq}: {fault}"
            return [Finding(fault=Fault.STAMP, seq=stamp.seq, name=stamp.name, text=text)]
        there = await tx.audit.hash_at(stamp.seq)
        found = held_against(stamp.seq, stamp.sha256, there, stamp.name, f"the stamp {stamp.name}{where}")
        return self._not_excused(stamp, found) if found else []

    def _not_excused(self, stamp: Stamp, found: list[Finding]) -> list[Finding]:
        """What no restore says that it cut off."""
        before = [(entry, cut) for seq, (entry, cut) in self._restores.items() if seq <= stamp.seq]
        this = Later(name=stamp.name, seq=stamp.seq, sha256=stamp.sha256)
        if any(this in cut for _, cut in before):
            return []
        cure = unexcused(before[-1][0]) if before else ""
        return [replace(one, text=f"{one.text}{cure}") for one in found]

    def _missing(self, told: Mapping[str, int], files: "Mapping[Path, Stamp | str] | None") -> list[Finding]:
        """Stamps that the second place should have. Older ones than its first may lie where the place was before."""
        folder = self._trust.folder
        if files is None:
            text = f"{folder} cannot be read: whether the tail was cut cannot be seen; mount it"
            return [Finding(fault=Fault.PLACE, seq=0, name=str(folder), text=text)] if self._trust.named else []
        there = {file.name.removesuffix(SUFFIX) for file in files}
        if (
            not there
        ):  # a new place, or one after a restore; one that was emptied cannot be told from it but by its name
            last = max(told, default="") if self._trust.named else ""
            lacking = {last} if last else set()
        else:
            lacking = {name for name in told.keys() - there if name > min(there)}
        return [
            Finding(
                fault=Fault.STAMP_MISSING,
                seq=told[name],
                name=name,
                text=f"entry {told[name]} tells of the stamp {name}; {folder} has its file no more. "
                "Is the folder a new one? `hotline1022 evidence stamp` writes one now",
            )
            for name in sorted(lacking)
        ]


def held_against(seq: int, told: str, there: str | None, name: str, who: str) -> list[Finding]:
    """What `who` vouches for, against the entry's hash `there`; None: there is no such entry."""
    if there is None:
        text = f"{who} vouches for entry {seq}, which is not there"
        return [Finding(fault=Fault.CUT, seq=seq, name=name, text=text)]
    if there != told:
        text = f"{who} vouches for another entry {seq}"
        return [Finding(fault=Fault.REWRITTEN, seq=seq, name=name, text=text)]
    return []


async def second_place(settings: Settings) -> Sequence[Stamp] | None:
    """All stamps in it that can be read; None when it cannot."""
    folder = settings.stamps_folder
    try:
        files = await apart(folder, SECONDS, stamp_files, folder)
    except TimeoutError:
        return None
    return None if files is None else [one for one in files.values() if isinstance(one, Stamp)]


def stamp_files(folder: Path) -> "dict[Path, Stamp | str] | None":
    """Each stamp's file, with what is wrong with it in place of the stamp; None: the folder cannot be read."""
    try:
        files = sorted(folder.glob(f"stamp-*{SUFFIX}")) if folder.is_dir() else None
    except OSError:
        return None
    return None if files is None else {file: _read(file) for file in files}


def _read(file: Path) -> Stamp | str:
    try:
        return from_file(file.read_bytes())
    except (OSError, ValueError) as error:
        return str(error)
