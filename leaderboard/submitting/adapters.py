"""What allauth asks of this site: who may sign up, which names and addresses it takes, and where somebody calls from."""

import base64
import hmac
import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from leaderboard.submitting.invitations import SESSION_KEY, may_sign_up
from leaderboard.submitting.names import clean_user_name
from leaderboard.submitting.rates import client_address

log = logging.getLogger(__name__)


def check_mail_domain(address: str) -> None:
    """Raise ValidationError where this site takes addresses of certain domains only, and this is none."""
    domain = address.rpartition("@")[2].casefold()
    if settings.MAIL_DOMAINS and domain not in settings.MAIL_DOMAINS:
        raise ValidationError(f"This site takes addresses of {', '.join(settings.MAIL_DOMAINS)} only.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return may_sign_up(request.session.get(SESSION_KEY, ""))

    def clean_username(self, username: str, shallow: bool = False) -> str:
        name: str = super().clean_username(username, shallow)
        return name if shallow else clean_user_name(name)

    def clean_email(self, email: str) -> str:
        check_mail_domain(email)
        return email

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is away is noted; what was done stays done, and a mail can be asked for again."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError:  # smtplib's own are among them
            log.exception("a mail could not be sent: %s", template_prefix)

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address("", request)


def locker() -> Fernet:
    """A lock whose key follows from the site's own."""
    key = hmac.digest(settings.SECRET_KEY.encode(), b"second factors", "sha256")
    return Fernet(base64.urlsafe_b64encode(key))


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Keeps secrets of second factors so that the database alone does not give them away."""

    def encrypt(self, text: str) -> str:
        return str(locker().encrypt(text.encode()).decode())

    def decrypt(self, encrypted_text: str) -> str:
        return str(locker().decrypt(encrypted_text.encode()).decode())


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return may_sign_up(request.session.get(SESSION_KEY, ""))
