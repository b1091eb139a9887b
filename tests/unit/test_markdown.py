"""Tables, fences, code and links of Markdown documents, with their places."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitops_lint.texts.markdown import read_markdown

TEXT = """\
# Title

See `a/b` and [the script](bootstrap/run.sh "title"), not ``.

| Component | Managed by |
| :-- | --- |
| **Web** (`x`\\|y) | Flux |
| Shop |

```Bash title=x
# no prose
| no | table |
```
~~~
```
~~~
last
"""


def test_a_document() -> None:
    document = read_markdown(TEXT)
    assert next((piece.text, *piece.span[:2]) for piece in document.code) == ("a/b", 3, 6)
    assert [(piece.text, *piece.span[:2]) for piece in document.links] == [("bootstrap/run.sh", 3, 28)]
    (table,) = document.tables
    assert [cell.text for cell in table.head] == ["Component", "Managed by"]
    assert [[cell.text for cell in row] for row in table.rows] == [["**Web** (`x`\\|y)", "Flux"], ["Shop"]]
    assert table.rows[0][1].span == (7, 22, 7, 26)
    bash, other = document.fences
    assert (bash.language, [line.text for line in bash.lines]) == ("bash", ["# no prose", "| no | table |"])
    assert bash.lines[0].span.line == 11
    assert [line.text for line in other.lines] == ["```"]
    assert document.lines[-1].text == "last"


def test_a_table_without_bars_at_its_ends() -> None:
    (table,) = read_markdown("A | B\n--|--\n1 | 2\n\n3 | 4\n").tables
    assert [[cell.text for cell in row] for row in table.rows] == [["1", "2"]]


def test_an_open_fence_ends_with_the_document() -> None:
    assert [line.text for line in read_markdown("```\na").fences[0].lines] == ["a"]


@given(st.text(alphabet='`~|-: \n\\ab[](<>"#\r\u2028', max_size=80))
def test_no_text_is_too_odd(text: str) -> None:
    document = read_markdown(text)
    assert len(list(document.code)) + len(list(document.links)) >= 0
    assert document.lines == sorted(document.lines, key=lambda piece: piece.span)
