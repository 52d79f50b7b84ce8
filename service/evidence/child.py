"""`evidence verify` as a process of its own: hours of walking neither block the telephone service nor fill its memory."""

import json
from datetime import date

from hotline1022.audit.types import Fault, Finding, Head
from hotline1022.core.errors import Unavailable
from hotline1022.service.background.child import in_child
from hotline1022.service.background.work import Progress
from hotline1022.service.evidence.walk import Evidence


async def verify_in_child(config: str | None, since: date | None, progress: Progress) -> Evidence:
    """What it found. Unavailable with its last words, and their id or `verification-failed`; cancelled, the process goes too."""
    words = ["hotline1022", "evidence", "verify", "--json", "--progress", "--no-entry"]
    words += ["--config", config] if config else []
    words += ["--since", since.isoformat()] if since else []
    said = await in_child(words, progress)
    try:
        return _evidence(json.loads(said.text))
    except (ValueError, KeyError, TypeError) as error:
        raise Unavailable(said.failed("verification"), error_id=said.error_id("verification")) from error


def _evidence(said: dict[str, object]) -> Evidence:
    found, remarks = _findings(said["findings"]), _findings(said["remarks"])
    cuts = frozenset(int(one) for one in said["cuts"])  # type: ignore[attr-defined]
    counts = {name: int(str(said[name])) for name in ("entries", "stamps", "calls", "files", "more")}
    head = Head(**said["head"])  # type: ignore[arg-type]
    return Evidence(head=head, begun=bool(said["begun"]), findings=found, remarks=remarks, cuts=cuts, **counts)


def _findings(said: object) -> list[Finding]:
    return [
        Finding(fault=Fault(one["fault"]), seq=one["seq"], name=one["name"], text=one["text"])
        for one in said  # type: ignore[attr-defined]
    ]
