"""Doctor's points about the network: who holds our ports, what is open to whom, whether a running hotline answers.

Reads /proc and asks politely; opens no port for longer than a look, and never sends a password to a stranger.
"""

import asyncio
import errno
import ipaddress
import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hotline1022.ami_bridge.link import AmiLink
from hotline1022.core.errors import ConfigError, HotlineError, Unavailable
from hotline1022.service.checks import sip_answers
from hotline1022.service.doctor.note import Note
from hotline1022.service.settings.secrets import AMI_READER, read_secret
from hotline1022.service.settings.tree import Settings

Kind = Literal["udp", "tcp"]
LOOPBACK = "127.0.0.1"
AMI_SECONDS = 4.0
#: state of a TCP socket that listens
_LISTEN = "0A"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A port of ours."""

    host: str
    number: int
    kind: Kind
    setting: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Socket:
    """A socket that somebody holds open."""

    host: str
    number: int
    kind: Kind
    inode: str

    def takes(self, port: Wanted) -> bool:
        """Whether it stands in the way of this port."""
        same = self.host == port.host or _is_any(self.host) or _is_any(port.host)
        return same and (self.kind, self.number) == (port.kind, port.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A process that holds a socket."""

    pid: int
    name: str
    ours: bool


def wanted(settings: Settings) -> tuple[Wanted, ...]:
    """Every port that Asterisk and service open, but for RTP."""
    pbx, service = settings.asterisk, settings.service
    ports = [
        Wanted(host=pbx.bind, number=pbx.sip_port, kind="udp", setting="asterisk.sip_port", what="SIP"),
        Wanted(host=pbx.bind, number=pbx.sip_port, kind="tcp", setting="asterisk.sip_port", what="SIP"),
        Wanted(host=LOOPBACK, number=pbx.ami_port, kind="tcp", setting="asterisk.ami_port", what="AMI"),
        Wanted(host=LOOPBACK, number=service.agi_port, kind="tcp", setting="service.agi_port", what="FastAGI"),
        Wanted(host=service.http_address, number=service.http_port, kind="tcp", setting="service.http_port", what="HTTP"),
    ]  # fmt: skip
    if pbx.tls_port:
        ports.append(
            Wanted(host=pbx.bind, number=pbx.tls_port, kind="tcp", setting="asterisk.tls_port", what="SIP/TLS")
        )
    return tuple(ports)


def sockets(proc: Path = Path("/proc")) -> Iterator[Socket]:
    """Every bound UDP and every listening TCP socket of this machine."""
    kinds: tuple[Kind, ...] = ("udp", "tcp")
    for kind in kinds:
        for table in (kind, f"{kind}6"):
            file = proc / "net" / table
            if not file.exists():  # a machine without IPv6
                continue
            for line in file.read_text(encoding="ascii").splitlines()[1:]:
                words = line.split()
                if kind == "tcp" and words[3] != _LISTEN:
                    continue
                host, _, number = words[1].partition(":")
                yield Socket(host=_address(host), number=int(number, 16), kind=kind, inode=words[9])


def _address(text: str) -> str:
    """/proc writes 32-bit words in the machine's byte order."""
    raw = bytes.fromhex(text)
    if sys.byteorder == "little":
        raw = b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4))
    address = ipaddress.ip_address(raw)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _is_any(host: str) -> bool:
    return ipaddress.ip_address(host).is_unspecified


def owners(settings: Settings, inodes: set[str], proc: Path = Path("/proc")) -> dict[str, Owner]:
    """Who holds these sockets, as far as this user may see it. Ours is who has files below the data folder open."""
    data = os.path.realpath(settings.paths.data) + os.sep
    links = {f"socket:[{inode}]": inode for inode in inodes}
    found: dict[str, Owner] = {}
    for process in proc.iterdir():
        if not process.name.isdigit():
            continue
        try:
            opened = {_link(entry) for entry in (process / "fd").iterdir()}
            name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
        except OSError:  # another user's, or gone meanwhile
            continue
        ours = any(target.startswith(data) for target in opened)
        for target in opened & links.keys():
            found[links[target]] = Owner(pid=int(process.name), name=name, ours=ours)
    return found


def _link(entry: Path) -> str:
    try:
        return str(entry.readlink())
    except OSError:  # closed meanwhile
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A port of ours that is taken; `owner` None when it belongs to another user's process."""

    port: Wanted
    owner: Owner | None


def held(settings: Settings) -> tuple[Held, ...]:
    """Those of our ports that somebody has open."""
    ports = wanted(settings)
    hits = [(port, one) for one in sockets() for port in ports if one.takes(port)]
    known = owners(settings, {one.inode for _, one in hits}) if hits else {}
    return tuple(Held(port=port, owner=known.get(one.inode)) for port, one in hits)


def asterisk_of(settings: Settings) -> bool:
    """Whether our own Asterisk has its AMI port open."""
    return any(one.port.what == "AMI" and one.owner is not None and one.owner.ours for one in held(settings))


async def ports(settings: Settings) -> str:
    """Each port is free and can be opened, or our own hotline has it."""
    taken = await asyncio.to_thread(held, settings)
    foreign = [one for one in taken if one.owner is None or not one.owner.ours]
    if foreign:
        raise ConfigError("; ".join(dict.fromkeys(_complaint(one) for one in foreign)), error_id="port-taken")
    ours = {one.port for one in taken}
    free = [port for port in wanted(settings) if port not in ours]
    for port in free:
        _can_open(port)
    words = [f"{port.what} {port.host}:{port.number}/{port.kind}" for port in free]
    if not ours:
        return f"ports are free: {', '.join(words)}"
    rest = f"; free: {', '.join(words)}" if words else ""
    return f"ports are held by our own running hotline: {', '.join(sorted({port.what for port in ours}))}{rest}"


def _complaint(one: Held) -> str:
    port = one.port
    who = (
        f"process {one.owner.pid} ({one.owner.name})"
        if one.owner
        else "another user's program (if it is the hotline: run doctor as its user)"
    )
    return f"{port.kind} port {port.host}:{port.number} ({port.what}) is held by {who}; end it, or set {port.setting}"


def _can_open(port: Wanted) -> None:
    family = socket.AF_INET6 if ":" in port.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM if port.kind == "udp" else socket.SOCK_STREAM) as probe:
        if port.kind == "tcp":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((port.host, port.number))
        except OSError as error:
            key = port.setting if error.errno != errno.EADDRNOTAVAIL else port.setting.replace("sip_port", "bind")
            raise ConfigError(
                f"{port.kind} port {port.host}:{port.number} ({port.what}) cannot be opened ({error.strerror}); set {key}",
                error_id="port-taken",
            ) from error


async def answers(settings: Settings) -> str:
    """If the hotline runs: AMI takes our password, SIP answers an OPTIONS, the service listens."""
    there = {one.port.what: one for one in await asyncio.to_thread(held, settings)}
    ami = there.get("AMI")
    if ami is None:
        if "FastAGI" in there and _may_be_ours(there["FastAGI"]):
            raise ConfigError("the service runs and its Asterisk does not; start Asterisk: nobody can call")
        return "1022 is not running: AMI and SIP were not asked"
    if not _may_be_ours(ami):
        return "AMI was not asked: its port is not ours"
    await _ami(settings)
    await sip_answers(settings.asterisk.bind, settings.asterisk.sip_port)
    if "FastAGI" not in there:
        raise ConfigError(
            "Asterisk answers, and the service does not run: callers get the fixed menu only; start it "
            "(`hotline1022 run`, or `systemctl start hotline1022`)"
        )
    return "AMI takes our password, SIP answers, the service listens"


def _may_be_ours(one: Held) -> bool:
    return one.owner is None or one.owner.ours


async def _ami(settings: Settings) -> None:
    secret = read_secret(settings.paths.secrets / AMI_READER)
    link = AmiLink(host=LOOPBACK, port=settings.asterisk.ami_port, username="hl1022-reader", secret=secret)
    running = asyncio.create_task(link.run())
    try:
        await link.wait_up(AMI_SECONDS)
    except HotlineError as error:
        raise Unavailable(
            f"{error}: the secrets of the data folder are not those in Asterisk's files, or it hangs; restart Asterisk"
        ) from error
    finally:
        await link.close()
        await running


async def exposure(settings: Settings) -> str:
    """AMI and FastAGI are for this machine alone; whoever reaches AMI commands the telephones."""
    service, pbx = settings.service, settings.asterisk
    doors = {
        pbx.ami_port: ("AMI", "bindaddr=127.0.0.1 in manager.conf"),
        service.agi_port: ("FastAGI", "service.agi_port"),
    }
    for one in await asyncio.to_thread(lambda: list(sockets())):
        if one.kind == "tcp" and one.number in doors and not ipaddress.ip_address(one.host).is_loopback:
            name, cure = doors[one.number]
            raise ConfigError(
                f"port {one.number} ({name}) listens on {one.host}, not on loopback only: others can reach it; set {cure}, "
                f"and close it in the firewall",
                error_id="exposed",
            )
    wide = [
        name
        for name, address in (("asterisk.bind", pbx.bind), ("service.http_address", service.http_address))
        if _is_any(address)
    ]
    if wide:
        raise Note(f"{' and '.join(wide)} open every address of this machine; a firewall should stand before it")
    if not ipaddress.ip_address(service.http_address).is_loopback:
        raise Note(f"the HTTP API listens on {service.http_address} without TLS; let a proxy with TLS stand before it")
    return "AMI and FastAGI on loopback only, SIP and HTTP on the addresses of the settings"
