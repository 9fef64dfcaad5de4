"""An expression means what Python means by it, is refused where it is wrong, and nothing else can happen."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harmless import is_harmless
from vitdash.errors import InputError
from vitdash.expression import LONGEST_TEXT, Value, parse
from vitdash.expression.parser import MOST_PARTS

VALUES: dict[str, Value] = {
    "accuracy": 0.9,
    "loss": 0.25,
    "heads": 8,
    "preset": "vit-l8",
    "tags": ("baseline", "good"),
    "keep": True,
}
KNOWN = (*VALUES, "svc")


def value(text: str) -> Value | None:
    """Return what `text` comes to; `svc` is a name that has no value."""
    return parse(text, KNOWN).evaluate(VALUES.get)


def refusal(text: str) -> InputError:
    """Return the error that `text` is answered with, by whichever of reading and evaluating it."""
    with pytest.raises(InputError) as caught:
        parse(text, KNOWN, "--where").evaluate(VALUES.get)
    return caught.value


NUMBERS: dict[str, st.SearchStrategy[Any]] = {
    "i": st.integers(-9, 9),
    "j": st.integers(-(10**18), 10**18),
    "long": st.sampled_from([10**300, -(10**320), 2**1024]),
    "x": st.floats(-100, 100),
    "y": st.sampled_from([0.0, -0.0, 0.1, 1.0, 1e-9, 1e100, -2.5]),
    "yes": st.just(True),
}
TEXTS: dict[str, st.SearchStrategy[Any]] = {
    "s": st.text("abc'\"\\ é", max_size=4),
    "t": st.sampled_from(["", "a", "B"]),
}
NAMES = st.fixed_dictionaries({**NUMBERS, **TEXTS})


def quoted(text: str) -> str:
    """Return a text as both languages write it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def joined(parts: st.SearchStrategy[str], signs: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Return two parts with a sign between them, one of them in parentheses or not."""
    wrapped = parts | parts.map("({})".format)
    return st.tuples(wrapped, st.sampled_from(signs), wrapped).map(" ".join)


def larger_numbers(numbers: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    minus = numbers.map("-({})".format) | numbers.map("-{}".format)
    return minus | joined(numbers, ("+", "-", "*", "/", "//", "%")) | joined(numbers, ("and", "or")).map("({})".format)


NUMBER = st.recursive(
    st.sampled_from(list(NUMBERS))
    | st.integers(0, 10**20).map(str)
    | st.floats(0, 1e20).map(repr)
    | st.sampled_from(["1_000", "0", ".5", "5.", "1e3", "2E-2"]),
    larger_numbers,
    max_leaves=6,
)
TEXT = st.sampled_from(list(TEXTS)) | st.text("ab'\"\\ é", max_size=3).map(quoted) | st.just("'it'")
ORDERS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
LISTS = st.lists(st.integers(0, 9).map(str) | st.just("-1") | TEXT.filter(lambda text: not text.isalpha()), max_size=3)
MEMBER = st.tuples(
    NUMBER | TEXT, st.sampled_from([" in ", " not in "]), LISTS.map(lambda items: f"[{', '.join(items)}]")
)


def chains(sides: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return comparisons of two sides to four."""
    rest = st.lists(st.tuples(ORDERS, sides).map(" ".join), min_size=1, max_size=3).map(" ".join)
    return st.tuples(sides, rest).map(" ".join)


COMPARISON = chains(NUMBER) | chains(TEXT) | MEMBER.map("".join) | st.tuples(NUMBER, ORDERS, TEXT).map(" ".join)


def larger_conditions(conditions: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return (
        conditions.map("not {}".format)
        | conditions.map("({}) + 1".format)
        | joined(conditions, ("and", "or"))
        | conditions.map("not ({})".format)
    )


SHARED = st.recursive(COMPARISON | NUMBER | TEXT, larger_conditions, max_leaves=4).filter(
    lambda text: len(text) <= LONGEST_TEXT
)


PIECES = ["and", "or", "not", "in", "~", "!~", "<", "==", "(", ")", "[", "]", ",", "-", "*", "//", "%", "**", "absent"]
PIECES += ["true", "x", "i", "s", "svc", "1", "2.5", "'a'", '"', "=", "é", "if", "tags"]


def tried(text: str, names: dict[str, Any]) -> tuple[Value | None, InputError | None]:
    """Return what a text comes to, or the error that it is answered with; nothing else may be raised."""
    try:
        return parse(text, [*names, "svc"], "--where").evaluate(names.get), None
    except InputError as error:
        return None, error


@given(SHARED, NAMES)
def test_what_python_can_say_means_what_python_means(text: str, names: dict[str, Any]) -> None:
    """The same value of the same kind, or an error in both; the text goes to Python as it is."""
    got, error = tried(text, names)
    expected = in_python(text, names)
    if error is None:
        assert (type(got), repr(got)) == (type(expected), repr(expected))
    else:
        # Python goes on with infinity, and reads expressions of any size.
        assert expected is None or "too large" in error.message or f"at most {MOST_PARTS} parts" in error.message
        assert "expected" not in error.message


def in_python(text: str, names: dict[str, Any]) -> Any:
    """Return what Python makes of `text`, None where it raises an error."""
    try:
        return eval(text, {"__builtins__": {}}, names)
    except (TypeError, ZeroDivisionError, OverflowError):
        return None


@given(st.text(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join), NAMES)
def test_nothing_that_is_typed_raises_anything_but_an_error_in_one_line(text: str, names: dict[str, Any]) -> None:
    """Whatever it is, on one harmless line that says where; a text is read once, and its tree walked once."""
    _, error = tried(text, names)
    if error is not None:
        assert is_harmless(str(error))
        assert len(str(error)) < 500
    if error is not None and text.strip():
        assert error.message.startswith("at character ")
        assert "⟨" in error.hint


@pytest.mark.parametrize(
    "text", ["(" * 500, "-" * 500, "not " * 125, "x<" * 250, "'" * 499, "9" * 400 + ".x", "\\" * 500]
)
def test_the_largest_texts_are_read_without_trouble(text: str) -> None:
    """Nesting is bounded by the number of parts, and no pattern goes back over what it has seen."""
    with pytest.raises(InputError):
        parse(text, KNOWN).evaluate(VALUES.get)


def test_a_text_is_at_most_so_long_and_never_empty() -> None:
    """Both are said without pointing anywhere."""
    assert parse("1" + " " * (LONGEST_TEXT - 1)).evaluate(VALUES.get) == 1
    assert str(refusal("1" + " " * LONGEST_TEXT)) == ("--where: is 501 characters long; an expression has at most 500.")
    assert str(refusal(" \n")) == "--where: is empty. Write an expression, for example accuracy > 0.9."


def test_an_expression_has_a_bounded_number_of_parts() -> None:
    """Names, values, operators and opened parentheses count."""
    assert value("+".join(["1"] * 32)) == 32
    error = refusal("+".join(["1"] * 33))
    assert error.message == "at character 65, '1': an expression has at most 64 parts."


# The marks stand where the error must point.
REFUSED: dict[str, str] = {
    "accuracy ⟨=⟩ 0.9": "write == to compare",
    "accuracy ⟨===⟩ 0.9": "write == to compare",
    "heads ⟨=!⟩ 8": "write !=",
    "heads ⟨<>⟩ 8": "write !=",
    "heads ⟨≤⟩ 8": "write <=",
    "heads ⟨=>⟩ 8": "write >=",
    "preset ⟨=~⟩ 'vit'": "write ~ for text that contains other text",
    "heads == 8 ⟨&&⟩ keep": "write and",
    "heads == 8 ⟨&⟩ keep": "write and",
    "heads == 8 ⟨||⟩ keep": "write or",
    "⟨!⟩keep": "write not, or != for unequal",
    "heads == 8 ⟨AND⟩ keep": "write and, in small letters",
    "accuracy ⟨**⟩ 2": "there are no powers; write x * x",
    "accuracy ⟨^⟩ 2": "there are no powers; write x * x",
    "round⟨(⟩accuracy)": "there are no functions to call",
    "heads⟨(⟩1)": "there are no functions to call",
    "(heads) ⟨(⟩1)": "there are no functions to call",
    "run⟨.⟩id": "names have no parts; a number needs a digit beside its point",
    "tags⟨[⟩0]": "a list stands after in only, as in heads in [4, 8]",
    "⟨[⟩4, 8]": "a list stands after in only, as in heads in [4, 8]",
    "heads in (4⟨,⟩ 8)": "write a list in brackets, as in heads in [4, 8]",
    "heads in [4 ⟨8⟩]": "expected ',' or ']' for the '[' at character 10",
    "heads in [⟨svc⟩]": "expected a number or text in quotes: a list has no other items",
    "heads in [-⟨'a'⟩]": "expected a number or text in quotes: a list has no other items",
    "heads in [4⟨⟩": "expected ',' or ']' for the '[' at character 10",
    "heads ⟨is⟩ 8": "write == to compare",
    "svc == ⟨None⟩": "write absent for what has no value, as in accuracy == absent",
    "keep == ⟨True⟩": "write true",
    "1 ⟨if⟩ keep else 0": "there are no conditions; join comparisons with and, or, not",
    "keep ⟨?⟩ 1 : 0": "there are no conditions; join comparisons with and, or, not",
    "⟨lambda⟩: 1": "there are no functions",
    "⟨absent⟩ == svc": "absent stands on the right of == or != only, as in accuracy == absent",
    "svc > ⟨absent⟩": "only one value is compared with absent, by == or !=",
    "1 < svc == ⟨absent⟩": "only one value is compared with absent, by == or !=",
    "svc == absent ⟨==⟩ 1": "only one value is compared with absent, by == or !=",
    "keep == ⟨not⟩ keep": "write parentheses around not and what belongs to it",
    "heads ⟨not⟩ 3": "expected an operator (==, and, +, …) or the end",
    "accuracy >⟨⟩": "expected a name, a number, text in quotes or '('",
    "accuracy > ⟨==⟩ 1": "expected a name, a number, text in quotes or '('",
    "accuracy > 90%⟨⟩": "expected a name, a number, text in quotes or '(' after %, the remainder; write 0.9 for 90 "
    "per cent",
    "1⟨,⟩000 < heads": "a comma stands between the items of a list only; write 1_000 or 1000",
    "heads ⟨8⟩": "expected an operator (==, and, +, …) or the end",
    "(heads == 8⟨⟩": "expected an operator (==, and, +, …) or ')' for the '(' at character 1",
    "heads == 8⟨)⟩": "expected an operator (==, and, +, …) or the end",
    "heads > ⟨10k⟩": "expected a number such as 8, 1_000, 0.9 or 3e-4, or text in quotes",
    "heads > ⟨1__0⟩": "expected a number such as 8, 1_000, 0.9 or 3e-4, or text in quotes",
    "heads > ⟨1e999⟩": "is too large for a number",
    "preset == ⟨'vit⟩": "expected ' at the end of this text",
    "preset == 'a⟨\\n⟩b'": "after a backslash stands \\, ' or \"",
    "preset == ⟨“⟩vit”": "text stands in straight quotes, \" or '",
    "⟨é⟩ == 1": "names have the letters a to z only; text stands in quotes",
    "heads == 8 ⟨@⟩ 2": "is no part of this language",
    "heads ⟨<⟩ 'a'": "a number has no order with text: 8 and 'a'",
    "preset ⟨>=⟩ true": "text has no order with true or false: 'vit-l8' and true",
    "heads ⟨/⟩ (8 - heads)": "8 is divided by zero",
    "heads ⟨%⟩ 0": "8 is divided by zero",
    "1e308 ⟨*⟩ 10": "the result is too large for a number",
    "1 + 100_000_000_000 ⟨*⟩ 1e300": "the result is too large for a number",
    "preset ⟨+⟩ 1": "only numbers can be calculated with; 'vit-l8' is text",
    "⟨-⟩preset": "only numbers can be calculated with; 'vit-l8' is text",
    "tags ⟨==⟩ 'good'": "a list is looked into with in, as in 'svc' in probes",
    "heads ⟨~⟩ '8'": "text is searched; 8 is a number",
    "preset ⟨!~⟩ 8": "text is looked for; 8 is a number",
    "4 ⟨in⟩ heads": "nothing can be in a number; a list is written [4, 8]",
    "4 ⟨not in⟩ preset": "only text can be in text; 4 is a number",
}


@pytest.mark.parametrize("marked", REFUSED)
def test_what_is_wrong_is_pointed_at(marked: str) -> None:
    """The column, what stands there, what to write instead, and the text with marks around the place."""
    before, _, rest = marked.partition("⟨")
    found, _, after = rest.partition("⟩")
    error = refusal(before + found + after)
    what = f"'{found}'" if found else "the end"
    assert error.title == "--where"
    assert error.message == f"at character {len(before) + 1}, {what}: {REFUSED[marked]}."
    assert error.hint == f"Here: {before}⟨{found or '?'}⟩{after}"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("acuracy", "Did you mean 'accuracy'?"),
        ("null", "Write absent for what has no value, as in accuracy == absent."),
        ("contains", "Write ~ for text that contains other text, as in preset ~ 'vit'."),
        ("qqq", "Known: accuracy, loss, heads, preset, tags, keep, svc."),
    ],
)
def test_an_unknown_name_is_pointed_at_with_what_was_meant(name: str, hint: str) -> None:
    """The nearest name, or the word that other languages have for it, or all names; unquoted text is met here too."""
    error = refusal(f"heads == {name}")
    assert error.message == f"at character 10, '{name}': there is no such name; text stands in quotes."
    assert error.hint == f"{hint} Here: heads == ⟨{name}⟩"


def test_what_is_shown_of_a_long_text_is_what_is_around_the_place() -> None:
    """An error stays a line that can be read."""
    error = refusal(f"heads == 8 and {'keep and ' * 5}accuracy ** 2 > {'1 + ' * 9}1")
    assert error.hint == "Here: … keep and keep and accuracy ⟨**⟩ 2 > 1 + 1 + 1 + 1 + 1 + 1 +…"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.8 < accuracy <= 0.9", True),
        ("preset ~ 'VIT'", True),
        ("preset !~ 'cnn'", True),
        ("'l8' in preset", True),
        ("tags ~ 'BASE'", True),
        ("'good' in tags and 'base' not in tags", True),
        ("heads in [4, 8, ]", True),
        ("heads not in []", True),
        ("-heads in [-8]", True),
        ("heads in [4, 'a', true]", False),
        ("keep == true and not false", True),
        ("2 + 3 * 4 - 10 // 4 % 3", 12),
        ("-7 // 2", -4),
        ("-7 % 3", 2),
        ("7 / 2", 3.5),
        ("- -heads", 8),
        ("1 == 1.0 == true", True),
        ("9007199254740993 == 9007199254740992.0", False),
        ('preset == "vit-l8"', True),
        ("'it\\'s' == \"it's\"", True),
    ],
)
def test_the_language_by_example(text: str, expected: Value) -> None:
    """What the page for users says."""
    assert value(text) == expected


@pytest.mark.parametrize("sign", ["==", "!=", "<", "<=", ">", ">=", "~", "!~", "in", "not in"])
def test_a_comparison_with_something_absent_is_false(sign: str) -> None:
    """On either side and whatever the operator; `not` of it is true."""
    assert value(f"svc {sign} 'a'") is False
    assert value(f"'a' {sign} svc") is False
    assert value(f"not svc {sign} 'a'") is True
    assert value("0 < svc < 1") is False


def test_what_is_absent_can_be_asked_for_and_passed_on() -> None:
    """`absent` stands for it; arithmetic with it is absent, alone it counts as false."""
    assert value("svc == absent") is True
    assert value("svc != absent") is False
    assert value("accuracy == absent") is False
    assert value("accuracy != absent and heads != absent") is True
    assert value("svc * 2 + 1") is None
    assert value("-svc == absent") is True
    assert value("svc - preset == absent") is True
    assert value("svc or accuracy") == 0.9
    assert value("accuracy and svc") is None
    assert value("not svc") is True
    assert parse("svc").holds(VALUES.get) is False


def test_what_decides_nothing_is_not_evaluated() -> None:
    """As in Python, so that a condition can guard what stands behind it."""
    assert value("heads == 8 or 1 / 0 > 1") is True
    assert value("heads == 4 and preset > 1") is False
    assert value("1 > 2 > 1 / 0") is False
    assert "divided by zero" in refusal("heads == 4 or 1 / 0 > 1").message


def test_a_side_in_the_middle_is_evaluated_once() -> None:
    """A lookup may be costly: a run's configuration is a file."""
    asked: list[str] = []

    def lookup(name: str) -> Value:
        asked.append(name)
        return 5

    assert parse("1 < x < 9").evaluate(lookup) is True
    assert asked == ["x"]


def test_an_expression_says_which_names_it_uses() -> None:
    """Each once, in order; those in a part that is never evaluated too."""
    assert parse("b < a and (b or not c == absent) and 'd' in e").names == ("b", "a", "c", "e")
    assert parse("1 < 2").names == ()
    assert parse(" 1 < 2").text == " 1 < 2"
