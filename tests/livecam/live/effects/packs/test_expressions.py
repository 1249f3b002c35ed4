"""Formulas: what they come to, and what is told of those that cannot be."""

from __future__ import annotations

import ast
import math
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from livecam.live.effects.packs.expressions import Expression, ExpressionError, in_order
from livecam.live.effects.packs.formula_code import FormulaWriter, LayerFormulas, formula_value
from livecam.live.effects.packs.functions import FACE_FUNCTIONS, FUNCTIONS, Variables

VALUES = {"smile": 0.5, "time": 2.0, "side": -1.0}


def value(text: object) -> float:
    return Expression.parse(text).compile()(Variables(VALUES))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (3, 3.0),
        (True, 1.0),
        ("0.2 + 0.1*2**3", 1.0),
        ("-smile % 0.2", -0.5 % 0.2),
        ("1 if smile > 0.4 and not 0 else 2", 1.0),
        ("0 < smile <= 0.5", 1.0),
        ("smile != 0.5 or side == -1", 1.0),
        ("clamp(smile*9)", 1.0),
        ("mix(2, 4, smile)", 3.0),
        ("fract(time + 0.25)", 0.25),
        ("min(3, time, 1)", 1.0),
        ("wave(0.25)", 1.0),
        ("smooth(0.5)", 0.5),
        ("elastic(1) + step(1, 2) + sign(-3)", 1.0),
        ("ease_in(0.5) + ease_out(0.5) + ease_in_out(0.5)", 1.5),
        ("pi", math.pi),
    ],
)
def test_a_formula_comes_to_its_value(text: object, expected: float) -> None:
    assert value(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    "text",
    [
        "1/0",
        "smile/(time - 2)",
        "(0 - 1)**0.5",
        "sqrt(-1)",
        "10**400",
        "exp(999)",
        "smile*1e308*10",
        "1e308",
        "1e300*1",
    ],
)
def test_what_has_no_value_is_nought(text: str) -> None:
    assert value(text) == 0.0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is no formula"),
        ("1 +", "is no formula"),
        ("smile.real", "not allowed"),
        ("smile[0]", "not allowed"),
        ("lambda: 1", "not allowed"),
        ("[1 for x in y]", "not allowed"),
        ("'a'", "no number"),
        ("1j", "no number"),
        ("1e999", "no number"),
        ("open('x')", "unknown function 'open'"),
        ("__import__('os')", "unknown function"),
        ("smooht(1)", "did you mean 'smooth'"),
        ("clamp(1, 2, 3, 4)", "takes 1 to 3 values and got 4"),
        ("clamp(value=1)", "by their order"),
        ("smile.clamp(1)", "no function"),
        ("1 << 2", "operator"),
        ("~1", "write not"),
        ("1 in 2", "compares"),
        ("1" + "+1" * 400, "at most"),
        ("-" * 200 + "1", "too long"),
        ("+".join(["1"] * 200), "too long"),
        (None, "is no number and no formula"),
        ([1], "is no number and no formula"),
        (float("nan"), "no number"),
        (10**400, "no number"),
        (1e9, "between -1e9 and 1e9"),
        (-1e308, "between -1e9 and 1e9"),
    ],
)
def test_what_is_no_formula_is_told(text: object, told: str) -> None:
    with pytest.raises(ExpressionError, match=told):
        Expression.parse(text)


@given(st.text(max_size=40) | st.from_regex(r"[a-z0-9 ()+*/<.,'=-]{1,40}", fullmatch=True))
@example("1if 1else 1")
@example("\x00")
def test_any_text_is_a_formula_or_told(text: str) -> None:
    try:
        found = Expression.parse(text)
    except ExpressionError:
        return
    assert math.isfinite(found.compile()(Variables(VALUES)))


@pytest.mark.parametrize("name", [*FUNCTIONS, *FACE_FUNCTIONS])
@settings(max_examples=25)
@given(values=st.lists(st.floats(-1e6, 1e6), min_size=8, max_size=8))
def test_every_function_gives_a_number_whatever_it_is_given(name: str, values: list[float]) -> None:
    function = FUNCTIONS.get(name) or FACE_FUNCTIONS[name]
    for count in range(function.fewest, function.most + 1):
        text = f"{name}({', '.join(f'{each:.6f}' for each in values[:count])})"
        assert math.isfinite(value(text))


def test_a_value_is_followed_slowly_and_for_each_eye_by_itself() -> None:
    follow, variables = Expression.parse("slow(smile, 0.5)").compile(), Variables({"smile": 0.0})
    variables.elapsed = 0.5
    assert follow(variables) == 0.0
    variables["smile"] = 1.0
    assert follow(variables) == pytest.approx(1 - math.exp(-1))
    variables.member = 1
    assert follow(variables) == 1.0


def formulas(opacity: str = "1", visible: str = "1", **values: str) -> LayerFormulas:
    writer = FormulaWriter()
    for name, text in values.items():
        writer.value(name, Expression.parse(text).tree)
    writer.unless(Expression.parse(visible).tree)
    writer.opacity(Expression.parse(opacity).tree)
    return writer.numbers([ast.Name(name) for name in values] + [None])


def test_all_formulas_of_a_layer_are_one_call() -> None:
    assert formulas("smile", a="time + 1", b="2*a", c="1/0")(Variables(VALUES), 0.5, 1.0) == (0.25, 3.0, 6.0, 0.0, None)


@pytest.mark.parametrize(("opacity", "visible"), [("0.001", "1"), ("smile - 1", "1"), ("1", "smile > 0.5")])
def test_a_layer_of_which_nothing_is_seen_has_no_numbers(opacity: str, visible: str) -> None:
    assert formulas(opacity, visible, a="1")(Variables(VALUES), 1.0, 1.0) is None


@pytest.mark.parametrize("text", ["smile.real", "(lambda: 1)()", "[1][0]", "print(1)", "1 << 2", "1 in 2"])
def test_what_the_parser_would_let_through_is_not_written(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        formula_value(ast.parse(text, mode="eval").body)


def test_a_name_is_nothing_but_a_key() -> None:
    for name in ("v", "opacity", "x0", "f0", "no_value", "__builtins__", "call_sin"):
        assert value(name) == 0.0


def test_noise_wanders_smoothly_within_its_limits() -> None:
    values = [value(f"noise({k / 20})") for k in range(400)]
    assert max(map(abs, values)) <= 1
    assert max(values) - min(values) > 1
    assert max(abs(b - a) for a, b in pairwise(values)) < 0.2


def test_values_are_put_in_order_and_a_circle_is_told() -> None:
    parsed = {name: Expression.parse(text) for name, text in {"c": "a + b", "b": "2*a", "a": "smile"}.items()}
    assert in_order(parsed) == ["a", "b", "c"]
    with pytest.raises(ExpressionError, match="b -> d -> b need each other"):
        in_order({**parsed, "b": Expression.parse("d"), "d": Expression.parse("b")})
