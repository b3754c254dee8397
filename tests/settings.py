"""The site's settings for tests: a data folder of their own, and no broker unless a test starts one."""

import atexit
import os
import shutil
import socket
import tempfile

folder = tempfile.mkdtemp(prefix="claimcheck-tests-")
atexit.register(shutil.rmtree, folder, ignore_errors=True)
os.environ.update(DATA_DIR=folder, REDIS_URL=f"redis+socket://{folder}/none.sock?virtual_host=0", DEBUG="")

# A stand-in for sites whose accounts are taken here: a test that needs it listens there.
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    STAND_IN = f"http://127.0.0.1:{probe.getsockname()[1]}"
elsewhere = {
    "GITHUB_URL": STAND_IN,
    "ORCID_URL": STAND_IN,
    "GITHUB_SIGN_IN": "client:secret",
    "ORCID_SIGN_IN": "client:secret",
}
os.environ.update(elsewhere)

from leaderboard.settings import *  # noqa: E402, F403

for name in elsewhere:  # whole sites that tests start know none
    del os.environ[name]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT.mkdir()  # noqa: F405
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
SILENCED_SYSTEM_CHECKS = ["django_ratelimit.E003", "django_ratelimit.W001"]  # one process
MARKS = None  # tests change code and say that rows don't hold
PAGE_SECONDS = 0  # tests write rows as they like, without noting a change
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
