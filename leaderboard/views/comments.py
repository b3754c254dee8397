"""Replies to a board's verdicts: who is concerned writes one, an administrator reads it, and all see it then."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from leaderboard.boards.replies import roles_of
from leaderboard.models import Change, Comment
from leaderboard.models.comments import WAITING
from leaderboard.submitting.rates import limit_notices
from leaderboard.views.boards import card_or_404
from papers import catalogue
from papers.task import Task


class CommentForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Comment
        fields = ["role", "text"]
        labels = {"text": "Your comment"}
        widgets = {"role": forms.RadioSelect, "text": forms.Textarea(attrs={"rows": 6})}
        help_texts = {
            "text": "Signed with your name. Markdown; HTML is shown as text. An administrator reads it before others do.",
            "role": "An author of the paper says in the comment how that can be checked.",
        }

    def __init__(self, *args: Any, task: Task, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.task, self.user = task, user
        self.fields["role"].choices = roles_of(user, task)  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        waiting = Comment.objects.waiting().filter(author=self.user, task=self.task.slug).count()
        if waiting >= WAITING and not self.user.is_staff:
            raise forms.ValidationError(f"{waiting} comments of yours wait to be read: one more when they were.")
        return self.cleaned_data

    def save(self, commit: bool = True) -> Comment:
        """An administrator's is read already: it answers for this site, and is pinned."""
        comment: Comment = super().save(commit=False)
        comment.task, comment.author = self.task.slug, self.user
        if comment.role == Comment.Role.SITE:
            comment.shown, comment.is_pinned = timezone.now(), True
            Change.note(comment.task)
        comment.save()
        return comment


@login_required
@limit_notices
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, slug: str) -> HttpResponse:
    card = card_or_404(slug)
    form = CommentForm(request.POST if request.method == "POST" else None, task=card, user=request.user)
    if request.method == "POST" and form.is_valid():
        comment = form.save()
        told = "Your comment is on the page." if comment.shown else "Thank you: it appears once it was read."
        messages.success(request, told)
        return redirect("task_claims", slug)
    context = {"card": card, "paper": catalogue.paper_of(slug), "form": form}
    return render(request, "comment.html", context, status=422 if form.errors else 200)
