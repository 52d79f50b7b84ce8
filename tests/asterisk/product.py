"""The product under test: its own Asterisk and, when wanted, its service as a child process, on free ports and a fresh folder."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from hotline1022.service.asterisk.engine import AsteriskInstance
from hotline1022.service.prepare import Prepared, prepare
from hotline1022.service.settings.config import load
from hotline1022.service.settings.tree import Settings
from tests.lab.network import Address, PhoneNetwork
from tests.lab.ports import free_port
from tests.lab.prompts import kept_prompts, patiently


@dataclass(slots=True)
class Product:
    """One hotline."""

    settings: Settings
    config: Path
    prepared: Prepared
    asterisk: AsteriskInstance
    process: asyncio.subprocess.Process | None = None
    log: list[str] = field(default_factory=list)

    @classmethod
    def make(
        cls,
        folder: Path,
        tables: str = "",
        queue: Mapping[str, int] | None = None,
        *,
        asterisk: str = "",
        trunk: str = "",
    ) -> Self:
        """Write the settings and prepare everything; starts nothing. `asterisk`, `trunk` more lines of that table."""
        folder.mkdir(parents=True, exist_ok=True)
        data = folder / "data"
        data.mkdir(exist_ok=True)
        if not (data / "prompts").exists():
            (data / "prompts").symlink_to(kept_prompts())
        sip, rtp = free_port("udp"), free_port("udp", block=400)
        # in the tests 115 talks for a second or two, and that is a talk
        short = "[emergency]\nshortest_talk_seconds = 1"
        tables = tables.replace("[emergency]", short) if "[emergency]" in tables else f"{tables}\n{short}"
        lines = "\n".join(f"{key} = {value}" for key, value in {"wrap_up_seconds": 0, **(queue or {})}.items())
        config = folder / "1022.toml"
        config.write_text(
            f"""
[paths]
data = "{data}"
[asterisk]
sip_port = {sip}
rtp_first = {rtp}
rtp_last = {rtp + 399}
ami_port = {free_port("tcp")}
{asterisk}
[trunk]
host = "127.0.0.2"
port = {free_port("udp", "127.0.0.2")}
{trunk}
[service]
agi_port = {free_port("tcp")}
http_port = {free_port("tcp")}
[queue]
{lines}
{tables}
""",
            encoding="utf-8",
        )
        settings = load(config, {})
        prepared = patiently(lambda: prepare(settings))
        return cls(settings=settings, config=config, prepared=prepared, asterisk=prepared.asterisk())

    def network(self, folder: Path, **more: Any) -> PhoneNetwork:
        """The outside world of this hotline."""
        trunk = self.settings.trunk
        rtp = free_port("udp", block=400)
        return PhoneNetwork(
            folder,
            self.prepared.engine,
            product=Address(host=self.settings.asterisk.bind, port=self.settings.asterisk.sip_port),
            carrier=Address(host=trunk.host, port=trunk.port),
            phones={number: self.prepared.secrets.line(number) for number in self.settings.lines.numbers},
            rtp_first=rtp,
            rtp_last=rtp + 399,
            **more,
        )

    async def start_service(self, env: Mapping[str, str] | None = None, *, limit: float = 30.0) -> None:
        """Start the service and wait until it says that it is ready, so many seconds at most."""
        log = (self.config.parent / "service.log").open("ab")
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hotline1022", "serve", "--config", str(self.config),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
            env={**os.environ, "TELL_READY": "stdout", **(env or {})}, start_new_session=True,
        )  # fmt: skip
        log.close()
        assert self.process.stdout is not None
        async with asyncio.timeout(limit):
            line = await self.process.stdout.readline()
        assert line.strip() == b"ready", f"the service did not start:\n{self.service_log()}"

    def service_log(self, lines: int = 40) -> str:
        """What it said last."""
        file = self.config.parent / "service.log"
        return (
            "\n".join(file.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]) if file.exists() else ""
        )

    async def stop_service(self, number: signal.Signals = signal.SIGTERM, limit: float = 20.0) -> int | None:
        """End it by this signal and wait."""
        if self.process is None or self.process.returncode is not None:
            return self.process.returncode if self.process else None
        self.process.send_signal(number)
        async with asyncio.timeout(limit):
            return await self.process.wait()

    async def cli(self, *words: str) -> str:
        """`hotline1022 WORDS --config …`; the output, or an AssertionError with what it said."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hotline1022", *words, "--config", str(self.config),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(30):
            out, error = await process.communicate()
        assert process.returncode == 0, error.decode()
        return out.decode()

    async def calls(self, caller: str | None = None) -> list[dict[str, Any]]:
        """The call log, oldest first, each call with legs, events and tracks; of this number alone where one is given."""
        listed = json.loads(await self.cli("calls", "list", "--json", "--limit", "200"))
        wanted = [call["id"] for call in reversed(listed) if caller is None or call["caller_raw"] == caller]
        return [json.loads(await self.cli("calls", "show", call, "--json")) for call in wanted]

    def journal(self) -> list[dict[str, Any]]:
        """What Asterisk wrote, from the outside; a row that it is writing just now is not yet there."""
        file = self.settings.paths.journal / "cel.jsonl"
        written = file.read_text(encoding="utf-8") if file.exists() else ""
        return [json.loads(line) for line in written.rpartition("\n")[0].splitlines()]

    async def log_in(self, line: str, person: str) -> None:
        """Put a person at a line without the service: what Asterisk kept from an earlier login."""
        for queue in ("hl1022-main", "hl1022-emergency"):
            said = await self.asterisk.cli(f"queue add member PJSIP/line-{line} to {queue} penalty 0 as {person}")
            assert "Added interface" in said, said


@asynccontextmanager
async def running(product: Product, *, service: bool = True) -> AsyncIterator[Product]:
    """Asterisk, and the service when wanted, until the end of the block; both are gone then."""
    await product.asterisk.start()
    try:
        if service:
            await product.start_service()
        yield product
    finally:
        try:
            await product.stop_service()
        finally:
            if product.process is not None and product.process.returncode is None:
                product.process.kill()
                await product.process.wait()
            await product.asterisk.stop()
