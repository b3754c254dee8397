"""Plays hostile methods and prints one line of JSON for each: python -m tests.hostile [--forked] [name ...]"""

import json
import sys
import tempfile
from pathlib import Path

from runners.sandbox import Lender, probe_isolation
from tests.hostile.contain import METHODS, bait, contain

forked = sys.argv[1:2] == ["--forked"]
lender = Lender() if forked else None
names = sys.argv[1 + forked :] or sorted(path.stem for path in METHODS.glob("*.py"))
print(json.dumps(vars(probe_isolation())), flush=True)
with tempfile.TemporaryDirectory(prefix="claimcheck-hostile-") as folder:
    Path(folder).chmod(0o755)
    with bait(Path(folder)) as secret:
        for name in names:
            outcome = contain(METHODS / f"{name}.py", lender=lender)
            leaked = [part for part, text in outcome.items() if secret in str(text)]
            print(json.dumps({**outcome, "leaked": leaked}), flush=True)
if lender:
    lender.end()
