"""Where the parts of a backup belong, and what is there already. Fills folders, which may be links or mounts; replaces and deletes none."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from hotline1022.core.errors import ConfigError, HotlineError, Refused, Unavailable
from hotline1022.recordings.files import no_room, space
from hotline1022.service.backup.shelf import Watch, copy_out, sync_folder
from hotline1022.service.settings.secrets import write_once
from hotline1022.service.settings.tree import Settings

#: of what people wrote, below the data folder
SETTINGS = "restored-settings"
#: bytes that are left free on every disk
RESERVE = 64 * 1024 * 1024


def places_of(settings: Settings, names: Iterable[str]) -> dict[str, Path]:
    """Where each file of a backup belongs; those that belong nowhere, as the database, are not in it."""
    paths = settings.paths
    tops = {"recordings": paths.recordings, "attachments": paths.attachments, "settings": paths.data / SETTINGS}
    split = ((name, name.partition("/")) for name in names)
    return {name: tops[top] / rest for name, (top, _, rest) in split if rest and top in tops}


def must_be_empty(settings: Settings, places: Mapping[str, Path], box: Mapping[str, bytes], *, half: bool) -> None:
    """Refused `restore-not-empty`. `half`: what a restore that was cut off has put there does not count."""
    paths = settings.paths
    tops = [paths.recordings, paths.attachments, paths.data / SETTINGS]
    for top in (*tops, paths.spool):
        if top.is_symlink() and not top.exists():
            text = f"{top} is a link that leads nowhere; make the folder it names, or mount its disk"
            raise ConfigError(text, error_id="restore-unwritable")
    ours = set(places.values()) | {_part(place) for place in places.values()} if half else set()
    taken = [path for top in tops for path in top.rglob("*") if path not in ours and not _is_folder(path)]
    taken += [path for path in paths.spool.rglob("*") if not _is_folder(path)][:1]
    for name, content in box.items():
        place = place_of(settings, name)
        if place.exists() and not (half and place.read_bytes() == content):
            taken.append(place)
    if taken:
        text = f"{', '.join(map(str, taken[:3]))} is there already; restore into a new paths.data"
        raise Refused(text, error_id="restore-not-empty")


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _part(place: Path) -> Path:
    """What a kill leaves of a file that was being written."""
    return place.with_name(f".{place.name}.part")


def place_of(settings: Settings, name: str) -> Path:
    """Where a key or secret belongs. Refused for any other name."""
    kind, _, title = name.partition("/")
    places = {"secrets": settings.paths.secrets, "stamp": settings.keys_folder, "keys": settings.recordings.ring.folder}
    folder = places.get(kind)
    if folder is None or not title or "/" in title or title.startswith("."):
        raise Refused(f"{name!r} is no key or secret of ours; take another keys' file", error_id="key-box-refused")
    return folder / title


def must_fit(needs: Iterable[tuple[Path, int]]) -> None:
    """Whether every disk has room for the files that go there: (place, bytes). Unavailable `disk-full`."""
    needed: dict[int, int] = {}
    somewhere: dict[int, Path] = {}
    for place, size in needs:
        if place.exists() and place.stat().st_size == size:
            continue
        folder = _there(place.parent)
        disk = folder.stat().st_dev
        needed[disk] = needed.get(disk, 0) + size
        somewhere.setdefault(disk, folder)
    for disk, size in needed.items():
        free = space(somewhere[disk]).free
        if free < size + RESERVE:
            text = f"the disk of {somewhere[disk]} has {free // 1_000_000} MB free, {(size + RESERVE) // 1_000_000} MB are needed"
            raise Unavailable(f"{text}; make room", error_id="disk-full")


def _there(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


def fill(backup: Path, sums: Mapping[str, str], places: Mapping[str, Path], watch: Watch) -> None:
    """Put every file where it belongs, durable with its name. One that is there whole stays as it is.

    Invalid `backup-broken`, Unavailable `disk-full`.
    """
    folders: set[Path] = set()
    for number, (name, place) in enumerate(places.items(), 1):
        for folder in reversed(place.parents[: name.count("/") + 1]):  # the top's own place first
            if folder not in folders:
                folder.mkdir(mode=0o750, exist_ok=True)
                folders.add(folder)
        copy_out(backup, name, place, sums[name])
        watch(number, len(places))
    for folder in folders:
        sync_folder(folder)


def put_keys(settings: Settings, box: Mapping[str, bytes]) -> tuple[str, ...]:
    """Put keys and secrets back, mode 0600, durable; the names of those that are there already with other contents, and stay.

    ConfigError `recording-key-unwritable`.
    """
    differ = []
    for name, content in box.items():
        place = place_of(settings, name)
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not write_once(place, content) and place.read_bytes() != content:
                differ.append(name)
        except OSError as error:
            text = (
                f"{place}: cannot be written ({error.strerror}); give the service's user its folder, then begin again"
            )
            raise ConfigError(text, error_id="recording-key-unwritable") from error
    return tuple(differ)


def has_places(settings: Settings, box: Mapping[str, bytes]) -> None:
    """Whether all keys and secrets have one. ConfigError `recording-keys-unset`, Refused `key-box-refused`."""
    if any(name.startswith("keys/") for name in box) and settings.recordings.ring.folder is None:
        text = "the keys' file has keys of recordings; set recordings.keys to a folder for them"
        raise ConfigError(text, error_id="recording-keys-unset")
    for name in box:
        place_of(settings, name)


def unwritable(error: OSError, data: Path) -> HotlineError:
    """What the disk said, with the cure."""
    where = error.filename or data
    if no_room(error):
        return Unavailable(f"the disk of {where} is full; free some space, then begin again", error_id="disk-full")
    text = f"{where}: {error.strerror}; see that the disk is there and can be written, then begin again"
    return ConfigError(text, error_id="restore-unwritable")
