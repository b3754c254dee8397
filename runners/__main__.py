"""`python -m runners`: the command `claimcheck`, where it is not installed."""

import sys

from runners.commands.group import main

if __name__ == "__main__":
    sys.exit(main())
