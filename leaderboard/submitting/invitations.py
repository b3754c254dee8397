"""Who may make an account: see the setting SIGN_UP."""

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import get_random_string

SALT = "invitation"
DAYS = 14
SESSION_KEY = "invitation"


def link() -> str:
    """An address at which somebody may sign up within some days."""
    token = signing.dumps(get_random_string(8), salt=SALT)
    return f"{settings.SITE_URL}{reverse('signup')}?invitation={token}"


def may_sign_up(token: str) -> bool:
    if settings.SIGN_UP != "invitation":
        return bool(settings.SIGN_UP == "open")
    try:
        signing.loads(token, salt=SALT, max_age=DAYS * 86_400)
    except signing.BadSignature:
        return False
    return True
