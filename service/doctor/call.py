"""Proves the recording on the Asterisk at hand: a temporary one calls itself over SIP and RTP on 127.0.0.1.

In each of the calls three people talk with the citizen one after the other, each with a tone of their own, and every leg
is recorded by the shipped [hl1022-track]. Touches neither the data folder nor a running hotline; leaves nothing behind.
"""

import asyncio
import os
import random
import re
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

from hotline1022.core.errors import ConfigError, Unavailable
from hotline1022.service.asterisk.engine import AsteriskInstance, Port
from hotline1022.service.asterisk.engine_find import AsteriskEngine
from hotline1022.service.asterisk.engine_folder import LONGEST_SOCKET
from hotline1022.service.doctor.ear import CITIZEN, PEOPLE, TALK_SECONDS, TONES, Heard, closed, listen
from hotline1022.service.settings.tree import Settings

#: calls at the same time; a build with the defect is taken for sound by all of them once in a million
CALLS = 8
#: how long all calls may take, seconds
CALL_SECONDS = 16.0
#: tenths of a second that the recorder may take to finish its files
CLOSE_TRIES = 30
RTP_PORTS = 400
PREFIX = "hl1022-doctor-"

MODULES = """
res_timing_timerfd res_pjproject res_sorcery_config res_sorcery_memory res_sorcery_astdb res_pjsip res_pjsip_pubsub
res_pjsip_session res_pjsip_sdp_rtp res_pjsip_caller_id res_pjsip_authenticator_digest res_pjsip_endpoint_identifier_ip
res_rtp_asterisk chan_pjsip codec_alaw format_wav format_pcm bridge_simple bridge_builtin_features pbx_config res_clioriginate
app_celgenuserevent app_dial app_mixmonitor app_playtones app_stack func_channel func_cut func_logic func_strings
"""

Tell = Callable[[float], None]


async def prove(settings: Settings, engine: AsteriskEngine, tell: Tell | None = None) -> Heard:
    """Call, record, listen; 15 s. `tell` hears how much of it is done (0 to 1). Unavailable: the calls did not come about."""
    tell = tell or (lambda done: None)
    async with _stopped_by_signals(), _temporary() as folder:
        tracks = folder / "tracks"
        tracks.mkdir()
        pbx = instance(folder / "asterisk", tracks, engine, settings)
        try:
            tell(0.0)
            await pbx.start()
            await _call(pbx, tracks, tell)
        finally:
            await _stop(pbx)
        heard = await asyncio.to_thread(listen, tracks)
        if heard.calls < CALLS:
            raise Unavailable(
                f"only {heard.calls} of {CALLS} calls to itself were recorded whole within {CALL_SECONDS:g} s; try again "
                f"when the machine has less to do; Asterisk's last words: {pbx.log_tail(3)}",
                error_id="doctor-call-failed",
            )
        tell(1.0)
        return heard


async def _call(pbx: AsteriskInstance, tracks: Path, tell: Tell) -> None:
    await asyncio.gather(
        *(pbx.cli(f"channel originate PJSIP/1022@myself extension {CITIZEN}@phones") for _ in range(CALLS))
    )
    begun = time.monotonic()
    length = TALK_SECONDS * len(PEOPLE) + 1.0
    talked = False
    while (passed := time.monotonic() - begun) < CALL_SECONDS:
        tell(min(0.95, passed / length))
        said = await pbx.cli("core show channels count")
        up = re.search(r"(\d+) active channel", said)
        talked = talked or (up is not None and up[1] != "0")
        if talked and up is not None and up[1] == "0":
            break
        await asyncio.sleep(0.3)
    for _ in range(CLOSE_TRIES):
        if await asyncio.to_thread(closed, tracks, CALLS * 2 * len(TONES)):
            break
        await asyncio.sleep(0.1)


async def _stop(pbx: AsteriskInstance) -> None:
    try:
        await pbx.stop()
    finally:
        if pbx.running:
            await pbx.kill9()


def instance(folder: Path, tracks: Path, engine: AsteriskEngine, settings: Settings) -> AsteriskInstance:
    """The temporary Asterisk: no manager, no journal, one endpoint, which is itself."""
    sip, rtp = _free_port(), _free_ports(settings)
    loads = "\n".join(f"require={name}.so" for name in MODULES.split())
    conf = {
        "modules.conf": f"[modules]\nautoload=no\n{loads}\n",
        "rtp.conf": f"[general]\nrtpstart={rtp}\nrtpend={rtp + RTP_PORTS - 1}\n",
        "pjsip.conf": _PJSIP.format(sip=sip),
        "extensions.conf": _dialplan(tracks),
        "indications.conf": "[general]\ncountry=vn\n[vn]\ndescription=Vietnam\nringcadence=1000,4000\ndial=425\n",
        "manager.conf": "[general]\nenabled=no\n",
        **{f"{name}.conf": "[general]\nenable=no\n" for name in ("cdr", "cel")},
        **{f"{name}.conf": "[general]\n" for name in ("udptl", "ccss", "features")},
        **{f"{name}.conf": "" for name in ("acl", "pjproject")},
        "stasis.conf": "[threadpool]\n",
    }
    return AsteriskInstance(
        folder,
        conf,
        engine,
        system_name="doctor",
        ports=[Port(host="127.0.0.1", number=sip)],
        die_with_parent=True,
    )


_PJSIP = """[global]
type=global
endpoint_identifier_order=ip

[transport]
type=transport
protocol=udp
bind=127.0.0.1:{sip}

[myself]
type=endpoint
context=hotline
aors=myself
disallow=all
allow=alaw
direct_media=no
media_address=127.0.0.1
bind_rtp_to_media_address=yes

[myself]
type=aor
contact=sip:127.0.0.1:{sip}

[myself]
type=identify
endpoint=myself
match=127.0.0.1
"""


def _dialplan(tracks: Path) -> str:
    dials = "\n".join(f" same => n,Dial(PJSIP/{who}@myself,8,gU(hl1022-track^{who}))" for who in PEOPLE)
    phones = "\n".join(
        f"exten => {who},1,Answer(,i)\n same => n,PlayTones({TONES[who]})\n same => n,Wait({TALK_SECONDS})\n"
        " same => n,Hangup()"
        for who in PEOPLE
    )
    return f"""[general]
autofallthrough=yes
[globals]
HL_SPOOL={tracks}
[hotline]
exten => 1022,1,Set(__HL_CALL=${{UNIQUEID}})
 same => n,Answer(,i)
 same => n,Gosub(hl1022-track,s,1({CITIZEN}))
{dials}
 same => n,Hangup()
{phones}
[phones]
exten => {CITIZEN},1,PlayTones({TONES[CITIZEN]})
 same => n,Wait({CALL_SECONDS:g})
 same => n,Hangup()
{track_context()}"""


def track_context() -> str:
    """The shipped [hl1022-track], so that what is proved is what the hotline does."""
    text = (files("hotline1022.asterisk_conf") / "hl1022" / "extensions.conf").read_text(encoding="utf-8")
    found = re.search(r"^\[hl1022-track\]\n.*?(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL)
    if found is None or "MixMonitor" not in found[0]:
        raise ConfigError(
            "hl1022/extensions.conf has no [hl1022-track] that records; install 1022 anew",
            error_id="dialplan-incomplete",
        )
    return found[0]


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def _free_ports(settings: Settings) -> int:
    """The first of RTP_PORTS neighbours that are free and not the hotline's own."""
    ours = range(settings.asterisk.rtp_first, settings.asterisk.rtp_last + 1)
    blocks = [
        first
        for first in range(12000, 64000, RTP_PORTS)
        if first + RTP_PORTS <= ours.start or first >= ours.stop
    ]  # fmt: skip
    random.shuffle(blocks)
    for first in blocks:
        if all(_is_free(number) for number in range(first, first + RTP_PORTS)):
            return first
    raise Unavailable(
        f"no {RTP_PORTS} free UDP ports beside each other on 127.0.0.1; end what holds them, and try again",
        error_id="port-taken",
    )


def _is_free(number: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return False
        return True


@asynccontextmanager
async def _temporary() -> AsyncIterator[Path]:
    """A folder that is gone afterwards, whatever happens inside; its path is short enough for the control socket in it."""
    place = Path(tempfile.gettempdir())
    if len(os.fsencode(place / f"{PREFIX}12345678/asterisk/run/asterisk.ctl")) > LONGEST_SOCKET:
        place = Path("/tmp")
    try:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    except OSError as error:
        raise Unavailable(
            f"no folder can be made in {place} ({error.strerror}); set TMPDIR to a short path where there is room"
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@asynccontextmanager
async def _stopped_by_signals() -> AsyncIterator[None]:
    """SIGTERM and a closed terminal end what is inside as Ctrl-C does: cleanly."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    got: list[int] = []

    def stop(number: int) -> None:
        if not got:
            task.cancel()
        got.append(number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop, number)
    try:
        yield
    except asyncio.CancelledError:
        if got:
            sys.exit(128 + got[0])
        raise
    finally:
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.remove_signal_handler(number)
