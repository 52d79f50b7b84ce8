"""What is said of an alarm to whoever does not look at the page: its name and when it began by SMS, what happened and what to do by email.
Refuses to tell numbers of citizens: details go without them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hotline1022.core.clock import written
from hotline1022.core.masking import mask_text
from hotline1022.core.said import understood
from hotline1022.core.watching import Severity, Watcher, severity_of
from hotline1022.core.words import words
from hotline1022.db.types import AlarmRow
from hotline1022.notify.audience import AlarmEvent, alarm_template
from hotline1022.notify.html import html_of
from hotline1022.notify.quiet import Quiet
from hotline1022.notify.template_check import PLACEHOLDERS
from hotline1022.notify.templates import Templates, fill
from hotline1022.notify.types import TEST, Channel, NewMessage, RecipientKind
from hotline1022.service.notify.alarm_plan import Message
from hotline1022.web.desk.service_words import alarm_words

#: others that an email lists at most, with a line each
LISTED = 20
_NONE = dict.fromkeys(PLACEHOLDERS, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a message about alarms says."""

    event: AlarmEvent
    values: Mapping[str, str]
    urgent: bool


def key_of(alarm: str, watcher: str, event: AlarmEvent, channel: Channel) -> str:
    """The same alarm, person and way is one message, whoever writes it, and however often."""
    return f"alarm/{alarm}/{watcher}/{event}/{channel}"


def trial_key(watcher: str, trial: str, channel: Channel) -> str:
    """Of a message that only tries."""
    return f"test/alarm/{watcher}/{trial}/{channel}"


def messages_of(wanted: Message, templates: Templates, quiet: Quiet, at: datetime) -> list[NewMessage]:
    """By each of its ways."""
    about = _about(wanted)
    event, lead, watcher = about.event, wanted.lead.id, wanted.watcher
    return [
        _message(key_of(lead, watcher.id, event, way), about, watcher, way, templates, quiet, at) for way in wanted.ways
    ]


def trial_messages(watcher: Watcher, trial: str, templates: Templates, at: datetime) -> list[NewMessage]:
    """One by each way; they leave at once, at night too."""
    say = words()
    values = {
        "alarm": say("notice.alarm-trial"),
        "since": written(at),
        "detail": say("notice.alarm-trial-detail"),
        "cure": say("notice.alarm-trial-cure"),
    }
    about = About(event=AlarmEvent.RANG, values=_NONE | values, urgent=True)
    ways = [way for way, to in ((Channel.SMS, watcher.sms), (Channel.EMAIL, watcher.email)) if to]
    never = Quiet(starts=Quiet().ends, ends=Quiet().ends)
    return [
        replace(
            _message(trial_key(watcher.id, trial, way), about, watcher, way, templates, never, at),
            template=TEST,
        )
        for way in ways
    ]


def _about(wanted: Message) -> About:
    say, lead = words(), wanted.lead
    urgent = severity_of(lead.kind) is Severity.URGENT
    values = {
        "alarm": name_of(lead.kind),
        "since": written(lead.raised_at),
        "detail": mask_text(alarm_words(lead.detail)),
        "cure": say.texts.get(f"alarm-cure.{lead.kind}", ""),
    }
    if wanted.over:
        return About(event=AlarmEvent.OVER, values=_NONE | values | {"how": _how(lead)}, urgent=urgent)
    if urgent:
        values["urgent"] = say("notice.urgent")
    if wanted.others:
        values["more"] = say("notice.alarms-more", count=len(wanted.others))
        values["others"] = _listed(wanted.others)
    return About(event=AlarmEvent.RANG, values=_NONE | values, urgent=urgent)


def name_of(kind: str) -> str:
    """What people call a kind of alarm."""
    return words().or_itself("alarm", kind)


def _how(alarm: AlarmRow) -> str:
    """Why it is over: what came first."""
    say = words()
    if alarm.seen_at is not None and (alarm.cleared_at is None or alarm.seen_at <= alarm.cleared_at):
        return say("notice.alarm-seen", who=mask_text(alarm.seen_by), time=written(alarm.seen_at))
    return say("notice.alarm-over", time=written(alarm.cleared_at) if alarm.cleared_at else "")


def _listed(alarms: Sequence[AlarmRow]) -> str:
    say = words()
    lines = [say("notice.alarm-listed", alarm=name_of(one.kind), since=written(one.raised_at)) for one in alarms]
    return "\n".join(lines[:LISTED])


def _message(
    key: str, about: About, watcher: Watcher, way: Channel, templates: Templates, quiet: Quiet, at: datetime
) -> NewMessage:
    template = templates[alarm_template(about.event, way)]
    filled = fill(template, {**about.values, "officer": watcher.name})
    mail = way is Channel.EMAIL
    made = NewMessage(
        key=key,
        channel=way,
        kind=RecipientKind.AGENCY,
        recipient=watcher.email if mail else watcher.sms,
        name=watcher.name,
        template=template.name,
        message_class=template.message_class,
        encoding=template.encoding,
        subject=filled.subject,
        text=filled.text,
        html=html_of(filled.text) if mail else "",
        parts=filled.parts,
        urgent=about.urgent,
        created_at=at,
    )
    return replace(made, not_before=quiet.holds(made, at))


def channels_about(alarm: AlarmRow, gateways: Mapping[Channel, str]) -> frozenset[Channel]:
    """The ways that an alarm says do not work; `gateways`: the name of each."""
    if alarm.kind not in ("gateway-away", "outbox-dead-letter"):
        return frozenset()
    found = understood(alarm.detail, "alarm-said") or []
    names = {(one.values.get("channel", ""), one.values.get("gateway", "")) for one in found}
    return frozenset(
        way
        for way, gateway in gateways.items()
        if any(channel == way.value or (not channel and name == gateway) for channel, name in names)
    )
