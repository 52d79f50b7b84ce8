"""Figures of the API itself, and the page that Prometheus reads. Refuses labels that a stranger could choose."""

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest

from hotline1022.web.route import Ask

#: A request for no route of ours.
UNKNOWN = "unknown"


class HttpMetrics:
    """Counts requests and refused tokens in the service's own registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "hotline1022_http_requests", "Requests answered", ["method", "route", "status"], registry=registry
        )
        self._seconds = Histogram(
            "hotline1022_http_seconds",
            "Seconds until the answer was ready",
            ["route"],
            registry=registry,
            buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
        )
        self._refused = Counter("hotline1022_http_token_refused", "Requests with a wrong token", registry=registry)

    def answered(self, method: str, route: str, status: int, seconds: float | None) -> None:
        """One request was answered; None: of an answer without end nobody counts the seconds."""
        self._requests.labels(method if route != UNKNOWN else UNKNOWN, route, str(status)).inc()
        if seconds is not None:
            self._seconds.labels(route).observe(seconds)
        if status in (401, 429):
            self._refused.inc()


async def get_metrics(ask: Ask) -> web.Response:
    """All metrics as text."""
    page = generate_latest(ask.ports.registry)
    return web.Response(body=page, headers={"Content-Type": CONTENT_TYPE_LATEST})
