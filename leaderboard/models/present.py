"""Rows whose paper is on this site: what `objects` gives.

A paper may be removed while its rows stay. Every list, schedule, export, metric and admin page asks `objects`, so that none
needs to think of it; `everything`, which also has the rows of removed papers, is for backups and for ending their runs.
"""

from typing import TypeVar

from django.db import models

from papers import catalogue

Row = TypeVar("Row", bound=models.Model)


class PresentManager(models.Manager[Row]):
    """Leaves out the rows of removed papers. A model whose slug lies elsewhere says where."""

    slug = "task"

    def get_queryset(self) -> models.QuerySet[Row]:
        return super().get_queryset().filter(**{f"{self.slug}__in": [*catalogue.all_tasks()]})
