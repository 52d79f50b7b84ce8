"""The service's figures for /metrics, gathered when asked. Refuses labels that come from outside: no numbers, no names."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily

from hotline1022.audit.nights import KINDS, Nights
from hotline1022.notify.types import MessageState

if TYPE_CHECKING:
    from hotline1022.service.app import App


class HotlineCollector:
    """Calls, agents, queue, links, recordings, alarms."""

    def __init__(self, app: "App") -> None:
        self._app = app

    def collect(self) -> Iterator[Metric]:
        """All figures as they are now."""
        app = self._app
        figures = app.call_log.figures
        ended = CounterMetricFamily("hotline_calls_ended", "Calls ended since the start", labels=["result"])
        for result, count in sorted(figures.calls_ended.items()):
            ended.add_metric([result], count)
        yield ended
        yield GaugeMetricFamily("hotline_calls_going_on", "Calls now", value=len(app.call_log.going_on()))
        yield GaugeMetricFamily("hotline_callers_waiting", "Citizens in queues", value=len(app.waiting.now()))
        lines = GaugeMetricFamily("hotline_lines", "Lines by state", labels=["state"])
        states = [view.state.value for view in app.agents.views()]
        for state in sorted(set(states)):
            lines.add_metric([state], states.count(state))
        yield lines
        delays = list(figures.delays)
        yield SummaryMetricFamily(
            "hotline_event_stored_seconds", "From event to stored", count_value=len(delays), sum_value=sum(delays)
        )
        yield CounterMetricFamily("hotline_journal_rows", "Rows read from Asterisk's journal", value=figures.rows)
        yield CounterMetricFamily("hotline_journal_torn", "Pieces of the journal that were no row", value=figures.torn)
        yield CounterMetricFamily("hotline_journal_strange", "Rows that were not understood", value=figures.strange)
        yield CounterMetricFamily("hotline_calls_laid_aside", "Calls the database refused", value=figures.refused)
        yield GaugeMetricFamily(
            "hotline_database_away", "1 while the database does not take rows", value=figures.stalled
        )
        yield GaugeMetricFamily("hotline_ami_up", "1 while the live link is up", value=app.live.up)
        yield GaugeMetricFamily("hotline_alarms_unseen", "Alarms that nobody has seen", value=app.bell.unseen)
        alarms = CounterMetricFamily("hotline_alarms", "Alarms raised", labels=["kind"])
        for kind, count in sorted(app.bell.raised.items()):
            alarms.add_metric([kind], count)
        yield alarms
        broken = CounterMetricFamily(
            "hotline_parts_broken", "Times that a part in the background broke and was started anew", labels=["part"]
        )
        for part, count in sorted(app.guard.broken.items()):
            broken.add_metric([part], count)
        yield broken
        recordings = GaugeMetricFamily("hotline_recordings", "The recorder's figures since the start", labels=["what"])
        for name, value in app.recordings.state.as_numbers().items():
            recordings.add_metric([name], value)
        yield recordings
        messages = CounterMetricFamily(
            "hotline_messages", "Messages that reached a state since the start", labels=["state", "gateway"]
        )
        for (state, gateway), count in sorted(app.book.reached.items()):
            messages.add_metric([state, gateway], count)
        yield messages
        waiting = GaugeMetricFamily(
            "hotline_messages_open", "Messages that are not over, or need people", labels=["state"]
        )
        for state in ("new", "leased", "sending", "failed", "unknown"):
            waiting.add_metric([state], app.outbox.open.get(MessageState(state), 0))
        yield waiting
        webhooks = CounterMetricFamily(
            "hotline_webhook_requests", "Requests to webhooks since the start", labels=["outcome"]
        )
        for outcome, count in sorted(app.webhooks.sent.items()):
            webhooks.add_metric([outcome], count)
        yield webhooks
        yield GaugeMetricFamily(
            "hotline_webhook_events_open", "Events that webhooks were not told yet", value=app.webhooks.waiting
        )
        yield last_of(app.evidence.nights.nights)
        bus = app.broadcast.bus
        yield GaugeMetricFamily("hotline_live_streams", "Browsers that listen to live events", value=bus.open_streams)
        yield CounterMetricFamily("hotline_live_events", "Live events told", value=bus.figures.events)
        yield CounterMetricFamily(
            "hotline_live_refreshed", "Times that a browser was too slow and must ask anew", value=bus.figures.refreshed
        )
        yield CounterMetricFamily("hotline_live_refused", "Streams refused: too many", value=bus.figures.refused)
        agi = app.agi.stats
        questions = CounterMetricFamily("hotline_questions", "Questions of the dialplan", labels=["outcome"])
        for name in ("answered", "hangups", "failures", "unrouted", "turned_away", "incomplete", "strangers"):
            questions.add_metric([name], getattr(agi, name))
        yield questions


def last_of(nights: Nights) -> Metric:
    """When the last stamp and the last nightly look were made; nothing of what was never made."""
    last = GaugeMetricFamily(
        "hotline_evidence_last_timestamp_seconds", "When the last of each was made", labels=["what"]
    )
    for what in KINDS:
        if at := getattr(nights, what):
            last.add_metric([what], at.timestamp())
    return last


def registry_of(app: "App") -> CollectorRegistry:
    """A registry of the service's own."""
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    registry.register(HotlineCollector(app))
    return registry
