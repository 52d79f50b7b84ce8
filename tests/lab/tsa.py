"""A time-stamping authority: openssl's own, with a CA made for the test, behind a small HTTP server that can misbehave."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

_CONF = """
[tsa]
default_tsa = t
[t]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
{certs}
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = {digests}
accuracy = secs:1
ess_cert_id_alg = sha256
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[ts]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


@dataclass
class Tsa:
    """A running authority; `mode`: good, chain (its root comes along, as openssl orders them), refuse, broken, hang, other-hash, old-answer, garbage, huge."""

    folder: Path
    url: str = ""
    mode: str = "good"
    asked: int = 0

    @property
    def roots(self) -> Path:
        """PEM file of its root."""
        return self.folder / "ca.pem"

    @property
    def with_own(self) -> Path:
        """The same with its own certificate."""
        both = self.folder / "both.pem"
        both.write_bytes(self.roots.read_bytes() + (self.folder / "tsa.pem").read_bytes())
        return both

    def reply(self, question: bytes) -> bytes:
        """openssl's answer. Blocks."""
        asked = self.folder / "question.tsq"
        asked.write_bytes(question)
        conf = {"refuse": "refusing.conf", "chain": "chain.conf"}.get(self.mode, "tsa.conf")
        answer = self.folder / "answer.tsr"
        _openssl("ts", "-reply", "-config", self.folder / conf, "-queryfile", asked, "-out", answer)
        return answer.read_bytes()

    def another(self) -> bytes:
        """A question about something else."""
        (self.folder / "other").write_text("something else")
        asked = self.folder / "other.tsq"
        _openssl("ts", "-query", "-data", self.folder / "other", "-sha256", "-cert", "-out", asked)
        return asked.read_bytes()

    async def answer(self, request: web.Request) -> web.Response:
        """One question over HTTP."""
        question = await request.read()
        assert request.content_type == "application/timestamp-query"
        self.asked += 1
        match self.mode:
            case "broken":
                return web.Response(status=500)
            case "garbage":
                return web.Response(body=b"not a stamp")
            case "huge":
                return web.Response(body=b"0" * 300_000)
            case "hang":
                await asyncio.Event().wait()
            case "other-hash":
                question = self.another()
            case "old-answer" if (self.folder / "kept.tsr").exists():
                return web.Response(body=(self.folder / "kept.tsr").read_bytes())
        body = await asyncio.to_thread(self.reply, question)
        (self.folder / "kept.tsr").write_bytes(body)
        return web.Response(body=body, content_type="application/timestamp-reply")


def make(folder: Path) -> Tsa:
    """Keys, certificates and settings. Blocks."""
    folder.mkdir()
    chain = f"certs = {folder}/ca.pem"
    for name, digests, certs in (
        ("tsa.conf", "sha256, sha512", ""),
        ("refusing.conf", "sha512", ""),
        ("chain.conf", "sha256", chain),
    ):
        (folder / name).write_text(_CONF.format(folder=folder, digests=digests, certs=certs))
    (folder / "serial").write_text("01\n")
    conf = folder / "tsa.conf"
    new = ("req", "-newkey", "rsa:2048", "-nodes", "-config", conf)
    _openssl(*new, "-x509", "-days", "30", "-subj", "/CN=Test CA", "-extensions", "ca", "-keyout", folder / "ca.key",
             "-out", folder / "ca.pem")  # fmt: skip
    _openssl(*new, "-subj", "/CN=Test TSA", "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr")
    _openssl("x509", "-req", "-in", folder / "tsa.csr", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key",
             "-CAcreateserial", "-days", "30", "-extfile", conf, "-extensions", "ts", "-out", folder / "tsa.pem")  # fmt: skip
    return Tsa(folder=folder)


@asynccontextmanager
async def running(tsa: Tsa) -> AsyncIterator[Tsa]:
    """It listens on loopback."""
    app = web.Application()
    app.router.add_post("/", tsa.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        tsa.url = f"http://{host}:{port}/"
        yield tsa
    finally:
        await runner.cleanup()


@pytest.fixture(scope="module", name="made")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Tsa:
    """Its keys and certificates take a while."""
    return make(tmp_path_factory.mktemp("tsa") / "tsa")


@pytest.fixture
async def tsa(made: Tsa) -> AsyncIterator[Tsa]:
    """Running, and well."""
    made.mode = "good"
    async with running(made):
        yield made
