"""Renders asterisk-conf/ from the settings: `@{name}` becomes a value. Writes nothing.

Refuses a name that no setting answers. Values come from validated settings: nothing here escapes or guesses.
"""

import os
import re
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from hotline1022.core.errors import ConfigError
from hotline1022.service.asterisk.dialplan_mark import mark
from hotline1022.service.settings.secrets import Secrets
from hotline1022.service.settings.tree import Settings

_NAME = re.compile(r"@\{([a-z_]+)\}")

#: Asterisk 22.10.1, tried: what is longer is written to a file of a shorter name
JOURNAL_NAME_BYTES = 79


def texts(values: Mapping[str, str]) -> dict[str, str]:
    """All Asterisk files by their name below the configuration folder, filled in."""
    source = files("hotline1022.asterisk_conf")
    return dict(_texts(source / "pbx", "", values)) | dict(_texts(source / "hl1022", "hl1022/", values))


def own_texts(settings: Settings, secrets: Secrets) -> dict[str, str]:
    """The files of the hotline's own Asterisk; see `_journal`. From the folder of its log the way to the journal is short,
    however deep the data lie. It is the physical way: `..` does not go back through a symbolic link.
    """
    known = placeholders(settings, secrets)
    log = os.path.realpath(settings.paths.asterisk / "log" / "cel-custom")
    return texts(known | {"journal_file": _journal(os.path.relpath(os.path.realpath(known["journal_file"]), log))})


def foreign_texts(settings: Settings, secrets: Secrets) -> dict[str, str]:
    """The files for an existing PBX, whose folders are not known here; see `_journal`."""
    known = placeholders(settings, secrets)
    return texts(known | {"journal_file": _journal(known["journal_file"])})


def _journal(name: str) -> str:
    """Asterisk cuts a longer name of the journal's file off without a word, and the call log would stay empty.

    Raises ConfigError data-path-long.
    """
    if len(name.encode()) > JOURNAL_NAME_BYTES:
        raise ConfigError(
            f"{name} is longer than the {JOURNAL_NAME_BYTES} bytes that Asterisk takes;"
            " set paths.data to a folder with a shorter name",
            error_id="data-path-long",
        )
    return name


def _texts(folder: Traversable, prefix: str, values: Mapping[str, str]) -> list[tuple[str, str]]:
    return [
        (prefix + entry.name, fill(entry.read_text(encoding="utf-8"), values, entry.name))
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".conf")
    ]


def fill(text: str, values: Mapping[str, str], name: str) -> str:
    """Replace each `@{key}`; a key without a value is a ConfigError that names file and key."""

    def value(match: re.Match[str]) -> str:
        try:
            return values[match[1]]
        except KeyError:
            raise ConfigError(
                f"{name}: @{{{match[1]}}} is not a setting; mend the file in asterisk-conf/",
                error_id="template-unknown",
            ) from None

    return _NAME.sub(value, text)


def placeholders(settings: Settings, secrets: Secrets) -> dict[str, str]:
    """What each `@{name}` of asterisk-conf/ stands for."""
    paths, asterisk, queue, emergency = settings.paths, settings.asterisk, settings.queue, settings.emergency
    return {
        "spool": str(paths.spool),
        "journal_file": str(paths.journal / "cel.jsonl"),
        "moh_folder": str(paths.prompts / "moh"),
        "agi_address": f"127.0.0.1:{settings.service.agi_port}",
        "ask_seconds": f"{settings.service.ask_seconds:g}",
        "max_inbound": str(settings.trunk.channels - 1),
        "callback_caller": _own_caller(settings),
        "cascade_caller": _cascade_caller(settings),
        "cascade_identity": _cascade_identity(settings),
        "emergency_numbers": "&".join(emergency.numbers),
        "emergency_ring_seconds": str(emergency.ring_seconds),
        "emergency_shortest_talk_ms": str(emergency.shortest_talk_seconds * 1000),
        "queue_max_wait_seconds": str(queue.max_wait_seconds),
        "queue_strategy": queue.strategy,
        "queue_ring_seconds": str(queue.ring_seconds),
        "queue_retry_seconds": str(queue.retry_seconds),
        "queue_wrap_up_seconds": str(queue.wrap_up_seconds),
        "queue_max_length": str(queue.max_length),
        "queue_announce_seconds": str(queue.announce_seconds),
        "dialplan": mark(),
        "did_extensions": _did_extensions(settings),
        "trunk_address": _trunk_address(settings),
        "trunk_sections": _trunk_sections(settings),
        "line_sections": _line_sections(settings, secrets),
        "startup_qualify": "\n".join(f"pjsip qualify line-{number}=yes" for number in settings.lines.numbers),
        "line_media": "media_encryption=sdes\nmedia_encryption_optimistic=yes" if asterisk.tls_port else "",
        "ami_port": str(asterisk.ami_port),
        "ami_reader_secret": secrets.get("ami-reader"),
        "ami_actor_secret": secrets.get("ami-actor"),
        "bind": asterisk.bind,
        "sip_port": str(asterisk.sip_port),
        "tls_transport": _tls_transport(settings),
        "rtp_first": str(asterisk.rtp_first),
        "rtp_last": str(asterisk.rtp_last),
    }


def _did_extensions(settings: Settings) -> str:
    """Exact extensions, one per way in which a carrier may write the hotline's number; HL_DID is its digits."""
    lines = []
    for number in settings.hotline.numbers:
        digits = "".join(c for c in number if c.isdigit())
        lines.append(f"exten => {number},1,Set(HL_DID={digits})\n same => n,Goto(hl1022-entry,s,1)")
    return "\n".join(lines)


def _cascade_caller(settings: Settings) -> str:
    """What a called specialist or leader sees as the caller."""
    if settings.cascade.caller == "citizen":
        return "${HL_PAI} <${HL_PAI}>"
    return _own_caller(settings)


def _own_caller(settings: Settings) -> str:
    """The hotline itself as a caller."""
    own = settings.trunk.from_user or settings.trunk.username or settings.hotline.numbers[0]
    return f"1022 <{own}>"


def _cascade_identity(settings: Settings) -> str:
    """Lines that assert the citizen's number, where she shows it and the settings want it."""
    if settings.cascade.caller != "asserted":
        return f"; the citizen's number is not asserted: cascade.caller = {settings.cascade.caller}"
    domain = settings.trunk.from_domain or settings.trunk.host
    return "\n".join(
        [
            ' same => n,GotoIf($["${HL_PAI}" = ""]?known)',
            f" same => n,Set(PJSIP_HEADER(add,P-Asserted-Identity)=<sip:${{HL_PAI}}@{domain}>)",
        ]
    )


def _trunk_address(settings: Settings) -> str:
    """Host, port and transport of a SIP URI at the carrier; the semicolon is escaped, as both file formats want it."""
    trunk = settings.trunk
    return f"{trunk.host}:{trunk.port}" + ("" if trunk.transport == "udp" else f"\\;transport={trunk.transport}")


def _trunk_sections(settings: Settings) -> str:
    trunk = settings.trunk
    transport = f"hl1022-transport-{trunk.transport}"
    uri = f"sip:{_trunk_address(settings)}"
    endpoint = [
        "[hl1022-trunk](hl1022-media)",
        "context=hl1022-in",
        "aors=hl1022-trunk",
        f"transport={transport}",
        # by its address alone: From is what a caller writes, and whoever wrote the trunk's name would be the carrier
        "identify_by=ip",
        # carriers without telephone-event send keys as tones
        "dtmf_mode=auto",
        # a caller whose line died without a word is noticed, whatever the carrier offers
        "timers=always",
        "timers_min_se=90",
        "timers_sess_expires=180",
    ]
    if trunk.srtp:
        endpoint += ["media_encryption=sdes", "media_encryption_optimistic=no"]
    from_user = trunk.from_user or trunk.username
    endpoint += [f"from_user={from_user}"] if from_user else []
    endpoint += [f"from_domain={trunk.from_domain}"] if trunk.from_domain else []
    sections = [
        "\n".join(["[hl1022-trunk]", "type=aor", f"contact={uri}", "qualify_frequency=30"]),
        "\n".join(["[hl1022-trunk]", "type=identify", "endpoint=hl1022-trunk", *[f"match={a}" for a in trunk.match]]),
    ]
    if trunk.username and trunk.secret:
        endpoint.append("outbound_auth=hl1022-trunk-auth")
        credentials = ["type=auth", "auth_type=digest", f"username={trunk.username}", f"password={trunk.secret}"]
        sections.append("\n".join(["[hl1022-trunk-auth]", *credentials]))
    if trunk.mode == "registration":
        registrar = uri.replace(f"{trunk.host}:{trunk.port}", trunk.registrar) if trunk.registrar else uri
        registration = [
            "type=registration",
            f"transport={transport}",
            "outbound_auth=hl1022-trunk-auth",
            f"server_uri={registrar}",
            f"client_uri=sip:{trunk.username}@{trunk.registrar or f'{trunk.host}:{trunk.port}'}",
            f"contact_user={settings.hotline.numbers[0]}",
            "retry_interval=10",
            "fatal_retry_interval=30",
            "forbidden_retry_interval=30",
            "max_retries=1000000",
            f"expiration={trunk.expires_seconds}",
            "auth_rejection_permanent=no",
        ]
        sections.append("\n".join(["[hl1022-trunk-registration]", *registration]))
    return "\n\n".join(["\n".join(endpoint), *sections])


def _line_sections(settings: Settings, secrets: Secrets) -> str:
    sections = []
    for number in settings.lines.numbers:
        name = f"line-{number}"
        sections.append(
            f"[{name}](hl1022-line)\nauth={name}\naors={name}\ncallerid={number} <{number}>\n\n"
            f"[{name}](hl1022-line-auth)\nusername={name}\npassword={secrets.get(name)}\n\n"
            f"[{name}](hl1022-line-aor)\n"
        )
    return "\n".join(sections)


def _tls_transport(settings: Settings) -> str:
    if not settings.asterisk.tls_port:
        return ""
    asterisk = settings.asterisk
    certificate, key = asterisk.tls_certificate, asterisk.tls_key
    if not certificate or not key:
        raise ConfigError(
            "asterisk.tls_port is set without a certificate; set asterisk.tls_certificate and asterisk.tls_key",
            error_id="tls-certificate-missing",
        )
    authorities = [f"ca_list_file={settings.trunk.tls_ca}", "verify_server=yes"] if settings.trunk.tls_ca else []
    return "\n".join(
        [
            "",
            "[hl1022-transport-tls]",
            "type=transport",
            "protocol=tls",
            f"bind={settings.asterisk.bind}:{settings.asterisk.tls_port}",
            f"cert_file={certificate}",
            f"priv_key_file={key}",
            *authorities,
            "method=tlsv1_2",
            "",
        ]
    )
