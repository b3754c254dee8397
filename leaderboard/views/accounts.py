"""Signing up and in, one's account, and tokens for the API."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as allauth
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import EmailAddress, Login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leaderboard.models import ApiToken, author_name_of
from leaderboard.submitting import pseudonyms
from leaderboard.submitting.forms import DeleteAccountForm, NameForm, SignUpForm
from leaderboard.submitting.invitations import SESSION_KEY, may_sign_up
from leaderboard.submitting.leaving import delete_account
from leaderboard.submitting.rates import (
    limit_passwords,
    limit_resets,
    limit_sign_in,
    limit_sign_up,
    remember_as_familiar,
)


class SignIn(auth.LoginView):
    """By name and password; who has a second factor, or a mail to answer first, is asked for it next."""

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        remember_as_familiar(self.request)
        return enter(self.request, user, following=self.get_success_url())


def enter(request: HttpRequest, user: Any, *, following: str) -> HttpResponse:
    """Sign somebody in whose password was right, by way of what else is asked of him."""
    is_bound = settings.MAIL_DOMAINS and not user.is_staff and EmailAddress.objects.filter(user=user).exists()
    login = Login(user=user, redirect_url=following, email_verification="mandatory" if is_bound else "none")
    response: HttpResponse = perform_password_login(request, {"username": user.get_username()}, login)
    return response


sign_in = limit_sign_in(SignIn.as_view())


@limit_sign_up
@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home")
    if not may_sign_up(invitation := request.GET.get("invitation", "")):
        context = {"contact": settings.CONTACT, "is_closed": settings.SIGN_UP == "closed"}
        return render(request, "registration/signup_closed.html", context, status=403)
    if invitation:
        request.session[SESSION_KEY] = invitation  # for who goes on with another site's account
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        if form.cleaned_data["is_hidden"]:
            pseudonyms.choose(user, is_hidden=True)
        if address := form.cleaned_data.get("email"):
            EmailAddress.objects.add_email(request, user, address, confirm=not settings.MAIL_DOMAINS)
        following = request.GET.get("next", "")
        is_safe = url_has_allowed_host_and_scheme(following, allowed_hosts=None)
        return enter(request, user, following=following if is_safe else reverse("tasks"))
    return render(request, "registration/signup.html", {"form": form})


def with_mail(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Where this site sends no mail, a page that says who can help takes the place of this one."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if settings.HAS_MAIL:
            return view(request, *args, **kwargs)
        return render(request, "account/no_mail.html", {"contact": settings.CONTACT})

    return page


reset_password = limit_resets(with_mail(allauth.password_reset))
email = with_mail(allauth.email)


@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    providers = bool(settings.SOCIALACCOUNT_PROVIDERS)
    context = {"has_mail": settings.HAS_MAIL, "has_providers": providers, "shown": author_name_of(request.user)}
    return render(request, "account.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def choose_name(request: HttpRequest) -> HttpResponse:
    """By which name others know somebody: the own one, or a pseudonym."""
    is_hidden = hasattr(request.user, "pseudonym")
    form = NameForm(request.POST if request.method == "POST" else None, initial={"is_hidden": is_hidden})
    if request.method == "POST" and form.is_valid():
        name = pseudonyms.choose(request.user, is_hidden=form.cleaned_data["is_hidden"])
        messages.success(request, f"Others see you as “{name}” now.")
        return redirect("account")
    context = {"form": form, "shown": author_name_of(request.user)}
    return render(request, "account_name.html", context, status=422 if form.errors else 200)


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
    """List one's tokens; POST makes one and shows its text this once. ?name= proposes a name: the command opens it so."""
    fresh = ""
    if request.method == "POST":
        name = request.POST.get("name", "").strip()[:80] or "token"
        _, fresh = ApiToken.issue(request.user, name)
    own = ApiToken.objects.filter(user=request.user.pk).order_by("-created")
    return render(request, "tokens.html", {"tokens": own, "fresh": fresh, "name": request.GET.get("name", "")[:80]})


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk, user=request.user.pk)
    token.delete()
    messages.success(request, f"The token “{token.name}” is revoked.")
    return redirect("tokens")
