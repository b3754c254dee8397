"""`import claimcheck`: evaluate a method from Python, in a script or a notebook.

import claimcheck

result = claimcheck.evaluate("imputation", Method, seeds=2)
result                      # in a notebook: the verdict and a table
result.value, result.low, result.high
result.report("report.html")
"""

from runners.workbench.evaluation import Result, evaluate

__all__ = ["Result", "evaluate"]
