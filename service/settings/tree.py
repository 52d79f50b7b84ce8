"""The settings as one frozen tree; each field says its unit and default. Refuses nothing itself: config.py checks."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from hotline1022.service.settings.audit import Audit
from hotline1022.service.settings.backup import BackupSettings
from hotline1022.service.settings.desk import DeskSettings
from hotline1022.service.settings.disclosure import DisclosureSettings
from hotline1022.service.settings.fields import a_number, a_port, a_secret, a_text
from hotline1022.service.settings.notify import Notify
from hotline1022.service.settings.recordings import Recordings
from hotline1022.service.settings.retention import Retention
from hotline1022.service.settings.webhooks import WebhookSettings

#: Characters of a SIP user name.
_USER = r"[A-Za-z0-9._+*#&=$!~-]{0,64}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseReason:
    """One reason an agent may give for a pause."""

    #: key pressed on the phone, 1 digit
    code: str
    #: what people read
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hotline:
    """Who we are."""

    #: numbers as carriers send them
    numbers: tuple[str, ...] = ("1022", "02741022", "+842741022", "842741022", "(0274)1022")
    #: area code of the province without the leading 0; "274"
    area_code: str = a_text("274", pattern=r"[1-9][0-9]{1,3}", shape="2 to 4 digits without the leading 0")
    #: prefix of every call id; "hl1"
    system_name: str = a_text(
        "hl1", pattern=r"(?!import\Z)[a-z][a-z0-9]{0,15}", shape="1 to 16 small letters and digits, but not import"
    )
    #: language of the prompts; "vi"
    language: str = a_text("vi", pattern=r"[a-z]{2}(_[A-Z]{2})?", shape="a language such as vi")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Where files lie. A relative path starts at the settings file's folder (without a file: the working folder)."""

    #: folder below which everything of ours lies; "./data"
    data: Path = Path("data")
    #: own menu file; "" = the shipped one (None)
    menu: Path | None = None
    #: folder of studio recordings; "" = none (None)
    prompts_studio: Path | None = None
    #: own file of ticket deadlines; "" = the shipped one (None)
    ticket_policy: Path | None = None
    #: own file of reasons to listen to recordings; "" = the shipped one (None)
    listening_reasons: Path | None = None

    @property
    def db(self) -> Path:
        """The SQLite file and its backups."""
        return self.data / "db"

    @property
    def recordings(self) -> Path:
        """Stored recordings by date."""
        return self.data / "recordings"

    @property
    def attachments(self) -> Path:
        """Files of tickets, each under its id."""
        return self.data / "attachments"

    @property
    def copies(self) -> Path:
        """Copies of recordings that can be made again; may be emptied at any time."""
        return self.data / "copies"

    @property
    def packages(self) -> Path:
        """Packages of disclosures, until they expire."""
        return self.data / "packages"

    @property
    def spool(self) -> Path:
        """Tracks that Asterisk is writing or has written."""
        return self.data / "spool"

    @property
    def asterisk(self) -> Path:
        """Asterisk's own folders: configuration, database, run, log."""
        return self.data / "asterisk"

    @property
    def prompts(self) -> Path:
        """Prompts made from the menu's texts."""
        return self.data / "prompts"

    @property
    def secrets(self) -> Path:
        """Generated secrets, one file each, mode 0600."""
        return self.data / "secrets"

    @property
    def outbox(self) -> Path:
        """Messages as files, while no gateway is set."""
        return self.data / "outbox"

    @property
    def journal(self) -> Path:
        """What Asterisk writes about calls: CEL lines and queue_log."""
        return self.data / "journal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asterisk:
    """Our Asterisk."""

    #: path of the program; "" = found by itself
    binary: str = ""
    #: IP address for SIP and RTP; "127.0.0.1"
    bind: str = a_text("127.0.0.1", kind="ip")
    #: UDP and TCP port for SIP; 5060
    sip_port: int = a_port(5060)
    #: TCP port for SIP over TLS; 0 = off
    tls_port: int = a_port(0, off=True)
    #: PEM certificate for TLS; needed with tls_port
    tls_certificate: str = ""
    #: PEM key of that certificate; needed with tls_port
    tls_key: str = ""
    #: first UDP port for RTP, even; 10000
    rtp_first: int = a_port(10000)
    #: last UDP port for RTP, odd; 10999
    rtp_last: int = a_port(10999)
    #: TCP port of the manager interface, loopback only; 5038
    ami_port: int = a_port(5038)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """The carrier's side."""

    #: "ip" (known by address) or "registration" (we register); "ip"
    mode: str = a_text("ip", words=("ip", "registration"))
    #: carrier's SIP host; "127.0.0.2"
    host: str = a_text("127.0.0.2", kind="host")
    #: carrier's SIP port; 5060
    port: int = field(default=5060, metadata={"low": 1, "high": 65535})
    #: addresses or networks the carrier calls from; empty = host
    match: tuple[str, ...] = ()
    #: account name at the carrier; "" = none
    username: str = a_text("", pattern=_USER, shape="letters, digits and . _ + * # & = $ ! ~ - without spaces")
    #: its password; "" = none (or secret_file = a file that holds it)
    secret: str = a_secret(pattern=r"([!-=?-~][!-~]*)?", shape="ASCII characters without spaces, not > first")
    #: registrar, host or host:port; "" = host and port above
    registrar: str = a_text("", kind="hostport")
    #: user part of From; "" = username
    from_user: str = a_text("", pattern=_USER, shape="letters, digits and . _ + * # & = $ ! ~ - without spaces")
    #: domain part of From; "" = host
    from_domain: str = a_text("", kind="host")
    #: seconds a registration lasts; 300
    expires_seconds: int = a_number(300, 60, 86400)
    #: "udp", "tcp" or "tls"; "udp"
    transport: str = a_text("udp", words=("udp", "tcp", "tls"))
    #: PEM file of the authorities that sign the carrier's certificate; "" = not verified
    tls_ca: str = ""
    #: encrypted audio (SDES), only over tls; false
    srtp: bool = False
    #: channels of the trunk, of which one is kept for 115; 30
    channels: int = a_number(30, 2, 1000)

    def __post_init__(self) -> None:
        if not self.match:
            object.__setattr__(self, "match", (self.host,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The agents' phones."""

    #: numbers of the lines, 2 to 6 digits
    numbers: tuple[str, ...] = ("101", "102", "103")


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """Medical emergency."""

    #: numbers tried in this order
    numbers: tuple[str, ...] = ("115",)
    #: seconds one number rings; 25
    ring_seconds: int = a_number(25, 5, 120)
    #: a number or agent that drops the citizen sooner than after so many seconds has not answered; 3, 0 = any talk counts
    shortest_talk_seconds: int = a_number(3, 0, 30)
    #: seconds between two soundings of an unseen alarm; 30
    alarm_repeat_seconds: int = a_number(30, 5, 3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Waiting for an agent."""

    #: app_queue strategy; "rrmemory"
    strategy: str = a_text(
        "rrmemory",
        words=("rrmemory", "rrordered", "leastrecent", "fewestcalls", "random", "wrandom", "ringall", "linear"),
    )
    #: seconds a phone rings; 15
    ring_seconds: int = a_number(15, 3, 120)
    #: seconds between two tries, also of the last agent who did not answer; 1
    retry_seconds: int = a_number(1, 1, 60)
    #: seconds of wrap-up after a call; 10
    wrap_up_seconds: int = a_number(10, 0, 3600)
    #: seconds between announcements; 30, 0 = none
    announce_seconds: int = a_number(30, 0, 3600)
    #: seconds a citizen waits at most; 300
    max_wait_seconds: int = a_number(300, 10, 7200)
    #: citizens who may wait; 50
    max_length: int = a_number(50, 1, 1000)
    #: reasons for a pause
    pause_reasons: tuple[PauseReason, ...] = (
        PauseReason(code="1", name="Giải lao"),
        PauseReason(code="2", name="Ăn trưa"),
        PauseReason(code="3", name="Họp"),
        PauseReason(code="4", name="Việc khác"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascade:
    """The hunt for somebody at an agency who takes the citizen."""

    #: whose number the called person sees: "asserted" = ours in From and the citizen's in P-Asserted-Identity, "citizen" = the
    #: citizen's in From, "hotline" = ours alone; "asserted"
    caller: str = a_text("asserted", words=("asserted", "citizen", "hotline"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Copies of recordings that can be made again: MP3, Opus, levelled ones, map and peaks."""

    #: gigabytes (10^9) that they may take together; 5. The least recently used go first
    cache_gb: int = a_number(5, 1, 100_000)
    #: path of ffmpeg; "" = found by itself
    ffmpeg: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """Room on the disks that calls are written to."""

    #: percent free below which an alarm rings; 10
    alarm_percent: int = a_number(10, 1, 90)
    #: percent free below which citizens can leave no message; 2, 0 = as long as there is any room
    voicemail_percent: int = a_number(2, 0, 50)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The Python service."""

    #: TCP port of the FastAGI server, loopback only; 4573
    agi_port: int = a_port(4573)
    #: IP address of the HTTP API; "127.0.0.1"
    http_address: str = a_text("127.0.0.1", kind="ip")
    #: TCP port of the HTTP API; 8022
    http_port: int = a_port(8022)
    #: seconds the dialplan waits for one answer; 1.5 (the caller never hears more than 2 s of silence)
    ask_seconds: float = field(default=1.5, metadata={"low": 0.2, "high": 2.0})


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Where the call log lies."""

    #: postgresql://user:password@host/name; "" = SQLite below the data folder (or url_file = a file that holds it)
    url: str = a_secret()


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """The service's log."""

    #: "debug", "info", "warning" or "error"; "info"
    level: str = a_text("info", words=("debug", "info", "warning", "error"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings."""

    #: name of the SQLite file below paths.db
    SQLITE_NAME: ClassVar[str] = "hotline.sqlite"

    hotline: Hotline = field(default_factory=Hotline)
    paths: Paths = field(default_factory=Paths)
    asterisk: Asterisk = field(default_factory=Asterisk)
    trunk: Trunk = field(default_factory=Trunk)
    lines: Lines = field(default_factory=Lines)
    emergency: Emergency = field(default_factory=Emergency)
    queue: Queue = field(default_factory=Queue)
    cascade: Cascade = field(default_factory=Cascade)
    copies: Copies = field(default_factory=Copies)
    disk: Disk = field(default_factory=Disk)
    service: Service = field(default_factory=Service)
    database: Database = field(default_factory=Database)
    recordings: Recordings = field(default_factory=Recordings)
    notify: Notify = field(default_factory=Notify)
    audit: Audit = field(default_factory=Audit)
    retention: Retention = field(default_factory=Retention)
    webhooks: WebhookSettings = field(default_factory=WebhookSettings)
    desk: DeskSettings = field(default_factory=DeskSettings)
    disclosure: DisclosureSettings = field(default_factory=DisclosureSettings)
    backup: BackupSettings = field(default_factory=BackupSettings)
    log: Log = field(default_factory=Log)

    @property
    def stamps_folder(self) -> Path:
        """Where stamps lie beside the database."""
        return Path(self.audit.second_place) if self.audit.second_place else self.paths.data / "stamps"

    @property
    def keys_folder(self) -> Path:
        """Where the key that signs stamps lies."""
        return Path(self.audit.keys) if self.audit.keys else self.paths.data / "keys"

    @property
    def database_url(self) -> str:
        """The address for SQLAlchemy, with its async driver; holds the password, never log it."""
        url = self.database.url
        if not url:
            return f"sqlite+aiosqlite:///{(self.paths.db / self.SQLITE_NAME).as_posix()}"
        scheme, _, rest = url.partition("://")
        kind = scheme.partition("+")[0]
        driver = "sqlite+aiosqlite" if kind == "sqlite" else "postgresql+asyncpg"
        return f"{driver}://{rest}"
