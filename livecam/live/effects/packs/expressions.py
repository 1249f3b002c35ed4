"""Expressions of an effect.toml: small formulas that are parsed into a tree of known operations, and never executed.

Python's own parser reads the text; of its syntax only numbers, names, arithmetic, comparisons, `and`, `or`, `not`,
`a if c else b` and calls of the functions in `functions.py` are taken. Every value is a float, truth is 1 and 0. What
has no value (a division by nought, a root of a negative number) is 0, so that a picture never stops for it.
Why not executed: docs/decisions/effect-packs.md
"""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from math import isfinite
from typing import Any

from livecam.live.effects.packs.functions import (
    ALONG,
    BELOW,
    CONSTANTS,
    FACE_FUNCTIONS,
    FUNCTIONS,
    SLOW,
    Variables,
    landmark_along,
    landmark_below,
    slowed,
)

Evaluate = Callable[[Variables], float]
_LONGEST, _MOST_NODES, _DEEPEST = 600, 250, 40
_PLACES = count()


class ExpressionError(ValueError):
    """A formula that cannot be; the message says what is wrong and what would be right."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A formula whose syntax is right; its names are looked up when it is compiled."""

    text: str
    tree: ast.expr = field(repr=False, compare=False)
    names: frozenset[str]

    @classmethod
    def parse(cls, value: object) -> Expression:
        """A number, true or false, or the text of a formula; ExpressionError for anything else."""
        if isinstance(value, bool | int | float):
            too_large = isinstance(value, int) and abs(value) > 1e300  # which is no float any more
            return cls._constant(float("inf") if too_large else float(value))
        if not isinstance(value, str):
            raise ExpressionError(f'a {type(value).__name__} is no number and no formula; write such as 0.5 or "smile"')
        tree = _tree(value)
        _check(tree, value)
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        return cls(value, tree, frozenset(node.id for node in nodes if id(node) not in called) - set(CONSTANTS))

    @classmethod
    def _constant(cls, value: float) -> Expression:
        if not isfinite(value):
            raise ExpressionError(f"{value} is no number that can be drawn with")
        return cls(repr(value), ast.Constant(value), frozenset())

    @property
    def constant(self) -> float | None:
        """Its value when it is the same in every frame."""
        return _constant(self.tree)

    def compile(self) -> Evaluate:
        """What gives its value, always a finite number; names that are missing from the variables are 0."""
        value = self.constant
        if value is not None:
            fixed = value
            return lambda variables: fixed
        inner = _compiled(self.tree)

        def evaluate(variables: Variables) -> float:
            try:
                value = inner(variables)
            except (ArithmeticError, ValueError, KeyError):
                return 0.0
            return value if -1e9 < value < 1e9 else 0.0

        return evaluate


def unknown_name(name: str, known: Iterable[str]) -> str:
    """What to say of a name that stands for nothing."""
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=1)
    return f"unknown name '{name}'; " + (f"did you mean '{close[0]}'?" if close else f"known: {', '.join(known)}")


def in_order(expressions: Mapping[str, Expression]) -> list[str]:
    """The names of values that use each other, each after those it uses; ExpressionError for a cycle."""
    ordered: list[str] = []
    done: set[str] = set()
    for first in expressions:
        _visit(first, expressions, done, ordered, ())
    return ordered


def _visit(
    name: str, expressions: Mapping[str, Expression], done: set[str], ordered: list[str], way: tuple[str, ...]
) -> None:
    if name in way:
        circle = " -> ".join((*way[way.index(name) :], name))
        raise ExpressionError(f"the values {circle} need each other; one of them must do without")
    if name in done:
        return
    for used in sorted(expressions[name].names & expressions.keys()):
        _visit(used, expressions, done, ordered, (*way, name))
    done.add(name)
    ordered.append(name)


def _tree(text: str) -> ast.expr:
    if len(text) > _LONGEST:
        raise ExpressionError(f"a formula of {len(text)} letters; at most {_LONGEST}, put parts of it into [values]")
    try:
        with warnings.catch_warnings():
            # Of literals such as `1if`, which Python itself warns of.
            warnings.simplefilter("ignore")
            return ast.parse(text.strip() or " ", mode="eval").body
    except SyntaxError as error:
        where = f" at letter {error.offset}" if error.offset else ""
        raise ExpressionError(f"'{_short(text)}' is no formula{where}; write such as 0.2 + 0.1*wave(time)") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"'{_short(text)}' cannot be read as a formula") from error


def _short(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else "?" for letter in text)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


_BINARY: Mapping[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%", ast.Pow: "**",
}  # fmt: skip
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
}


def _check(tree: ast.expr, text: str) -> None:
    waiting: list[tuple[ast.expr, int]] = [(tree, 0)]
    nodes = 0
    while waiting:
        node, depth = waiting.pop()
        nodes += 1
        if nodes > _MOST_NODES or depth > _DEEPEST:
            raise ExpressionError(f"'{_short(text)}' is too long a formula; put parts of it into [values]")
        if not isinstance(node, _ALLOWED):
            said = _short(ast.unparse(node))
            raise ExpressionError(f"'{said}' is not allowed; there are numbers, names, + - * / ** %, comparisons, "
                                  "and, or, not, a if c else b, and calls of functions")  # fmt: skip
        _check_node(node)
        waiting += [(child, depth + 1) for child in _operands(node)]


def _operands(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.Call):
        return list(node.args)
    return [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]


def _check_node(node: ast.expr) -> None:
    if isinstance(node, ast.Constant):
        value = node.value
        if not isinstance(value, bool | int | float) or (isinstance(value, int) and abs(value) > 10**15):
            raise ExpressionError(f"{_short(repr(value))} is no number that can be drawn with")
        if not isfinite(float(value)):
            raise ExpressionError(f"{value} is no number that can be drawn with")
    if isinstance(node, ast.BinOp) and type(node.op) not in _BINARY:
        raise ExpressionError(f"the operator of '{_short(ast.unparse(node))}' is not known; there are + - * / ** %")
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        raise ExpressionError("the operator ~ is not known; write not")
    if isinstance(node, ast.Compare) and not all(type(op) in _COMPARISONS for op in node.ops):
        raise ExpressionError(
            f"'{_short(ast.unparse(node))}' compares in a way that is not known; there are < <= > >= == !="
        )
    if isinstance(node, ast.Call):
        _check_call(node)


def _check_call(node: ast.Call) -> None:
    if not isinstance(node.func, ast.Name):
        raise ExpressionError(f"'{_short(ast.unparse(node.func))}' is no function")
    name = node.func.id
    function = FUNCTIONS.get(name) or FACE_FUNCTIONS.get(name)
    if function is None:
        said = unknown_name(name, (*FUNCTIONS, *FACE_FUNCTIONS)).replace("name", "function", 1)
        raise ExpressionError(said)
    if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
        raise ExpressionError(f"{name} takes its values by their order: {function.means}")
    if not function.fewest <= len(node.args) <= function.most:
        wanted = str(function.most) if function.fewest == function.most else f"{function.fewest} to {function.most}"
        raise ExpressionError(f"{name} takes {wanted} values and got {len(node.args)}: {function.means}")


def _is_constant(tree: ast.expr) -> bool:
    """Whether nothing in it changes from frame to frame."""
    names = (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    return all(name in CONSTANTS or name in FUNCTIONS for name in names)


def _constant(tree: ast.expr) -> float | None:
    """The value of a formula that is the same in every frame; None for any other."""
    if not _is_constant(tree):
        return None
    try:
        value = float(_compiled(tree)(Variables()))
    except (ArithmeticError, ValueError):
        return 0.0
    return value if -1e9 < value < 1e9 else 0.0


def _compiled(node: ast.expr) -> Evaluate:
    """A function for every node; the names of a formula are looked up when it is asked."""
    built = _BUILDERS[type(node)](node)
    if isinstance(node, ast.Constant) or not _is_constant(node):
        return built
    try:
        value = float(built(Variables()))
    except (ArithmeticError, ValueError):
        # Said again in every frame, where it counts as nought.
        return built
    return lambda variables: value


def _number(node: ast.Constant) -> Evaluate:
    value = float(node.value)  # type: ignore[arg-type]
    return lambda variables: value


def _choice(node: ast.IfExp) -> Evaluate:
    test, yes, no = _compiled(node.test), _compiled(node.body), _compiled(node.orelse)
    return lambda variables: yes(variables) if test(variables) else no(variables)


def _name(node: ast.Name) -> Evaluate:
    name = node.id
    if name in CONSTANTS:
        value = CONSTANTS[name]
        return lambda variables: value
    return lambda variables: variables[name]


def _binary(node: ast.BinOp) -> Evaluate:
    """Most formulas multiply or add a number, or a name: what needs no call of its own gets none."""
    a, b, sign = _compiled(node.left), _compiled(node.right), _BINARY[type(node.op)]
    left, right = _constant(node.left), _constant(node.right)
    if sign in _COMMUTATIVE and (left is not None or right is not None):
        return _with_number(b if left is not None else a, left if left is not None else right or 0.0, sign)
    if sign in _COMMUTATIVE and isinstance(node.left, ast.Name):
        name = node.left.id
        return (lambda v: v[name] * b(v)) if sign == "*" else (lambda v: v[name] + b(v))
    operations: Mapping[str, Evaluate] = {
        "+": lambda v: a(v) + b(v),
        "-": lambda v: a(v) - b(v),
        "*": lambda v: a(v) * b(v),
        "/": lambda v: a(v) / b(v),
        "%": lambda v: a(v) % b(v),
        "**": lambda v: _power(a(v), b(v)),
    }
    return operations[sign]


_COMMUTATIVE = ("+", "*")


def _with_number(other: Evaluate, number: float, sign: str) -> Evaluate:
    return (lambda v: number * other(v)) if sign == "*" else (lambda v: number + other(v))


def _power(base: float, exponent: float) -> float:
    # Python makes a complex number of the root of a negative one.
    return base**exponent if base >= 0 or exponent == int(exponent) else 0.0


def _unary(node: ast.UnaryOp) -> Evaluate:
    inner = _compiled(node.operand)
    if isinstance(node.op, ast.Not):
        return lambda v: 0.0 if inner(v) else 1.0
    if isinstance(node.op, ast.USub):
        return lambda v: -inner(v)
    return inner


def _bool(node: ast.BoolOp) -> Evaluate:
    parts = [_compiled(value) for value in node.values]
    if isinstance(node.op, ast.And):
        return lambda v: 1.0 if all(part(v) for part in parts) else 0.0
    return lambda v: 1.0 if any(part(v) for part in parts) else 0.0


def _compare(node: ast.Compare) -> Evaluate:
    parts = [_compiled(each) for each in (node.left, *node.comparators)]
    tests = [_COMPARISONS[type(op)] for op in node.ops]

    def compare(v: Variables) -> float:
        values = [part(v) for part in parts]
        return 1.0 if all(test(values[k], values[k + 1]) for k, test in enumerate(tests)) else 0.0

    return compare


def _call(node: ast.Call) -> Evaluate:
    assert isinstance(node.func, ast.Name)
    name, arguments = node.func.id, [_compiled(argument) for argument in node.args]
    first = arguments[0]
    if name == ALONG:
        return lambda v: landmark_along(v, first(v))
    if name == BELOW:
        return lambda v: landmark_below(v, first(v))
    if name == SLOW:
        place, seconds = next(_PLACES), arguments[1]
        return lambda v: slowed(v, place, first(v), seconds(v))
    call = FUNCTIONS[name].call
    if len(arguments) == 1:
        return lambda v: float(call(first(v)))
    if len(arguments) == 2:
        second = arguments[1]
        return lambda v: float(call(first(v), second(v)))
    return lambda v: float(call(*[argument(v) for argument in arguments]))


_BUILDERS: Mapping[type[ast.expr], Callable[[Any], Evaluate]] = {
    ast.Constant: _number,
    ast.Name: _name,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _bool,
    ast.Compare: _compare,
    ast.IfExp: _choice,
    ast.Call: _call,
}
_ALLOWED = tuple(_BUILDERS)
