"""Signing up, one's account, and tokens for the API."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leaderboard.models import ApiToken
from leaderboard.submitting.forms import DeleteAccountForm, SignUpForm
from leaderboard.submitting.invitations import may_sign_up
from leaderboard.submitting.leaving import delete_account
from leaderboard.submitting.rates import limit_passwords, limit_sign_up


@limit_sign_up
@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home")
    if not may_sign_up(request.GET.get("invitation", "")):
        context = {"contact": settings.CONTACT, "is_closed": settings.SIGN_UP == "closed"}
        return render(request, "registration/signup_closed.html", context, status=403)
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.save())
        following = request.GET.get("next", "")
        return redirect(following if url_has_allowed_host_and_scheme(following, allowed_hosts=None) else "tasks")
    return render(request, "registration/signup.html", {"form": form})


@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    return render(request, "account.html")


@login_required
@limit_passwords
@never_cache
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """What is lost and what stays; POST with the password deletes the account."""
    form = DeleteAccountForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        delete_account(request.user)
        logout(request)
        messages.success(request, "Your account is deleted.")
        return redirect("home")
    return render(request, "account_delete.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """List one's tokens; POST makes one and shows its text this once."""
    fresh = ""
    if request.method == "POST":
        name = request.POST.get("name", "").strip()[:80] or "token"
        _, fresh = ApiToken.issue(request.user, name)
    own = ApiToken.objects.filter(user=request.user.pk).order_by("-created")
    return render(request, "tokens.html", {"tokens": own, "fresh": fresh})


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk, user=request.user.pk)
    token.delete()
    messages.success(request, f"The token “{token.name}” is revoked.")
    return redirect("tokens")
