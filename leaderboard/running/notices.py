"""Telling an author that a run has ended, in the ways that he asked for."""

import logging
import time
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q

from leaderboard.models import Notices, Run
from leaderboard.running import aside, webhooks

log = logging.getLogger(__name__)

SHARE, WINDOW = 10, 600  # seconds of one author's webhook in ten minutes: whoever tells also tells others


def announce(run: Run) -> None:
    """Have its author told when this transaction is through. One query where he did not ask for it."""
    wished = Notices.objects.filter(user=run.submission.author_id).filter(Q(by_mail=True) | ~Q(webhook=""))
    if run.submission.author_id and wished.exists():
        transaction.on_commit(lambda: hand_over(run.pk))


def hand_over(run: int) -> None:
    """As a task beside what is recorded: another machine may be slow to answer."""
    if not aside.send("notify", run=run):
        log.warning("run %s: the broker is away, its author is not told", run)


def tell(run: Run) -> None:
    """Mail it and call the webhook, as wished. A webhook that does not answer is logged, and not tried again."""
    wishes = Notices.of(run.submission.author)
    if wishes.by_mail:
        mail(run)
    if wishes.webhook:
        call(run, wishes)


def call(run: Run, wishes: Notices) -> None:
    """Call the webhook, unless it has taken its share of time already."""
    key = f"webhook:{wishes.user_id}"
    spent, began = cache.get(key, 0.0), time.monotonic()
    if spent >= SHARE:
        log.warning("run %s: its author's webhook is too slow to be called again so soon", run.pk)
        return
    try:
        status = webhooks.deliver(wishes.webhook, message_of(run), secret=wishes.secret)
        log.info("run %s: its author's webhook answered %s", run.pk, status)
    except webhooks.Undelivered as reason:
        log.warning("run %s: its author's webhook: %s", run.pk, reason)
    finally:
        cache.set(key, spent + time.monotonic() - began, WINDOW)


def mail(run: Run) -> None:
    """To the author's verified address; to none that he only said was his."""
    address = EmailAddress.objects.filter(user=run.submission.author_id, verified=True).order_by("-primary").first()
    if address:
        told = message_of(run)
        lines = [
            f"{told['method']} on {told['task']}, {told['tier']} tier: {told['status']}.",
            told["reason"],
            told["url"],
        ]
        text = "\n\n".join(filter(None, lines))
        send_mail(f"{told['method']}: {told['status']}", text, None, [address.email], fail_silently=True)


def message_of(run: Run) -> dict[str, Any]:
    """What is told of a run that has ended. Reads submission."""
    return {
        "run": run.pk,
        "submission": run.submission_id,
        "method": run.submission.name,
        "task": run.task,
        "tier": run.tier,
        "status": run.status,
        "reason": run.failure_message,
        "ended": run.ended.isoformat() if run.ended else None,
        "url": f"{settings.SITE_URL}{run.submission.get_absolute_url()}?run={run.pk}",
    }
