"""How somebody hears that a run has ended: the page to choose, and the web feed."""

from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from leaderboard.models import Notices, Run, author_name_of
from leaderboard.models.notices import new_secret
from leaderboard.running import webhooks
from leaderboard.running.notices import SHARE, message_of
from leaderboard.submitting.rates import limit_notices

ENTRIES = 30


class NoticesForm(forms.ModelForm):  # type: ignore[type-arg]
    has_feed = forms.BooleanField(label="by a web feed, at an address that only you know", required=False)
    webhook = forms.URLField(label="Webhook", required=False, max_length=300, assume_scheme="https")

    class Meta:
        model = Notices
        fields = ["by_mail", "has_feed", "webhook"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["has_feed"].initial = bool(self.instance.feed)
        self.fields[
            "webhook"
        ].help_text = f"Called with a POST of JSON. Public addresses only; not called for a while once its answers took {SHARE} s."
        if not may_be_mailed(self.instance.user):
            del self.fields["by_mail"]

    def clean_webhook(self) -> str:
        url: str = self.cleaned_data["webhook"]
        if url:
            webhooks.check(url)
        return url

    def save(self, commit: bool = True) -> Notices:
        wishes: Notices = super().save(commit=False)
        wishes.feed = (wishes.feed or new_secret()) if self.cleaned_data["has_feed"] else ""
        wishes.save()
        return wishes


def may_be_mailed(user: Any) -> bool:
    return settings.HAS_MAIL and EmailAddress.objects.filter(user=user, verified=True).exists()


@login_required
@limit_notices
@never_cache
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    wishes = Notices.of(request.user)
    form = NoticesForm(request.POST if request.method == "POST" else None, instance=wishes)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Noted.")
        return redirect("notices")
    context = {
        "form": form,
        "may_be_mailed": may_be_mailed(request.user),
        "has_mail": settings.HAS_MAIL,
        "feed": request.build_absolute_uri(reverse("feed", args=[wishes.feed])) if wishes.feed else "",
        "secret": wishes.secret if wishes.pk and wishes.webhook else "",
        "signature": webhooks.SIGNATURE,
    }
    return render(request, "notices.html", context, status=422 if form.errors else 200)


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The latest runs of one author that have ended, as Atom. Who has the address is the author. Two queries."""
    user = get_object_or_404(Notices.objects.select_related("user__pseudonym"), feed=token, user__is_active=True).user
    runs = Run.objects.filter(submission__author=user, ended__isnull=False).for_lists().order_by("-ended", "-pk")
    atom = Atom1Feed(
        title=f"Runs of {author_name_of(user)}",
        link=settings.SITE_URL + reverse("submissions"),
        description="Runs that have ended",
        feed_url=settings.SITE_URL + request.path,
    )
    for run in runs[:ENTRIES]:
        told = message_of(run)
        title = f"{told['method']} on {told['task']}: {told['status']}"
        atom.add_item(title=title, link=told["url"], description=told["reason"], updateddate=run.ended)
    return HttpResponse(atom.writeString("utf-8"), content_type=atom.content_type)
