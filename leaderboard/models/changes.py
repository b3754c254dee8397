"""What tells a page that was kept from one that still holds."""

from django.db import connection, models
from django.db.models import F


class Change(models.Model):
    """How often something changed that pages show of a task: a standing, a run's state, a name. Only ever counted up.

    What changes with each state of a run, and moves nothing on a board, has a number of its own: RUNS. So has what an upload
    that takes its place among others leaves alone: HOUSE.
    """

    RUNS = "/runs"  # behind a task's slug
    HOUSE = "/house"

    task = models.SlugField(unique=True)
    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"change {self.number} of {self.task}"

    @classmethod
    def note(cls, *tasks: str) -> None:
        """Count what pages show of boards one up, that of the house included."""
        cls.count_up(*tasks, *(f"{task}{cls.HOUSE}" for task in tasks))

    @classmethod
    def note_upload(cls, task: str) -> None:
        """That an upload has taken its place, and no house method's scores are others."""
        cls.count_up(task)

    @classmethod
    def count_up(cls, *tasks: str) -> None:
        """In the transaction that makes the change: who sees the one sees the other. In one order, so that two transactions
        never wait for each other."""
        for task in sorted(set(tasks)):
            if not cls.objects.filter(task=task).update(number=F("number") + 1):
                Change.objects.bulk_create([Change(task=task)], ignore_conflicts=True)
                cls.objects.filter(task=task).update(number=F("number") + 1)

    @classmethod
    def note_runs(cls, *tasks: str) -> None:
        """Count up what changes with the states of runs, and nothing of boards."""
        cls.count_up(*(f"{task}{cls.RUNS}" for task in tasks))

    @classmethod
    def of(cls, task: str) -> int:
        """One query."""
        return cls.objects.filter(task=task).values_list("number", flat=True).first() or 0

    @classmethod
    def state_of(cls, task: str) -> tuple[tuple[str, int], ...]:
        """What changes with anything of a task, its runs included. One query, in SQL: who polls waits for little else."""
        with connection.cursor() as cursor:
            table = connection.ops.quote_name(cls._meta.db_table)
            cursor.execute(
                f"SELECT task, number FROM {table} WHERE task IN (%s, %s) ORDER BY task",  # noqa: S608  # a name of ours
                [task, f"{task}{cls.RUNS}"],
            )
            return tuple(cursor.fetchall())

    @classmethod
    def numbers(cls) -> dict[str, int]:
        """task -> how often it changed. One query."""
        return dict(cls.objects.values_list("task", "number"))
