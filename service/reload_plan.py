"""What a reload may change at once and what waits for a restart, as pure functions. Decides; reads and changes nothing.

A key that is not in NEEDS_RESTART is in force after a reload. Where a new value only fits together with one that waits
for a restart (TLS for the trunk, and no TLS port yet), it waits too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from hotline1022.service.settings.audit import Audit
from hotline1022.service.settings.check import check
from hotline1022.service.settings.disclosure import DisclosureSettings
from hotline1022.service.settings.notify import Notify
from hotline1022.service.settings.tree import Settings

#: what is opened, named or found once, at the start
NEEDS_RESTART = frozenset(
    {
        "hotline.system_name",
        "hotline.language",
        "paths.data",
        "paths.ticket_policy",
        "paths.listening_reasons",
        "asterisk.binary",
        "asterisk.bind",
        "asterisk.sip_port",
        "asterisk.tls_port",
        "asterisk.tls_certificate",
        "asterisk.tls_key",
        "asterisk.rtp_first",
        "asterisk.rtp_last",
        "asterisk.ami_port",
        "trunk.tls_ca",
        "copies.cache_gb",
        "copies.ffmpeg",
        "service.agi_port",
        "service.http_address",
        "service.http_port",
        "database.url",
        "desk.language",
        "desk.catalogue",
        "recordings.seal",
        "recordings.keys",
        *(f"notify.{field.name}" for field in fields(Notify)),
        *(f"audit.{field.name}" for field in fields(Audit)),
        *(f"disclosure.{field.name}" for field in fields(DisclosureSettings)),
    }
)

#: by which words on its console Asterisk reads a file anew; a file that is not here is read when Asterisk starts
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "extensions.conf": ("dialplan reload",),
    "hl1022/extensions.conf": ("dialplan reload",),
    "hl1022/callback.conf": ("dialplan reload",),
    "hl1022/cascade.conf": ("dialplan reload",),
    "hl1022/status.conf": ("dialplan reload",),
    "queues.conf": ("queue reload all",),
    "hl1022/queues.conf": ("queue reload all",),
    "hl1022/pjsip.conf": (
        "module reload res_pjsip.so",
        "module reload res_pjsip_endpoint_identifier_ip.so",
        "module reload res_pjsip_outbound_registration.so",
    ),
    "musiconhold.conf": ("moh reload",),
    "hl1022/musiconhold.conf": ("moh reload",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What follows from new settings."""

    #: the settings that are in force now: the new ones, but for what waits
    settings: Settings
    #: keys that are in force now, in the order of the sample
    applied: tuple[str, ...]
    #: keys that are in force after a restart
    waiting: tuple[str, ...]


def plan(old: Settings, new: Settings) -> Plan:
    """Old settings in force and new ones, both sound by themselves, become the settings in force."""
    changed = [key for key in keys() if value(old, key) != value(new, key)]
    waiting = {key for key in changed if key in NEEDS_RESTART}
    while True:
        settings = _put(new, {key: value(old, key) for key in waiting})
        doubtful = {key for finding in check(settings) for key in finding.keys if key in changed} - waiting
        if not doubtful:
            break
        waiting |= doubtful
    return Plan(
        settings=settings,
        applied=tuple(key for key in changed if key not in waiting),
        waiting=tuple(key for key in changed if key in waiting),
    )


def keys() -> tuple[str, ...]:
    """Every setting as section.key, in the order of the sample."""
    tree = Settings()
    return tuple(
        f"{section.name}.{field.name}" for section in fields(tree) for field in fields(getattr(tree, section.name))
    )


def value(settings: Settings, key: str) -> Any:
    """The value of section.key."""
    section, _, name = key.partition(".")
    return getattr(getattr(settings, section), name)


def _put(settings: Settings, values: Mapping[str, Any]) -> Settings:
    for key, one in values.items():
        section, _, name = key.partition(".")
        settings = replace(settings, **{section: replace(getattr(settings, section), **{name: one})})
    return settings


def differing(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the files whose text is another, or that are new."""
    return tuple(name for name, text in sorted(new.items()) if old.get(name) != text)


def commands(files: tuple[str, ...]) -> tuple[str, ...]:
    """Console commands for these files, each once: dialplan last, so that what it names is there."""
    wanted = {command for name in files for command in COMMANDS.get(name, ())}
    order = [
        "moh reload",
        *COMMANDS["hl1022/pjsip.conf"],
        "queue reload all",
        "dialplan reload",
    ]
    return tuple(command for command in order if command in wanted)


def at_start_only(files: tuple[str, ...]) -> tuple[str, ...]:
    """Files that Asterisk reads when it starts and not before."""
    return tuple(name for name in files if name not in COMMANDS)
