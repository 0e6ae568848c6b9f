"""Texts that a spreadsheet would run are kept from it, and come back as they were."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.sheets.formulas import as_it_was, harmless


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "a;=1", "a,@b", "a|-b", "a\n=b"]
)
def test_what_could_begin_to_calculate_is_marked(text: str) -> None:
    assert "'" in harmless(text)


@pytest.mark.parametrize("text", ["Ada", "a+b", "ada@example.org", "O'Neil", "Smith-Jones", "1 = 1", "a; b, -c"])
def test_what_cannot_is_left_alone(text: str) -> None:
    assert harmless(text) == text


@given(st.text(st.sampled_from("=+-@,;|\t\n ab＝")))
@example("=,=")
def test_it_comes_back_as_it_was(text: str) -> None:
    assert as_it_was(harmless(text)) == text
