"""A paper's README on its page."""

from leaderboard.boards import readme

TEXT = """# Title

<!-- recorded imputation
rmse: rmse
-->
| method | rmse |
|---|---|
| Mean | .2 |

## Claim

<script>alert(1)</script> **bold** <!-- more -->
"""


def test_tables_are_rendered_and_neither_comments_nor_markup_of_its_own(tmp_path):
    path = tmp_path / "README.md"
    path.write_text(TEXT)
    html = readme.html_of(path)
    assert '<div class="scroll"><table>' in html
    assert "<td>.2</td>" in html
    assert '<h3 id="about-claim">Claim</h3>' in html
    assert "<strong>bold</strong>" in html
    assert not any(word in html for word in ("recorded", "more", "<script", "Title"))


def test_a_paper_without_one_has_an_empty_page(tmp_path):
    assert readme.html_of(tmp_path / "README.md") == ""
