"""Methods for the board `halving`: what each run of them must end with is known beforehand."""

HEAD = "import time\nimport numpy as np\n\n\nclass Method:\n    def __init__(self, seed, device):\n"
HEAD += "        self.rng = np.random.default_rng(seed)\n\n    def halve(self, x):\n"
QUICK = ("exact", "noisy", "slow", "biased", "failing")
BODIES = {
    "exact": "return x / 2",
    "noisy": "return x / 2 + self.rng.normal(size=x.shape)",
    "slow": "time.sleep(0.7); return x / 2 + 0.25",
    "long": "time.sleep(8); return x / 2 + 0.5",
    "biased": "return x / 2 + 1.5",
    "failing": "return x / 2 + [0][len(x)]",  # its author's failure, always
}


def code(kind, number=0):
    """The source of a method; the number makes files of one kind differ."""
    return f"{HEAD}        {BODIES[kind]}\n# {number}\n".encode()
