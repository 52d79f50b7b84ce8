"""A hotline in forty lines, against which the test network proves itself; it shares nothing with the product."""

from collections.abc import Mapping
from pathlib import Path

from hotline1022.service.asterisk.engine import AsteriskEngine, AsteriskInstance, Port
from tests.lab.audio import write_tone
from tests.lab.world_conf import QUIET, Address

MUSIC = 620
GREETING = 760

MODULES = """
res_timing_timerfd res_pjproject res_sorcery_config res_sorcery_memory res_sorcery_astdb res_pjsip res_pjsip_pubsub
res_pjsip_session res_pjsip_sdp_rtp
res_pjsip_caller_id res_pjsip_refer res_pjsip_nat res_pjsip_rfc3326 res_pjsip_authenticator_digest res_pjsip_registrar
res_pjsip_outbound_authenticator_digest res_pjsip_outbound_registration res_pjsip_endpoint_identifier_ip
res_pjsip_endpoint_identifier_user res_rtp_asterisk chan_pjsip res_musiconhold codec_alaw format_wav format_pcm
bridge_simple bridge_builtin_features pbx_config app_exec app_dial app_queue app_playback app_echo app_read
app_mixmonitor app_stack app_verbose func_channel func_logic func_strings
"""


def bare_product(
    folder: Path,
    engine: AsteriskEngine,
    *,
    at: Address,
    trunk: Address,
    lines: Mapping[str, str],
    account: tuple[str, str] | None = None,
) -> AsteriskInstance:
    """Numbers of its trunk: 1022 greets and reads a key (1 echo, 2 the queue, 9 → 115), 1023 is the queue at once,
    1024 is busy, 1025 rings 101 and then 102. Of its lines: *11 plays the greeting, and once more on key 5; they reach the others too.

    It never bridges RTP natively: that lets sequence numbers fall on the wire, and Debian's recorder drops what follows.
    """
    music, prompts = folder / "music", folder / "prompts"
    for place in (music, prompts):
        place.mkdir(parents=True, exist_ok=True)
    write_tone(music / "tone.wav", MUSIC, 10)
    write_tone(prompts / "greeting.wav", GREETING, 2)
    loads = "\n".join(f"require = {name}.so" for name in MODULES.split())
    members = "\n".join(f"member = PJSIP/line-{number}" for number in lines)
    conf = {
        "modules.conf": f"[modules]\nautoload = no\n{loads}\n",
        "rtp.conf": "[general]\nrtpstart = 31000\nrtpend = 31199\n",
        "musiconhold.conf": f"[default]\nmode = files\ndirectory = {music}\n",
        "queues.conf": f"[general]\n[hotline]\nstrategy = linear\ntimeout = 5\nretry = 1\nringinuse = no\n{members}\n",
        "extensions.conf": _DIALPLAN,
        "pjsip.conf": _pjsip(at, trunk, lines, account),
        "cdr.conf": "[general]\nenable = no\n",
        "cel.conf": "[general]\nenable = no\n",
        **QUIET,
        "manager.conf": "[general]\nenabled = no\n",
        "queuerules.conf": "[general]\n",
    }
    return AsteriskInstance(
        folder,
        conf,
        engine,
        system_name="bare",
        sounds={"prompts": prompts},
        die_with_parent=True,
        ports=[Port(host=at.host, number=at.port)],
    )


def _pjsip(at: Address, trunk: Address, lines: Mapping[str, str], account: tuple[str, str] | None) -> str:
    common = "disallow = all\nallow = alaw\ndirect_media = no\ndtmf_mode = rfc4733\n"
    parts = [
        "[global]\ntype = global\nendpoint_identifier_order = username,ip\n",
        f"[main]\ntype = transport\nprotocol = udp\nbind = {at}\n",
        f"[trunk]\ntype = endpoint\ncontext = trunk\naors = trunk\n{common}",
        f"[trunk]\ntype = aor\ncontact = sip:{trunk}\n",
        f"[trunk]\ntype = identify\nendpoint = trunk\nmatch = {trunk.host}\n",
    ]
    if account is not None:
        user, secret = account
        parts[2] += f"outbound_auth = trunk\nfrom_user = {user}\n"
        parts += [
            f"[trunk]\ntype = auth\nauth_type = userpass\nusername = {user}\npassword = {secret}\n",
            f"[trunk]\ntype = registration\noutbound_auth = trunk\nserver_uri = sip:{trunk}\n"
            + f"client_uri = sip:{user}@{trunk}\ncontact_user = {user}\nretry_interval = 1\n",
        ]
    for number, secret in lines.items():
        name = f"line-{number}"
        parts += [
            f"[{name}]\ntype = endpoint\ncontext = lines\nauth = {name}\naors = {name}\n{common}",
            f"[{name}]\ntype = auth\nauth_type = userpass\nusername = {name}\npassword = {secret}\n",
            f"[{name}]\ntype = aor\nmax_contacts = 1\nremove_existing = yes\n",
        ]
    return "\n".join(parts)


_DIALPLAN = """[trunk]
exten => _[+0-9].,1,Goto(1022,1)
exten => 1022,1,Answer()
 same => n,Read(KEY,prompts/greeting,1,,1,4)
 same => n,GotoIf($["${KEY}" = "1"]?echo,1)
 same => n,GotoIf($["${KEY}" = "2"]?1023,1)
 same => n,GotoIf($["${KEY}" = "9"]?emergency,1)
 same => n,Hangup()
exten => echo,1,Echo()
exten => 1023,1,Answer()
 same => n,Queue(hotline,,,,60)
 same => n,Hangup()
exten => emergency,1,Dial(PJSIP/115@trunk,20)
 same => n,Playback(prompts/greeting)
 same => n,Hangup(${HANGUPCAUSE})
exten => 1024,1,Hangup(17)
exten => 1025,1,Answer()
 same => n,Dial(PJSIP/line-101,20,g)
 same => n,Dial(PJSIP/line-102,20,g)
 same => n,Hangup()

[lines]
include => trunk
exten => *11,1,Answer()
 same => n,Playback(prompts/greeting)
 same => n,Read(KEY,,1,,1,3)
 same => n,ExecIf($["${KEY}" = "5"]?Playback(prompts/greeting))
 same => n,Hangup()
"""
