"""The page of the queues: what waits, in its order, and what may start."""

from collections import Counter

import redis
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from leaderboard.models import Queue, Run
from leaderboard.models.queues import NAMES
from leaderboard.running.queues import PRIORITIES, prioritise, set_mode
from leaderboard.running.runs import living_queues, queue_for, waiting_runs

SHOWN = 200  # waiting runs
WORDS = {number: word for word, number in PRIORITIES.items()}


class ModeForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Queue
        fields = ["mode", "reason"]
        help_texts = {"reason": "Shown to those whose runs wait."}


class LineForm(forms.Form):
    runs = forms.TypedMultipleChoiceField(coerce=int, error_messages={"required": "Tick the runs first."})
    priority = forms.ChoiceField(choices=[(word, word) for word in PRIORITIES])

    def __init__(self, *args: object, waiting: list[Run], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # a form's own
        self.fields["runs"].choices = [(run.pk, str(run)) for run in waiting]  # type: ignore[attr-defined]  # it has some


@require_http_methods(["GET", "POST"])
def queues_page(request: HttpRequest) -> HttpResponse:
    """Staff only, by its URL; changes need the right to change queues. Four queries and a look at the broker."""
    if request.method == "POST":
        return change(request)
    try:
        living = living_queues()
    except redis.exceptions.RedisError:
        living = None
    waiting = waiting_runs()
    of_workers = Counter(Run.objects.open().exclude(queue="").values_list("queue", "status"))
    waits = Counter(run.queue or queue_for(run.tier, living or Counter()) for run in waiting)
    known = {queue.name: queue for queue in Queue.objects.all()}
    context = {
        **admin.site.each_context(request),
        "title": "Queues",
        "is_up": living is not None,
        "queues": [
            {
                "queue": queue,
                "form": ModeForm(instance=queue, auto_id=f"{name}-%s"),
                "slots": (living or Counter())[name],
                "running": of_workers[name, Run.Status.RUNNING],
                "handed_over": of_workers[name, Run.Status.QUEUED],
                "waiting": waits[name],
            }
            for name in NAMES
            for queue in (known.get(name) or Queue(name=name),)
        ],
        "waiting": [(run, WORDS.get(run.priority, str(run.priority))) for run in waiting[:SHOWN]],
        "more": max(0, len(waiting) - SHOWN),
        "priorities": list(PRIORITIES),
        "may_change": may_change(request),
    }
    return render(request, "admin/queues.html", context)


def may_change(request: HttpRequest) -> bool:
    return request.user.has_perm("leaderboard.change_queue")


def change(request: HttpRequest) -> HttpResponse:
    """A queue's mode, or the place of runs in the line."""
    if not may_change(request):
        raise PermissionDenied("You may look at the queues, and not change them.")
    if (name := request.POST.get("queue", "")) in NAMES:
        form = ModeForm(request.POST)
        if form.is_valid():
            queue = set_mode(name, **form.cleaned_data, user=request.user)
            messages.success(request, f"The queue {name} is {queue.get_mode_display()}.")
    else:
        line = LineForm(request.POST, waiting=waiting_runs())
        if line.is_valid():
            moved = prioritise(line.cleaned_data["runs"], line.cleaned_data["priority"], request.user)
            messages.success(request, f"{moved} run{'' if moved == 1 else 's'} put {line.cleaned_data['priority']}.")
        else:
            messages.error(request, " ".join(str(error) for errors in line.errors.values() for error in errors))
    return redirect("admin_queues")
