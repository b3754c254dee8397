"""Settings, all of them from the environment. README.md has the table; a wrong value fails at start."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from leaderboard.machine import environment, storage
from leaderboard.machine.folder import make_private
from runners import logs
from runners.broker import broker_url, redis_client_url
from runners.celery import HEARTBEAT
from runners.figures import PLOTLY

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(environment.text("DATA_DIR", str(BASE_DIR / "var"))).resolve()
try:
    make_private(DATA_DIR)
except OSError as error:
    raise ImproperlyConfigured(f"DATA_DIR {DATA_DIR} can't be used: {error.strerror}") from None


def kept_secret(name: str) -> str:
    """The variable, or a value made once and kept in DATA_DIR with mode 0600."""
    path = DATA_DIR / name.lower()
    value = environment.text(name)
    if not value:
        make_secret(path)
        value, name = path.read_text(), f"{path}, which is kept for {name},"
    if len(value) < 32:
        raise ImproperlyConfigured(f"{name} must have at least 32 characters, it has {len(value)}")
    return value


def make_secret(path: Path) -> None:
    """Write a new secret where there is none, by whoever of several is first. Whole or not at all on disks with hard links."""
    if path.exists():
        return
    secret = secrets.token_urlsafe(48)
    with (
        tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=path.name) as file,
        contextlib.suppress(FileExistsError),
    ):
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, path)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            path.touch(mode=0o600, exist_ok=False)
            path.write_text(secret)


DEBUG = environment.flag("DEBUG", default=False)
HOUSE_METHODS = environment.flag("HOUSE_METHODS", default=True)  # whether the site fills its boards by itself
SECRET_KEY = kept_secret("SECRET_KEY")
SEED_SECRET = kept_secret("SEED_SECRET")  # every case of every board is drawn from it: never changes on a living site
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
PORT = environment.whole("PORT", 8000, least=1, most=65535)
SITE_URL = environment.address("SITE_URL", f"http://127.0.0.1:{PORT}")  # where runners fetch code from
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS", [])
IS_TLS = SITE_URL.startswith("https://")

INSTALLED_APPS = [
    "leaderboard.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_celery_beat",
    "django_htmx",
    "csp",
    "django_ratelimit",
    "ninja",
    "leaderboard",  # before allauth: its templates come first
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.github",
    "allauth.socialaccount.providers.openid_connect",
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "leaderboard.views.errors.Errors",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "leaderboard.views.whole_pages.whole_pages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
ROOT_URLCONF = "leaderboard.urls"
WSGI_APPLICATION = "leaderboard.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": environment.database("DATABASE_URL", f"sqlite:///{DATA_DIR / 'claimcheck.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a read that turns into a write would otherwise fail at once when two processes write.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
    }
SILENCED_SYSTEM_CHECKS = ["django_ratelimit.E003", "django_ratelimit.W001"]  # ours is a RedisCache
if not IS_TLS:  # over plain http these would lock everybody out: a redirect to nowhere, and cookies that are never sent
    SILENCED_SYSTEM_CHECKS += [f"security.W{number}" for number in ("004", "008", "012", "016")]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [("vendor", PLOTLY.parent)]
MEDIA_ROOT = DATA_DIR / "media"
MARKS: Path | None = DATA_DIR / "marks.json"  # which recorded results hold, see leaderboard.boards.marks
STORAGES = {
    "default": storage.backend(),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"

# Who may make an account: everybody, who has a link of `manage.py invite`, or nobody; CONTACT is whom others are told to ask.
environment.one_of("SIGN_UP", ("open", "invitation", "closed"))
SIGN_UP = environment.text("SIGN_UP", "open")
CONTACT = environment.text("CONTACT", "whoever runs this site")

# Other sites whose accounts are taken here, each with what it has given this one: "client id:secret".
GITHUB_URL = environment.address("GITHUB_URL", "https://github.com")
ORCID_URL = environment.address("ORCID_URL", "https://orcid.org")
SOCIALACCOUNT_PROVIDERS = environment.providers(github=GITHUB_URL, orcid=ORCID_URL)
SIGN_IN_ELSEWHERE = [
    url for key, url in (("github", GITHUB_URL), ("openid_connect", ORCID_URL)) if key in SOCIALACCOUNT_PROVIDERS
]

# allauth: addresses and their verification, lost passwords, other sites' accounts, second factors.
ACCOUNT_ADAPTER = "leaderboard.submitting.adapters.AccountAdapter"
ACCOUNT_CHANGE_EMAIL = True  # one address each
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_TLS else "http"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SESSION_REMEMBER = True
MFA_ADAPTER = "leaderboard.submitting.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Claimcheck"
SOCIALACCOUNT_ADAPTER = "leaderboard.submitting.adapters.SocialAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False  # one chooses a name, by the rules of all names
STAFF_SECOND_FACTOR = environment.flag("STAFF_SECOND_FACTOR", default=False)

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = IS_TLS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked for within the machine room
SECURE_HSTS_SECONDS = 31_536_000 if IS_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_TLS
SECURE_HSTS_PRELOAD = IS_TLS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_TLS
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
BEHIND_PROXY = environment.flag("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, "'unsafe-inline'"],  # plotly sets styles; about 70 console errors a page without it
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *SIGN_IN_ELSEWHERE],  # a form leads there
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

environment.broker("REDIS_URL")
for name in ("DATA_MIRROR", "PAPERS_PATH", "SANDBOX_CGROUP"):
    environment.folders(name)

# Counts of sign-ins and the like; web processes share them beside the broker.
CACHES = {
    "default": {
        "BACKEND": "leaderboard.submitting.rates.ForgivingRedisCache",
        "LOCATION": redis_client_url(broker_url()),
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},  # seconds
    }
}
RATELIMIT_FAIL_OPEN = True  # where nothing can be counted, nobody is kept out

PAGE_SECONDS = (
    60  # pages are kept for so long at most: what no change is noted of, such as who is online, is shown after it
)

# What an hour of a core ("cpu") and of a GPU ("cuda") costs: with it, boards show costs in money too.
DEVICE_PRICES = environment.prices("DEVICE_PRICES")
CURRENCY = environment.text("CURRENCY", "EUR")

# Uploads: one file of code. Quotas count only finished runs and the author's own failures.
MAX_UPLOAD_BYTES = 1 << 20
FILE_UPLOAD_PERMISSIONS = None  # the umask's
FILE_UPLOAD_HANDLERS = ["leaderboard.submitting.uploads.Bounded"]
DATA_UPLOAD_MAX_NUMBER_FILES = 4
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 << 20
QUOTA_PER_DAY = environment.whole("QUOTA_PER_DAY", 20)
QUOTA_OPEN = environment.whole("QUOTA_OPEN", 5)
RUNNING_PER_AUTHOR = environment.whole("RUNNING_PER_AUTHOR", 2, least=1)
LEASE_SECONDS = environment.whole("LEASE_SECONDS", 60, least=2 * HEARTBEAT)

# Drift is mailed to the administrators; without EMAIL_URL it stands in the log and on the pages.
ADMINS = [(address, address) for address in environment.words("ADMINS", [])]
NIGHTLY_HOURS = environment.whole("NIGHTLY_HOURS", 2, least=1, most=24)  # of one core, for the nightly repeat
SERVER_EMAIL = DEFAULT_FROM_EMAIL = environment.text("EMAIL_FROM", "claimcheck@localhost")
vars().update(environment.email("EMAIL_URL", "dummymail://"))
EMAIL_TIMEOUT = 10  # seconds: a page waits for the mail server
HAS_MAIL = bool(environment.text("EMAIL_URL"))
MAIL_DOMAINS = [
    domain.casefold() for domain in environment.words("MAIL_DOMAINS", [])
]  # of those who may sign up; [] = all
if MAIL_DOMAINS and not HAS_MAIL:
    raise ImproperlyConfigured("MAIL_DOMAINS needs EMAIL_URL: an address counts once a mail to it was answered")
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if MAIL_DOMAINS else "optional"
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*" if MAIL_DOMAINS else "email", "password1*", "password2*"]
WEBHOOK_NETWORKS = environment.networks("WEBHOOK_NETWORKS")  # private ones that webhooks may reach all the same

METRICS_TOKEN = environment.text("METRICS_TOKEN")
environment.one_of("LOG_FORMAT", logs.FORMATS)
environment.level("LOG_LEVEL", "INFO")
LOGGING = logs.configuration()
