"""One folder here is one paper; `papers.catalogue` finds them.

PAPERS_PATH, a colon-separated list of folders, adds papers that live outside this tree.
"""

import os

__path__ += [folder for folder in os.environ.get("PAPERS_PATH", "").split(os.pathsep) if folder]
