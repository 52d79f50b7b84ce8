"""Which files of people's own a backup takes: those that settings name, secrets and keys. Refuses nothing itself.

Every setting that names a file or folder stands in one of the three lists.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from hotline1022.recordings.keys import key_files
from hotline1022.service.evidence.stamp_key import NAME as STAMP_KEY
from hotline1022.service.settings.tree import Settings

#: setting → its name below `settings/`; a folder is taken with all that is in it
TAKEN: Mapping[str, str] = {
    "paths.menu": "menu.toml",
    "paths.prompts_studio": "studio",
    "paths.ticket_policy": "ticket_policy.toml",
    "paths.listening_reasons": "listening_reasons.toml",
    "asterisk.tls_certificate": "tls_certificate.pem",
    "trunk.tls_ca": "trunk_ca.pem",
    "notify.templates": "templates.toml",
    "desk.catalogue": "catalogue.toml",
    "notify.sms_profile": "sms_profile.toml",
    "notify.sms_ca": "sms_ca.pem",
    "notify.mail_ca": "mail_ca.pem",
    "audit.tsa_roots": "tsa_roots.pem",
}
#: those that go into the keys' file, or nowhere
WITH_KEYS = frozenset({"asterisk.tls_key", "audit.keys", "recordings.keys"})
#: those that are in no backup, and why
LEFT_OUT: Mapping[str, str] = {
    "paths.data": "its folders are taken one by one",
    "audit.second_place": "it shows that the database was exchanged, so it must not come back with it",
    "backup.folder": "backups lie there",
    "recordings.import_folder": "what was imported from it lies in the recordings folder",
}
#: of the TLS key in the keys' file; restored beside the other secrets
TLS_KEY = "tls-key.pem"


def value_of(settings: Settings, name: str) -> Path | None:
    """What the setting `section.key` names; None = nothing."""
    section, _, key = name.partition(".")
    value = getattr(getattr(settings, section), key)
    return Path(value) if value else None


def settings_files(settings: Settings, config: str | None) -> Iterator[tuple[Path, str]]:
    """Each file, and its name in the backup; one that is not there too."""
    if config:
        yield Path(config).resolve(), "settings/1022.toml"
    for setting, name in TAKEN.items():
        given = value_of(settings, setting)
        if given is None:
            continue
        place = given.resolve()
        if not place.is_dir():
            yield place, f"settings/{name}"
            continue
        for path in sorted(place.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path, f"settings/{name}/{path.relative_to(place).as_posix()}"


def secret_files(settings: Settings) -> Iterator[tuple[str, bytes]]:
    """Passwords and what signs links, the TLS key, the key that signs stamps, and the keys of recordings."""
    secrets = settings.paths.secrets
    for path in sorted(secrets.iterdir()) if secrets.is_dir() else ():
        if path.is_file() and not path.name.startswith("."):
            yield f"secrets/{path.name}", path.read_bytes()
    if settings.asterisk.tls_key:
        yield f"secrets/{TLS_KEY}", Path(settings.asterisk.tls_key).read_bytes()
    stamping = settings.keys_folder / STAMP_KEY
    if stamping.is_file():
        yield f"stamp/{STAMP_KEY}", stamping.read_bytes()
    folder = settings.recordings.ring.folder
    if folder is not None:
        for name in key_files(folder):
            yield f"keys/{name}", (folder / name).read_bytes()
