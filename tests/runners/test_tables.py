"""READMEs' tables of measured results: written from what is recorded, and nothing else."""

from dataclasses import replace

import pytest

from papers import catalogue, reference
from papers.reference import Play, Reference, Row
from runners import budget, tables
from runners.commands import exits
from runners.commands.group import main
from runners.conformance import cards

SPENT = {"seconds": 1.0, "cpu_seconds": 2.0, "gpu_seconds": 0.0, "memory_bytes": 5, "gpu_memory_bytes": 0}
ERRORS = {"exact": {"small": [0.0, 0.002], "large": [0.0]}, "identity": {"small": [1.0, 4.0, 1.0], "large": [-10.0]}}
README = "Before.\n\n<!-- recorded doubling\n{lines}\n-->\n| what | stood |\n| here | 1 |\n\nAfter.\n"


@pytest.fixture
def recorded(doubling, monkeypatch, tmp_path):
    """Both methods of `doubling`, as recorded in a folder of its own."""
    rows = tuple(
        Row(
            slug=slug,
            fingerprint="",
            provenance={},
            plays=tuple(
                Play(case=case, seed=seed, scores={"error": error}, spent=SPENT)
                for case, errors in by_case.items()
                for seed, error in enumerate(errors)
            ),
        )
        for slug, by_case in ERRORS.items()
    )
    path = reference.path_of(catalogue.board("doubling", "quick"), "cpu", tmp_path)
    reference.write(path, Reference(task="doubling", tier="quick", device_class="cpu", rows=rows))
    monkeypatch.setattr(reference, "path_of", lambda board, device: path)


def table_of(*lines):
    return tables.with_tables(README.format(lines="\n".join(lines)))


def test_who_has_none_of_the_scores_has_no_row(recorded):
    assert "| Exact |" not in table_of("told: luck", "CPU-s: cpu_seconds sum")
    assert "| Exact | 2 | 6.00 |" in table_of("CPU-s: cpu_seconds sum")


@pytest.mark.parametrize(
    ("column", "exact", "identity"),
    [
        ("error small", ".00", "2.00"),
        ("error small .3", ".001", "2.000"),
        ("error median small .0", "0", "1"),
        ("error large", ".00", "−10.00"),
        ("error", ".00", "−4.00"),
        ("cpu_seconds sum .0", "6", "8"),
        ("error small *100", ".10", "200.00"),
        ("error small ± .2", ".00 ± .01", "2.00 ± 4.30"),
        ("error large ±", ".00", "−10.00"),
    ],
)
def test_a_column_sums_up_a_metric_over_seeds_and_cases(recorded, column, exact, identity):
    rows = table_of(f"told: {column}").splitlines()
    assert rows[-6:] == ["| method | seeds | told |", "|---|---|---|", *rows[-4:-2], "", "After."]
    of_large = "large" in column
    assert rows[-4:-2] == [
        f"| Exact | {1 if of_large else 2} | {exact} |",
        f"| Identity | {1 if of_large else 3} | {identity} |",
    ]


def test_what_was_expected_stands_beside_what_was_measured(recorded):
    text = table_of("methods: identity", "a: error small", "    identity at least 1", "expected:", "    identity no 0")
    assert "| Identity | 3 | 2.00 (at least 1) | no 0 |\n\nAfter" in text
    assert "| Exact" not in text


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["error small"], "heading: metric case"),
        (["a: mistakes"], "mistakes in .* is not among cpu_seconds, error"),
        (["a: error tiny"], "tiny in .* is not among large, small"),
        (["    exact 1"], "heading: metric case"),
        (["methods: best"], "best in .* is not among exact, identity"),
        (["a: error", "    best 1"], "best in"),
    ],
)
def test_a_table_that_nobody_can_write_is_told(recorded, lines, told):
    with pytest.raises(ValueError, match=told):
        table_of(*lines)


def test_a_board_that_nobody_has_is_told():
    with pytest.raises(ValueError, match="no board 'tripling' on a tier 'quick'"):
        tables.with_tables("<!-- recorded tripling\n-->\n")


def test_the_command_says_which_readme_it_can_t_understand(doubling, monkeypatch, tmp_path, capsys):
    (tmp_path / "README.md").write_text(README.format(lines="a: mistakes"))
    monkeypatch.setattr(tables, "readmes", lambda: [tmp_path / "README.md"])
    assert main(["tables"]) == exits.USAGE
    assert f"claimcheck: {tmp_path / 'README.md'}: mistakes in 'a: mistakes' is not" in capsys.readouterr().err


def test_a_papers_table_is_held_to_what_is_recorded(recorded, tmp_path):
    paper = replace(catalogue.paper_of("doubling"), folder=tmp_path)
    for column, told in (("a: error", "other results than are recorded"), ("a: mistakes", "README.md: mistakes in")):
        (tmp_path / "README.md").write_text(README.format(lines=column))
        (fault,) = cards.the_readmes_tables_say_what_is_recorded(paper)
        assert told in fault
    (tmp_path / "README.md").write_text(table_of("a: error"))
    assert list(cards.the_readmes_tables_say_what_is_recorded(paper)) == []


def test_the_budget_is_of_this_tree(doubling):
    assert catalogue.paper_of("doubling") not in budget.papers_here()
    assert "On Doubling" not in budget.page()


def test_every_readme_and_the_budget_say_what_is_recorded():
    assert not [str(path) for path in tables.stale_pages()], "claimcheck tables writes them anew"


def test_the_budget_adds_up_what_evaluator_and_method_took(recorded):
    (line,) = budget.rows_of(catalogue.paper_of("doubling"), catalogue.board("doubling", "quick"))
    assert line.split(" | ")[3:9] == ["cpu", "2 of 2", "3 to 4 of 10", "7 s", "8 s", "14 s"]
