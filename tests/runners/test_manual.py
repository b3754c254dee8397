"""What authors are told of a board, made from its code: the manual, the starter, the notebook."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from papers import catalogue
from runners import manual, surroundings
from runners.commands import exits
from runners.commands.group import main
from runners.judge import judge
from runners.starter_notebook import notebook
from runners.stubs import stub_of, stubs_of

ROOT = Path(__file__).resolve().parents[2]
TASKS = list(catalogue.all_tasks().values())
each_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.slug)
MODULE = '''"""What it is."""

import os
from here.kit.other import offered

_HIDDEN = 1
SHOWN: int = 2  # said beside it
LONG = (
    MANY
)


class Part(Base):
    """A part."""

    kind = "smooth"  # or not

    def __init__(self, levels: int) -> None:
        self.levels, self._secret = levels, 0

    def forward(self, x: Tensor) -> Tensor:
        # why
        return x

    def _inner(self): ...


def make(
    a: int,  # one
) -> Part:
    """Make one."""
    return Part(a)
'''.replace("MANY", "\n    ".join(["0,"] * 60))


def test_a_stub_is_the_source_without_its_bodies(tmp_path):
    (tmp_path / "kit.py").write_text(MODULE)
    stub = stub_of(tmp_path / "kit.py", "here.kit")
    assert (stub.doc, stub.names) == ("What it is.", ("offered",))
    assert "SHOWN: int = 2  # said beside it" in stub.code
    assert '    kind = "smooth"  # or not' in stub.code
    assert "    def __init__(self, levels: int) -> None: ...\n        # holds levels" in stub.code
    assert "    def forward(self, x: Tensor) -> Tensor: ..." in stub.code
    assert stub.code.endswith('def make(\n    a: int,  # one\n) -> Part:\n    """Make one."""')
    assert "more lines" in stub.code
    for hidden in ("_HIDDEN", "_inner", "_secret", "return", "# why", "import"):
        assert hidden not in stub.code


def test_all_that_a_stage_of_a_victim_holds_is_told():
    (stages,) = [stub for stub in stubs_of("papers.obfuscated_gradients.kit") if stub.module.endswith(".stages")]
    for words in ("# holds decoder, code, steps, step, momentum", 'kind = "loop"', "def encode(self, x: Tensor, *"):
        assert words in stages.code


@each_task
def test_the_manual_tells_every_call_metric_limit_and_all_of_the_kit(task):
    text = manual.manual(task)
    names = [f"def {call}(" for call in task.calls] + [metric.label.replace("|", "\\|") for metric in task.metrics]
    names += [f"`{case.name}`" for board in task.boards.values() for case in board.cases]
    names += [f"| {board.limits.play_seconds:g} |" for board in task.boards.values()]
    assert [name for name in names if name not in text] == []
    for stub in stubs_of(task.kit) if task.kit else []:
        assert all(name in text for name in stub.names), "what the kit offers is told where it is defined"
        ast.parse(stub.code or "0")


@each_task
def test_the_class_is_called_method_on_every_board(task):
    assert task.interface.__name__ == "Method"
    assert "class Method(" in manual.interface(task)


def test_manuals_load_no_torch():
    code = (
        "import sys; from papers import catalogue; from runners import manual; "
        "[manual.manual(task) for task in catalogue.all_tasks().values()]; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def cells_of(task):
    told = json.loads(notebook(task))
    assert (told["nbformat"], len({cell["id"] for cell in told["cells"]})) == (4, len(told["cells"]))
    return ["".join(cell["source"]) for cell in told["cells"] if cell["cell_type"] == "code"]


@each_task
def test_a_notebook_holds_a_method_that_an_upload_would_take(task):
    method, evaluation, _ = cells_of(task)
    judge("the notebook", method.encode(), task)
    compile(evaluation, task.slug, "exec")
    assert f'"{task.slug}", Method' in evaluation


def test_the_commands_print_and_write(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["docs", "attack"]) == exits.FINE
    assert capsys.readouterr().out == manual.manual(catalogue.task("attack")), "no terminal: Markdown as it is"
    assert main(["starter", "imputation"]) == exits.FINE
    assert capsys.readouterr().out.encode() == surroundings.starter(catalogue.task("imputation"))
    assert main(["notebook", "imputation"]) == exits.FINE
    assert (tmp_path / "imputation.ipynb").read_bytes() == notebook(catalogue.task("imputation"))
    assert main(["notebook", "imputation"]) == exits.USAGE, "nothing is overwritten"
    assert main(["docs", "imputatoin"]) == exits.USAGE


RUNNER = """
import json, sys
import runners.claimcheck
sys.modules["claimcheck"] = runners.claimcheck  # as the wheel names it
for path in sys.argv[1:]:
    scope = {"__name__": "__main__"}
    for cell in json.load(open(path))["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), path, "exec"), scope)
    print(scope["result"].status, len(scope["result"].scores) > 0, "<" in scope["result"]._repr_html_())
"""


def test_the_cells_of_notebooks_run_from_top_to_bottom(tmp_path):
    for board in catalogue.all_tasks():
        (tmp_path / board).write_bytes(notebook(catalogue.task(board)))
    words = [sys.executable, "-c", RUNNER, *map(str, sorted(tmp_path.iterdir()))]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert done.stdout.splitlines() == ["finished True True"] * len(catalogue.all_tasks()), done.stderr
