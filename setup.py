"""Which packages a wheel takes; all else stands in pyproject.toml. `claimcheck` is a folder of `runners` there."""

import tempfile

from setuptools import find_namespace_packages, setup

setup(
    packages=[*find_namespace_packages(include=["papers*", "runners*", "leaderboard*"]), "claimcheck"],
    options={"build": {"build_base": tempfile.mkdtemp()}},  # nothing of an earlier build finds its way into a wheel
)
