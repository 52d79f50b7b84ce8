"""The few words of SIP that the test handset needs: messages to and from text, digest, SDP; it checks nothing."""

import hashlib
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SipMessage:
    """A request or response; header names in lower case, each with all its values in order."""

    first: str
    headers: dict[str, list[str]]
    body: str = ""

    @property
    def method(self) -> str:
        """INVITE, BYE …; of a response: the method that it answers."""
        return self.one("cseq").split()[1]

    @property
    def status(self) -> int | None:
        """200 …; None for a request."""
        return int(self.first.split()[1]) if self.first.startswith("SIP/2.0") else None

    @property
    def cseq(self) -> int:
        return int(self.one("cseq").split()[0])

    def one(self, name: str) -> str:
        return self.headers.get(name, [""])[0]


def parse(data: bytes) -> SipMessage | None:
    """None for the empty packets that keep addresses open."""
    if not data.strip():
        return None
    head, _, body = data.decode("utf-8", errors="replace").partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    headers: dict[str, list[str]] = {}
    for text in lines:
        name, _, value = text.partition(":")
        headers.setdefault(name.strip().lower(), []).append(value.strip())
    return SipMessage(first=first, headers=headers, body=body)


def write(first: str, headers: list[tuple[str, str]], body: str = "") -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    if body:
        lines.append("Content-Type: application/sdp")
    return ("\r\n".join([*lines, f"Content-Length: {len(body.encode())}"]) + "\r\n\r\n" + body).encode()


def response(request: SipMessage, status: str, tag: str, contact: str, body: str = "") -> bytes:
    to = request.one("to")
    if ";tag=" not in to and not status.startswith("100"):
        to += f";tag={tag}"
    vias = [("Via", value) for value in request.headers["via"]]
    routes = [("Record-Route", value) for value in request.headers.get("record-route", [])]
    rest = [
        ("From", request.one("from")),
        ("To", to),
        ("Call-ID", request.one("call-id")),
        ("CSeq", request.one("cseq")),
    ]
    return write(f"SIP/2.0 {status}", [*vias, *routes, *rest, ("Contact", contact)], body)


def authorization(challenge: str, method: str, uri: str, user: str, secret: str) -> str:
    """The answer to a digest challenge (MD5, with qop=auth if offered)."""
    fields = {name: quoted or bare for name, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', challenge)}
    realm, nonce = fields["realm"], fields["nonce"]
    first = _md5(f"{user}:{realm}:{secret}")
    second = _md5(f"{method}:{uri}")
    parts = [f'username="{user}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{uri}"', "algorithm=MD5"]
    if "auth" in fields.get("qop", "").split(","):
        answer = _md5(f"{first}:{nonce}:00000001:1022abcd:auth:{second}")
        parts += ["qop=auth", "nc=00000001", 'cnonce="1022abcd"']
    else:
        answer = _md5(f"{first}:{nonce}:{second}")
    if opaque := fields.get("opaque"):
        parts.append(f'opaque="{opaque}"')
    return "Digest " + ", ".join([*parts, f'response="{answer}"'])


def sdp(host: str, port: int, version: int, direction: str) -> str:
    return (
        f"v=0\r\no=handset 1022 {version} IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
        f"a=fmtp:101 0-16\r\na=ptime:20\r\na={direction}\r\n"
    )


def media_address(body: str) -> tuple[str, int]:
    """Where an SDP wants its audio."""
    host = re.search(r"^c=IN IP4 (\S+)", body, re.MULTILINE)
    port = re.search(r"^m=audio (\d+)", body, re.MULTILINE)
    if host is None or port is None:
        raise ValueError(f"no audio in this SDP: {body!r}")
    return host[1], int(port[1])


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
