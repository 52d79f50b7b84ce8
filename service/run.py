"""`hotline1022 run`: prepare, start, say where everything is, watch, stop. Refuses to start half of it."""

import asyncio
import signal
import socket
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from multiprocessing import resource_tracker

import click

from hotline1022.core.errors import ConfigError
from hotline1022.service.accounts.first_admin import told
from hotline1022.service.asked import Asked
from hotline1022.service.lock import locked
from hotline1022.service.prepare import Prepared, prepare
from hotline1022.service.settings.tree import Settings
from hotline1022.service.stand import Stand, service_command

#: so many steps through the range of audio ports are looked at
RTP_PROBES = 8


async def run_all(settings: Settings, config: str | None) -> None:
    """Until Ctrl-C or SIGTERM; Stopped when that comes while it starts, and then nothing runs."""
    asked = Asked()
    asked.listen()
    with locked(settings.paths.data / "run.lock", "1022"):
        check_ports(settings)
        prepared = await prepared_unless_stopped(settings, asked)
        rtp = partial(check_rtp, settings)
        stand = Stand(prepared.asterisk(), service_command(config), asked, click.echo, rtp)
        await stand.start()
        try:
            click.echo(where(prepared))
        finally:
            await stand.run()
        click.echo("1022 has stopped.")


async def prepared_unless_stopped(settings: Settings, asked: Asked) -> Prepared:
    """All that is needed, made; Stopped when somebody asks to stop meanwhile."""
    try:
        prepared = await asyncio.to_thread(_prepared, settings, asked)
    except Exception:
        asked.check()  # what breaks after the signal breaks because of it
        raise
    asked.check()
    return prepared


def _prepared(settings: Settings, asked: Asked) -> Prepared:
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())

    def watch(done: int, total: int) -> None:
        asked.check()
        if done < total:
            # Ctrl-C goes to every process of a terminal. Those that speak would break and say so at length; they take
            # this thread's mask over. The tracker is started first: at its own start it takes the mask off again.
            resource_tracker.ensure_running()
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})

    try:
        return prepare(settings, watch)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def check_ports(settings: Settings) -> None:
    """The service's own ports must be free before Asterisk starts; Asterisk's are looked at where it is started."""
    service = settings.service
    for host, port, name in (
        ("127.0.0.1", service.agi_port, "service.agi_port"),
        (service.http_address, service.http_port, "service.http_port"),
    ):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise ConfigError(
                    f"port {port} on {host} cannot be used ({error.strerror}); end what uses it, or set {name}",
                    error_id="port-taken",
                ) from error


def check_rtp(settings: Settings) -> None:
    """The ports for audio must be free too. A few of them tell: a program that has the range seldom leaves out all these."""
    asterisk = settings.asterisk
    first, last = asterisk.rtp_first, asterisk.rtp_last
    family = socket.AF_INET6 if ":" in asterisk.bind else socket.AF_INET
    for port in sorted({first + step * (last - first) // RTP_PROBES for step in range(RTP_PROBES + 1)}):
        with closing(socket.socket(family, socket.SOCK_DGRAM)) as probe:
            try:
                probe.bind((asterisk.bind, port))
            except OSError as error:
                raise ConfigError(
                    f"UDP port {asterisk.bind}:{port} for audio cannot be opened ({error.strerror}); "
                    "stop the program that has it, or change asterisk.rtp_first and asterisk.rtp_last",
                    error_id="port-taken",
                ) from error


def where(prepared: Prepared) -> str:
    """Where everything is, for people."""
    settings = prepared.settings
    sip = f"{settings.asterisk.bind}:{settings.asterisk.sip_port}"
    lines = "\n".join(
        f"    line {number}   user line-{number}   password in {settings.paths.secrets / f'line-{number}'}"
        for number in settings.lines.numbers
    )
    http = f"http://{settings.service.http_address}:{settings.service.http_port}"
    first = told(settings.paths.secrets, datetime.now(UTC))
    return f"""
1022 is ready. Stop it with Ctrl-C.

  Telephone (SIP)   {sip}, UDP and TCP; trunk to {settings.trunk.host}:{settings.trunk.port}
  Lines
{lines}
    on a line: *43 echo test   *11 log in   *12 log out   *13 pause   *14 back
  Desk              {http}/desk   ({first or "users: hotline1022 user list"})
  HTTP API          {http}/api/health/ready   (tokens: hotline1022 token create NAME)
  Data              {settings.paths.data}
"""
