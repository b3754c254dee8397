"""How everything here logs: a line for people or JSON for machines, each record with the run that it speaks of.

LOG_LEVEL: a level of Python's logging. LOG_FORMAT: "line" or "json".
"""

import logging
import logging.config
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS

FORMATS = ("line", "json")
STRANGERS = ("django.security.DisallowedHost",)  # loggers of what comes with every scan of addresses, traceback and all
subject: ContextVar[Mapping[str, int]] = ContextVar("subject", default=MappingProxyType({}))


@contextmanager
def about(**ids: int | None) -> Iterator[None]:
    """Mark all records of this context with a run's ids: run, attempt."""
    token = subject.set({**subject.get(), **{name: value for name, value in ids.items() if value is not None}})
    try:
        yield
    finally:
        subject.reset(token)


class Subject(logging.Filter):
    """Adds the ids to a record: as fields for JSON, and as one word for lines. What any stranger can cause is one line."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name in STRANGERS:
            record.exc_info = None
        ids = subject.get()
        vars(record).update(ids)
        record.subject = "".join(f"[{name} {value}] " for name, value in ids.items())
        return True


def configuration() -> dict[str, Any]:
    """What logging.config.dictConfig takes, from the environment."""
    chosen = os.environ.get("LOG_FORMAT", "") or "line"
    level = os.environ.get("LOG_LEVEL", "") or "INFO"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"subject": {"()": "runners.logs.Subject"}},
        "formatters": {
            "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(subject)s%(message)s"},
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "format": "%(asctime)s %(levelname)s %(name)s %(process)d %(message)s",
                "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
                "reserved_attrs": [*RESERVED_ATTRS, "subject"],
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": chosen, "filters": ["subject"]}},
        "loggers": {"celery": {"level": "WARNING"}},  # else a line for every event of every run
        "root": {"handlers": ["stderr"], "level": level.upper()},
    }


def set_up() -> None:
    logging.config.dictConfig(configuration())
