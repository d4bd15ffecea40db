"""What Prometheus may ask: requests by view, their time and queries, and what is in progress."""

import os
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from prometheus_client.exposition import CONTENT_TYPE_LATEST

_TIME_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.5, 1, 2.5, 5, 10)
_QUERY_BUCKETS = (1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 100)

REQUESTS = Counter("tiji_requests_total", "Requests answered", ("view", "method", "status"))
SECONDS = Histogram("tiji_request_seconds", "Time to answer a request", ("view", "method"), buckets=_TIME_BUCKETS)
QUERIES = Histogram("tiji_request_queries", "Database queries of a request", ("view",), buckets=_QUERY_BUCKETS)
IN_PROGRESS = Gauge("tiji_requests_in_progress", "Requests being answered", multiprocess_mode="livesum")
DOMAIN_ERRORS = Counter("tiji_domain_errors_total", "Refusals by rule", ("code",))
JOBS = Counter("tiji_jobs_total", "Periodic jobs run", ("job", "outcome"))

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def observe_request(request: Any, response: Any, seconds: float, queries: int) -> None:
    """Record one answered request under its view's name: paths would make a series of every row."""
    match = request.resolver_match
    view = (match.view_name or match._func_path) if match else "unmatched"
    method = request.method if request.method in _METHODS else "OTHER"
    REQUESTS.labels(view, method, str(response.status_code)).inc()
    SECONDS.labels(view, method).observe(seconds)
    QUERIES.labels(view).observe(queries)


def exposition() -> tuple[bytes, str]:
    """The text that Prometheus reads, and its content type; of all processes if PROMETHEUS_MULTIPROC_DIR is set."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry), CONTENT_TYPE_LATEST
    return generate_latest(), CONTENT_TYPE_LATEST
