"""Runs SIPp as the carrier with many citizens: each calls, presses 2 in the greeting, hears what follows, hangs up."""

import asyncio
import csv
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hotline1022.service.asterisk.engine_find import private_root
from tests.bench.figures import percentile
from tests.lab.ports import free_port
from tests.lab.rtp import LEVEL, RATE, encode_alaw
from tests.lab.world_conf import Address

#: seconds from answer to the key, and from the key to hanging up
BEFORE_KEY, AFTER_KEY = 4.0, 4.0
#: seconds that one call lasts
CALL_SECONDS = BEFORE_KEY + AFTER_KEY
#: what each citizen says, over and over: a tone, 50 packets a second
VOICE_TONE, VOICE_SECONDS = 330, 2
#: ports of its audio, two a call
RTP_PORTS = 4000

_HEADERS = """Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]bench[call_number]
To: <sip:1022@[remote_ip]:[remote_port]>{to}
Call-ID: [call_id]
CSeq: {cseq}
Contact: <sip:bench@[local_ip]:[local_port]>
Max-Forwards: 70
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SippRun:
    """What SIPp counted. Times in seconds."""

    offered_rate: float
    rate: float
    good: int
    failed: int
    answer_p99: float

    @property
    def calls(self) -> int:
        return self.good + self.failed


def command() -> list[str]:
    """SIPp of the private root, with its loader; FileNotFoundError names the cure."""
    root = private_root()
    binary = root / "usr/bin/sipp"
    if not binary.is_file():
        raise FileNotFoundError("SIPp is missing; run scripts/private-root sip-tester")
    loaders = sorted(root.glob("usr/lib*/ld-linux-*.so.*"))
    libraries = next(iter(sorted(root.glob("usr/lib/*-linux-gnu"))))
    return [str(loaders[0]), "--library-path", str(libraries), str(binary)]


async def citizens(folder: Path, product: Address, host: str, *, rate: float, seconds: float, first: int) -> SippRun:
    """`rate` new calls a second for `seconds`, numbers from 09`first` on. Ends by itself when every call has ended."""
    total = round(rate * seconds)
    scenario, numbers = folder / "citizen.xml", folder / "numbers.csv"
    statistics, errors = folder / "statistics.csv", folder / "errors.log"
    rtp = free_port("udp", host, block=RTP_PORTS)
    await asyncio.to_thread(_write, folder, total, first)
    words = [
        str(product), "-sf", str(scenario), "-inf", str(numbers), "-i", host, "-mi", host, "-min_rtp_port", str(rtp), "-max_rtp_port", str(rtp + RTP_PORTS),
        "-m", str(total), "-r", f"{rate:g}", "-l", str(round(rate * CALL_SECONDS * 3) + 20),
        "-nostdin", "-timeout", f"{seconds + 60:g}s", "-timeout_error", "-recv_timeout", "20000",
        "-trace_stat", "-stf", str(statistics), "-fd", "1",
        "-trace_rtt", "-rtt_freq", "1", "-trace_err", "-error_file", str(errors),
    ]  # fmt: skip
    with (folder / "screen.log").open("wb") as screen:
        process = await asyncio.create_subprocess_exec(
            *command(), *words, stdin=subprocess.DEVNULL, stdout=screen, stderr=screen, cwd=folder
        )
        try:
            async with asyncio.timeout(seconds + 90):
                await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    return _result(folder, statistics, rate)


def _write(folder: Path, total: int, first: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "citizen.xml").write_text(_scenario(), encoding="utf-8")
    clock = np.arange(VOICE_SECONDS * RATE)
    (folder / "voice.alaw").write_bytes(encode_alaw(LEVEL * np.sin(2 * np.pi * VOICE_TONE / RATE * clock)))
    lines = (f"09{first + n:08d};\n" for n in range(total))
    (folder / "numbers.csv").write_text("SEQUENTIAL\n" + "".join(lines), encoding="utf-8")


def _result(folder: Path, statistics: Path, rate: float) -> SippRun:
    if not statistics.is_file():
        raise RuntimeError(f"SIPp did not run: {(folder / 'screen.log').read_text(errors='replace')[-800:]}")
    with statistics.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    last = rows[-1]
    # the rate at which calls ended well, while new ones were made
    making = [row for row in rows if int(row["TotalCallCreated"]) < int(last["TotalCallCreated"])] or rows
    span = _seconds(making[-1]["ElapsedTime(C)"]) or 1.0
    answers: list[float] = []
    for name in folder.glob("*_rtt.csv"):
        lines = name.read_text(encoding="utf-8").splitlines()[1:]
        answers += [float(line.split(";")[1]) / 1000 for line in lines if line.count(";") >= 2]
        name.unlink()
    return SippRun(
        offered_rate=rate,
        rate=int(making[-1]["TotalCallCreated"]) / span,
        good=int(last["SuccessfulCall(C)"]),
        failed=int(last["FailedCall(C)"]),
        answer_p99=percentile(answers, 99),
    )


def _seconds(clock: str) -> float:
    hours, minutes, rest = clock.replace(":", " ").split()[:3]
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def _request(method: str, cseq: int, *, to: str = "[peer_tag_param]", kind: str = "", body: str = "") -> str:
    head = f"{method} sip:1022@[remote_ip]:[remote_port] SIP/2.0\n" + _HEADERS.format(to=to, cseq=f"{cseq} {method}")
    content = f"Content-Type: {kind}\nContent-Length: [len]\n\n{body}" if body else "Content-Length: 0\n\n"
    return f"<![CDATA[\n{head}{content}]]>"


def _scenario() -> str:
    audio = (
        "v=0\no=bench 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [media_ip]\nt=0 0\n"
        "m=audio [rtpstream_audio_port] RTP/AVP 8 101\na=rtpmap:8 PCMA/8000\n"
        "a=rtpmap:101 telephone-event/8000\na=fmtp:101 0-16\na=ptime:20\n"
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="citizen">
<send retrans="500" start_rtd="1">{_request("INVITE", 1, to="", kind="application/sdp", body=audio)}</send>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="183" optional="true"/>
<recv response="200" rtd="1"/>
<send>{_request("ACK", 1)}</send>
<nop><action><exec rtp_stream="voice.alaw,-1,8,PCMA/8000"/></action></nop>
<pause milliseconds="{BEFORE_KEY * 1000:.0f}"/>
<send retrans="500">{_request("INFO", 2, kind="application/dtmf-relay", body="Signal=2&#10;Duration=100&#10;".replace("&#10;", chr(10)))}</send>
<recv response="200"/>
<pause milliseconds="{AFTER_KEY * 1000:.0f}"/>
<send retrans="500">{_request("BYE", 3)}</send>
<recv response="200"/>
</scenario>
"""
