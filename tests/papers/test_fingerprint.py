"""What counts as the same code: salts must not be drawn anew by what changes nothing."""

import pytest

from papers.fingerprint import meaning_of

CODE = """
class Method:
    def __init__(self, seed, device):
        self.rate = 0.1

    def propose(self):
        return [self.rate]
"""
IDLE = {
    "a comment": CODE.replace("self.rate = 0.1", "self.rate = 0.1  # tuned"),
    "a docstring": CODE.replace("class Method:", 'class Method:\n    """The best."""'),
    "text in the middle": CODE.replace("        return", '        "try 17"\n        return'),
    "layout": CODE.replace("[self.rate]", "[\n            self.rate,\n        ]").replace("0.1", "0.10"),
    "the ends of lines": CODE.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("change", IDLE)
def test_what_changes_nothing_draws_nothing_anew(change):
    assert IDLE[change] != CODE
    assert meaning_of(IDLE[change].encode()) == meaning_of(CODE.encode())


@pytest.mark.parametrize(
    ("old", "new"), [("0.1", "0.2"), ("[self.rate]", "(self.rate,)"), ("propose", "answer"), ("0.1", "'0.1'")]
)
def test_another_program_is_another(old, new):
    assert meaning_of(CODE.replace(old, new).encode()) != meaning_of(CODE.encode())


def test_deep_large_and_broken_files_have_a_meaning():
    deep = "x = " + " + ".join(["1"] * 2_000)
    assert meaning_of(deep.encode()) == meaning_of(f"{deep}  # again".encode())
    assert meaning_of(b"x = 0x" + b"f" * 9000) != meaning_of(b"x = 0x" + b"f" * 9001)
    assert meaning_of(b"x = (") != meaning_of(b"x = ((")
    assert meaning_of(b"") != meaning_of(b"x = '\\ud800'")
