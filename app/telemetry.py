"""What Chartroom tells those who run it: structured log lines without secrets, and numbers."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

MASK = "***"
SECRET_NAME = re.compile(
    r"authorization|password|passwd|secret|token|credential|cookie|private_key|key_json|api_key", re.IGNORECASE
)
SECRET_TEXT = re.compile(
    r"(?P<before>\b(?i:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{8,}"  # an Authorization header
    r"|(?P<mark>\bchartroom_)[A-Za-z0-9_-]{16,}"  # our own tokens
    r"|(?P<scheme>[a-z][a-z0-9+.-]*://)[^/\s@]+@"  # user and password, or a token, in a URL
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----",
    re.DOTALL,
)
ALLOWED_NAMES = frozenset({"token_id", "tokens"})


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Masks values whose name says they are secret, and secrets that stand inside any text, tracebacks too."""
    for name, value in event.items():
        if not name.startswith("_"):  # structlog's own, which are no part of the line
            event[name] = _redacted(name, value)
    return event


def drop_color(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """uvicorn says its lines a second time, with the codes of a terminal, for a formatter of its own."""
    event.pop("color_message", None)
    return event


def _redacted(name: str, value: Any) -> Any:
    if SECRET_NAME.search(name) and name not in ALLOWED_NAMES:
        return MASK
    if isinstance(value, str):
        return SECRET_TEXT.sub(_masked, value)
    if isinstance(value, dict):
        return {key: _redacted(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted("", inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    # An error, bytes, any object: what would be printed of it, by then too late to look through.
    return SECRET_TEXT.sub(_masked, repr(value))


def _masked(match: re.Match[str]) -> str:
    kept = match["before"] or match["mark"] or match["scheme"] or ""
    return kept + MASK + ("@" if match["scheme"] else "")


def configure_logs(level: str, *, as_json: bool) -> None:
    """One stream for all lines, those of libraries too, each through the same processors."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
        drop_color,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        redact,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "pgqueuer"):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
    # Its lines are about its own machinery; what goes wrong in it comes as warnings.
    for name in ("pgqueuer", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


class Metrics:
    """Numbers for Prometheus. No names of registries or charts: `/metrics` is open."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "chartroom_http_requests_total", "Requests answered.", ("path", "status"), registry=self.registry
        )
        self.request_seconds = Histogram(
            "chartroom_http_request_seconds", "Time to answer.", ("path",), registry=self.registry
        )
        self.sockets = Gauge("chartroom_websockets", "Open WebSockets.", registry=self.registry)
        self.registries = Gauge("chartroom_registries", "Registries.", registry=self.registry)
        self.charts = Gauge("chartroom_charts", "Charts in the store.", registry=self.registry)
        self.versions = Gauge("chartroom_chart_versions", "Chart versions in the store.", registry=self.registry)
        self.syncs = Gauge("chartroom_syncs", "Syncs by state.", ("state",), registry=self.registry)
