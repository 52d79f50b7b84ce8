"""The Asterisk files of the test network: the carrier, the agent phones and what they do when called; no logic in Python."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

MODULES = (
    "res_timing_timerfd",
    "res_pjproject",
    "res_sorcery_config",
    "res_sorcery_memory",
    "res_sorcery_astdb",
    "res_pjsip",
    "res_pjsip_pubsub",
    "res_pjsip_session",
    "res_pjsip_sdp_rtp",
    "res_pjsip_caller_id",
    "res_pjsip_nat",
    "res_pjsip_rfc3326",
    "res_pjsip_header_funcs",
    "res_pjsip_authenticator_digest",
    "res_pjsip_outbound_authenticator_digest",
    "res_pjsip_outbound_registration",
    "res_pjsip_refer",
    "res_pjsip_registrar",
    "res_pjsip_endpoint_identifier_ip",
    "res_pjsip_endpoint_identifier_user",
    "res_rtp_asterisk",
    "res_srtp",
    "chan_pjsip",
    "codec_alaw",
    "codec_ulaw",
    "format_wav",
    "format_pcm",
    "bridge_simple",
    "pbx_config",
    "app_exec",
    "app_mixmonitor",
    "app_playtones",
    "app_senddtmf",
    "app_stack",
    "app_transfer",
    "app_userevent",
    "func_callerid",
    "func_channel",
    "func_global",
    "func_logic",
    "func_strings",
)

#: Files that Asterisk complains about when they are not there.
QUIET = {
    "acl.conf": "",
    "ccss.conf": "[general]\n",
    "features.conf": "[general]\n",
    "indications.conf": "[general]\ncountry = vn\n[vn]\ndescription = Vietnam\nringcadence = 1000,4000\ndial = 425\nbusy = 425/350,0/350\n",
    "pjproject.conf": "",
    "udptl.conf": "[general]\n",
}

EVENTS = "Newstate|Hangup|UserEvent|Registry|OriginateResponse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A SIP address of the network or of the product."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """A carrier that talks TLS and SRTP, and nothing else: its certificate, and where the product listens for TLS."""

    certificate: Path
    key: Path
    product: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Where everybody is. `phones` are line numbers with the secrets of `line-NUMBER`."""

    product: Address
    carrier: Address
    phones_at: Address
    phones: Mapping[str, str] = field(repr=False)
    ami_port: int
    ami_secret: str = field(repr=False)
    rtp_first: int
    rtp_last: int
    recordings: Path
    #: (user name, secret) with which the product registers at the carrier; None: a trunk by address.
    account: tuple[str, str] | None = field(default=None, repr=False)
    tls: Tls | None = None

    @property
    def trunk(self) -> str:
        """Where the carrier finds the product, as in a SIP URI."""
        return str(self.product) if self.tls is None else f"{self.tls.product};transport=tls"


def files(world: World) -> dict[str, str]:
    """All files of the network's etc/."""
    loads = "\n".join(f"require = {name}.so" for name in MODULES)
    return {
        "modules.conf": f"[modules]\nautoload = no\n{loads}\n",
        "rtp.conf": f"[general]\nrtpstart = {world.rtp_first}\nrtpend = {world.rtp_last}\nstrictrtp = no\n",
        "manager.conf": _MANAGER.format(port=world.ami_port, secret=world.ami_secret, events=EVENTS),
        "extensions.conf": _DIALPLAN.format(recordings=world.recordings),
        "pjsip.conf": _pjsip(world),
        "cdr.conf": "[general]\nenable = no\n",
        "cel.conf": "[general]\nenable = no\n",
        **QUIET,
    }


def _pjsip(world: World) -> str:
    shared = world.phones_at == world.carrier
    phone_transport = "carrier-transport" if shared else "phone-transport"
    order = "username,ip" if world.account else "ip,username"
    escaped = world.trunk.replace(";", "\\;")
    parts = [
        f"[global]\ntype = global\nendpoint_identifier_order = {order}\nuser_agent = test phone network\n",
        _transport("carrier-transport", world.carrier, world.tls),
        "" if shared else _transport("phone-transport", world.phones_at),
        f"[product]\ntype = aor\ncontact = sip:{world.product}\n",
        f"[trunk]\ntype = aor\ncontact = sip:{escaped}\n",
        _endpoint("carrier", "carrier-transport", world.carrier.host)
        + "send_pai = yes\ntrust_id_outbound = yes\ntrust_id_inbound = yes\naors = trunk\n"
        + _media(world),
        _endpoint("withheld", "carrier-transport", world.carrier.host)
        + "from_user = anonymous\nfrom_domain = anonymous.invalid\naors = trunk\n"
        + _media(world),
        f"[carrier]\ntype = identify\nendpoint = carrier\nmatch = {world.product.host}\n",
        _account(world),
    ]
    parts += [_phone(f"line-{number}", secret, phone_transport, world) for number, secret in world.phones.items()]
    return "\n".join(part for part in parts if part)


def _phone(name: str, secret: str, transport: str, world: World) -> str:
    return (
        _endpoint(name, transport, world.phones_at.host)
        + f"aors = product\noutbound_auth = {name}\nfrom_user = {name}\n\n"
        f"[{name}]\ntype = auth\nauth_type = userpass\nusername = {name}\npassword = {secret}\n\n"
        f"[{name}]\ntype = registration\ntransport = {transport}\noutbound_auth = {name}\n"
        f"server_uri = sip:{world.product}\nclient_uri = sip:{name}@{world.product}\ncontact_user = {name}\n"
        f"line = yes\nendpoint = {name}\nexpiration = 120\nmax_retries = 100000\nauth_rejection_permanent = no\n"
        "max_random_initial_delay = 0\nretry_interval = 1\nforbidden_retry_interval = 1\nfatal_retry_interval = 1\n"
    )


def _account(world: World) -> str:
    if world.account is None:
        return ""
    user, secret = world.account
    return (
        _endpoint(user, "carrier-transport", world.carrier.host)
        + f"send_pai = yes\ntrust_id_outbound = yes\ntrust_id_inbound = yes\naors = {user}\nauth = {user}\n{_media(world)}\n"
        f"[{user}]\ntype = auth\nauth_type = userpass\nusername = {user}\npassword = {secret}\n\n"
        f"[{user}]\ntype = aor\nmax_contacts = 1\nremove_existing = yes\n"
    )


def _transport(name: str, address: Address, tls: Tls | None = None) -> str:
    if tls is None:
        return f"[{name}]\ntype = transport\nprotocol = udp\nbind = {address}\n"
    return (
        f"[{name}]\ntype = transport\nprotocol = tls\nbind = {address}\nmethod = tlsv1_2\n"
        f"cert_file = {tls.certificate}\npriv_key_file = {tls.key}\nca_list_file = {tls.certificate}\nverify_server = yes\n"
    )


def _media(world: World) -> str:
    """Nothing but SRTP where TLS is asked for: an offer without it is refused."""
    return "" if world.tls is None else "media_encryption = sdes\nmedia_encryption_optimistic = no\n"


def _endpoint(name: str, transport: str, host: str) -> str:
    return (
        f"[{name}]\ntype = endpoint\ntransport = {transport}\ncontext = incoming\ndisallow = all\nallow = alaw\n"
        f"media_address = {host}\nbind_rtp_to_media_address = yes\ndirect_media = no\ndtmf_mode = rfc4733\ntimers = no\n"
    )


_MANAGER = """[general]
enabled = yes
bindaddr = 127.0.0.1
port = {port}
timestampevents = yes
webenabled = no
[lab]
secret = {secret}
read = system,call,user,dtmf
write = system,call,user,reporting,originate
writetimeout = 5000
eventfilter = Event: ({events})
"""

#: A plan is `mode,ring,talk,then,freq,cause`: see plans.py.
_DIALPLAN = """[incoming]
exten => _[+*#a-z0-9]!,1,Set(ARRAY(mode,ring,talk,then,freq,cause)=${{GLOBAL(PLAN_${{EXTEN}})}})
 same => n,UserEvent(LabInvite,Who: ${{EXTEN}},From: ${{CALLERID(num)}})
 same => n,GotoIf($["${{mode}}" = ""]?plan,refuse,1:plan,${{mode}},1)

[plan]
exten => answer,1,Ringing()
 same => n,Wait(${{ring}})
 same => n,Answer(0,i)
 same => n,Goto(talk,s,1)
exten => ring,1,Ringing()
 same => n,Wait(3600)
exten => refuse,1,Wait(${{ring}})
 same => n,Hangup(${{IF($["${{cause}}" = ""]?1:${{cause}})}})

[talk]
exten => s,1,MixMonitor(,r({recordings}/${{UNIQUEID}}-heard.wav)t({recordings}/${{UNIQUEID}}-said.wav))
 same => n,UserEvent(LabRecording)
 same => n(on),GotoIf($["${{freq}}" = "none"]?quiet)
 same => n,PlayTones(${{freq}})
 same => n(quiet),Wait(${{talk}})
 same => n,GotoIf($["${{then}}" = "hangup"]?bye)
 same => n,ExecIf($["${{freq}}" != "none"]?PlayTones(0))
 same => n,Wait(3600)
 same => n(bye),Hangup()
exten => refer,1,Transfer(${{refer_to}})
 same => n,GotoIf($["${{TRANSFERSTATUS}}" = "SUCCESS"]?s,bye)
 same => n,Wait(3600)
exten => h,1,StopMixMonitor()
 same => n,UserEvent(LabEnded,Received: ${{CHANNEL(rtcp,rxcount)}},Sent: ${{CHANNEL(rtcp,txcount)}})
"""
