"""Tokens of users of a site that a benchmark started."""

import os
import subprocess
import sys

from tests.site import ROOT, Site


def new_token(site: Site, name: str = "admin") -> str:
    """A token of this user, who is made where there is none."""
    code = (
        "from django.contrib.auth.models import User; from leaderboard.models import ApiToken; "
        f"print(ApiToken.issue(User.objects.get_or_create(username={name!r})[0], 'bench')[1])"
    )
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    env = {**os.environ, "DATA_DIR": str(site.folder), "DJANGO_SETTINGS_MODULE": "leaderboard.settings"}
    told = subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True)
    return told.stdout.split()[-1]
