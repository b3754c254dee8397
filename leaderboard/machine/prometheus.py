"""What Prometheus reads: the state of runs and workers, asked for at each scrape, and the web server's requests."""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import redis
from django.db.models import Count, Min, Q, Sum
from django.utils import timezone
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from leaderboard.models import DriftFlag, OpenData, Run
from runners import deliveries, presence

QUEUES = ("cpu", "gpu", "results")


def text() -> bytes:
    """All metrics in Prometheus's text format. Four queries and a look at the broker.

    Every web process answers the same: requests are added up over processes by files in PROMETHEUS_MULTIPROC_DIR.
    """
    registry = CollectorRegistry()
    registry.register(State())
    requests: Collector = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        requests = MultiProcessCollector(CollectorRegistry())  # type: ignore[no-untyped-call]
    registry.register(requests)
    return generate_latest(registry)


class State(Collector):
    """Reads the database and the broker; keeps nothing."""

    def collect(self) -> Iterator[Metric]:
        yield from runs()
        yield from waits()
        yield from machines()

    def describe(self) -> list[Metric]:
        """Nothing: else registering would already ask the database."""
        return []


def runs() -> Iterator[Metric]:
    family = GaugeMetricFamily(
        "claimcheck_runs",
        "Runs by task, tier, status, and whose a failure was.",
        labels=["task", "tier", "status", "whose"],
    )
    labels = ("task", "tier", "status", "failure_whose")
    for *values, count in Run.objects.order_by().values_list(*labels).annotate(Count("pk")):
        family.add_metric(values, count)
    yield family
    crashes = Run.objects.aggregate(crashes=Sum("crashes"))["crashes"] or 0
    yield CounterMetricFamily("claimcheck_attempts_lost", "Attempts that were lost by our fault.", value=crashes)
    unsettled = DriftFlag.objects.filter(explanation="").count()
    yield GaugeMetricFamily("claimcheck_drift_flags", "Drift flags that nobody has explained yet.", value=unsettled)
    apart = OpenData.objects.exclude(differences=[]).count()
    yield GaugeMetricFamily(
        "claimcheck_open_data_differences",
        "Boards whose plays, ranked again at night, gave other standings.",
        value=apart,
    )


def waits() -> Iterator[Metric]:
    oldest = Run.objects.aggregate(
        queued=Min("queued", filter=Q(status=Run.Status.QUEUED)),
        running=Min("lease_until", filter=Q(status=Run.Status.RUNNING)),
    )
    yield GaugeMetricFamily(
        "claimcheck_oldest_wait_seconds", "How long the oldest queued run has waited.", value=since(oldest["queued"])
    )
    yield GaugeMetricFamily(
        "claimcheck_lease_overdue_seconds",
        "How long ago the lease of a running run ran out; the sweep keeps it small.",
        value=since(oldest["running"]),
    )


def since(moment: datetime | None) -> float:
    return max(0.0, (timezone.now() - moment).total_seconds()) if moment else 0.0


def machines() -> Iterator[Metric]:
    is_up = GaugeMetricFamily("claimcheck_broker_up", "Whether the broker answers.")
    slots = GaugeMetricFamily("claimcheck_worker_slots", "Runs that living workers take at once.", labels=["queue"])
    busy = GaugeMetricFamily("claimcheck_worker_slots_busy", "Runs that living workers evaluate.", labels=["queue"])
    waiting = GaugeMetricFamily("claimcheck_messages", "Messages that wait at the broker.", labels=["queue"])
    try:
        workers = presence.present()
        lengths = {queue: deliveries.length(queue) for queue in QUEUES}
    except redis.exceptions.RedisError:
        is_up.add_metric([], 0)
    else:
        is_up.add_metric([], 1)
        taken, all_slots = Counter[str](), Counter[str]()
        for worker in workers:
            taken[worker.queue] += len(worker.runs)
            all_slots[worker.queue] += 0 if worker.trouble else worker.slots
        for queue in ("cpu", "gpu"):
            slots.add_metric([queue], all_slots[queue])
            busy.add_metric([queue], taken[queue])
        for queue, length in lengths.items():
            waiting.add_metric([queue], length)
    yield from (is_up, slots, busy, waiting)
