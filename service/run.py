"""`hotline1022 run`: prepare, start, say where everything is, watch, stop. Refuses to start half of it."""

import asyncio
import socket
from contextlib import closing

import click

from hotline1022.core.errors import ConfigError
from hotline1022.service.lock import locked
from hotline1022.service.prepare import Prepared, prepare
from hotline1022.service.settings import Settings
from hotline1022.service.stand import Stand, service_command


async def run_all(settings: Settings, config: str | None) -> None:
    """Until Ctrl-C or SIGTERM."""
    with locked(settings.paths.data / "run.lock", "1022"):
        check_ports(settings)
        prepared = await asyncio.to_thread(prepare, settings)
        stand = Stand(prepared.asterisk(), service_command(config), click.echo)
        await stand.start()
        try:
            click.echo(where(prepared))
        finally:
            await stand.run()
        click.echo("1022 has stopped.")


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


def where(prepared: Prepared) -> str:
    """Where everything is, for people."""
    settings = prepared.settings
    sip = f"{settings.asterisk.bind}:{settings.asterisk.sip_port}"
    lines = "\n".join(
        f"    line {number}   user line-{number}   password in {settings.paths.secrets / f'line-{number}'}"
        for number in settings.lines.numbers
    )
    http = f"http://{settings.service.http_address}:{settings.service.http_port}"
    return f"""
1022 is ready. Stop it with Ctrl-C.

  Telephone (SIP)   {sip}, UDP and TCP; trunk to {settings.trunk.host}:{settings.trunk.port}
  Lines
{lines}
    on a line: *43 echo test   *11 log in   *12 log out   *13 pause   *14 back
  HTTP API          {http}/api/health/ready   (tokens: hotline1022 token create NAME)
  Data              {settings.paths.data}
"""
