"""Formula code: the formulas of a layer as one Python function, written piece by piece from a fixed table.

Nothing of a pack's text is ever handed to Python. The function is built anew from the checked tree: a number becomes a
number, a name the key of a look-up, an operator or a function one of those listed here, and whatever is none of them
raises. The function sees no builtins. Why, and what it saves: docs/decisions/effect-packs.md
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from types import CodeType, FunctionType
from typing import Any

from livecam.live.effects.packs.functions import (
    ALONG,
    BELOW,
    CONSTANTS,
    FUNCTIONS,
    SLOW,
    Variables,
    landmark_along,
    landmark_below,
    slowed,
)

# Of the variables, the opacity of the face and how much of the anchor is seen: None where nothing of the layer is,
# else how much of it there is, 0..1, and its numbers, each a float, or None where there is no formula for it.
LayerFormulas = Callable[[Variables, float, float], tuple[Any, ...] | None]
FAINT = 0.002  # an opacity that cannot be seen
LARGEST = 1e9  # no number of a picture is as large

_OPERATORS: Mapping[type[ast.operator], ast.operator] = {
    kind: kind() for kind in (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod)
}
_COMPARISONS: Mapping[type[ast.cmpop], ast.cmpop] = {
    kind: kind() for kind in (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
}


def _power(base: float, exponent: float) -> float:
    # Python makes a complex number of the root of a negative one.
    return base**exponent if base >= 0 or exponent == int(exponent) else 0.0


# What has no value (a division by nought, a root of a negative number, a name that is not there) is 0.
_SEEN = {
    "__builtins__": {},
    "no_value": (ArithmeticError, ValueError, KeyError),
    "power": _power,
    "call_along": landmark_along,
    "call_below": landmark_below,
    "call_slow": slowed,
    **{f"call_{name}": function.call for name, function in FUNCTIONS.items()},
}
_FACE = (ALONG, BELOW, SLOW)
_ONE, _NOUGHT = ast.Constant(1.0), ast.Constant(0.0)


def drawable(value: float) -> float:
    """The value, or 0 where it is too large to draw with or no number."""
    return value if -LARGEST < value < LARGEST else 0.0


class FormulaWriter:
    """Writes one function; formulas are given in the order in which they are to be evaluated."""

    def __init__(self) -> None:
        self._lines = ["def formulas(v, opacity, seen):"]
        self._trees: list[ast.expr] = []
        self._values: dict[str, str] = {}  # by name of a value, the variable of the function that holds it

    def value(self, name: str, tree: ast.expr) -> None:
        """A value that the formulas after it may use."""
        self._values[name] = self._number(tree)

    def unless(self, tree: ast.expr) -> None:
        """Nothing is drawn where this is 0."""
        self._lines.append(f"    if not {self._number(tree)}: return None")

    def opacity(self, tree: ast.expr) -> None:
        """Nothing is drawn where this, brought into 0..1, leaves next to nothing of what is seen of the face."""
        number = self._number(tree)
        self._lines += [
            f"    {number} = 0.0 if {number} < 0.0 else 1.0 if {number} > 1.0 else {number}",
            f"    shown = {number} * opacity * seen",
            f"    if shown <= {FAINT}: return None",
        ]

    def numbers(self, trees: Sequence[ast.expr | None], shown: str = "shown") -> LayerFormulas:
        """The function, which gives these numbers, None for one that there is no formula for."""
        found = [shown, *("None" if tree is None else self._number(tree) for tree in trees)]
        self._lines.append(f"    return ({', '.join(found)},)")
        module = ast.parse("\n".join(self._lines))
        filled = ast.fix_missing_locations(_Filler(self._trees).visit(module))
        code = next(each for each in compile(filled, "<formulas>", "exec").co_consts if isinstance(each, CodeType))
        return FunctionType(code, dict(_SEEN))

    def _number(self, tree: ast.expr) -> str:
        """Lines that evaluate it, always to a finite number, and the variable that holds it."""
        number = f"x{len(self._trees)}"
        written = self._written(tree)
        if isinstance(written, ast.Constant):
            written = ast.Constant(drawable(float(written.value)))  # type: ignore[arg-type]
            self._lines.append(f"    {number} = f{len(self._trees)}")
        else:
            self._lines += [
                "    try:",
                f"        {number} = f{len(self._trees)}",
                f"        if not {-LARGEST} < {number} < {LARGEST}: {number} = 0.0",
                f"    except no_value: {number} = 0.0",
            ]
        self._trees.append(written)
        return number

    def _written(self, node: ast.expr) -> ast.expr:
        """A new node that does what this one says."""
        written: ast.expr
        match node:
            case ast.Constant():
                written = ast.Constant(float(node.value))  # type: ignore[arg-type]
            case ast.Name():
                written = self._name(node.id)
            case ast.BinOp(left, ast.Pow(), right):
                written = _call("power", [self._written(left), self._written(right)])
            case ast.BinOp(left, operator, right):
                written = ast.BinOp(self._written(left), _OPERATORS[type(operator)], self._written(right))
            case ast.UnaryOp(ast.Not(), operand):
                written = ast.IfExp(self._written(operand), _NOUGHT, _ONE)
            case ast.UnaryOp(ast.USub(), operand):
                written = ast.UnaryOp(ast.USub(), self._written(operand))
            case ast.UnaryOp(ast.UAdd(), operand):
                written = self._written(operand)
            case ast.BoolOp(connective, values):
                kind = ast.And() if isinstance(connective, ast.And) else ast.Or()
                written = _truth(ast.BoolOp(kind, [self._written(each) for each in values]))
            case ast.Compare(left, operators, comparators):
                first, *others = (self._written(each) for each in (left, *comparators))
                written = _truth(ast.Compare(first, [_COMPARISONS[type(each)] for each in operators], others))
            case ast.IfExp(test, body, orelse):
                written = ast.IfExp(self._written(test), self._written(body), self._written(orelse))
            case ast.Call(ast.Name(name), arguments):
                written = self._called(name, [self._written(each) for each in arguments])
            case _:
                raise ValueError(f"{type(node).__name__} is no part of a formula")
        return written

    def _name(self, name: str) -> ast.expr:
        if name in CONSTANTS:
            return ast.Constant(CONSTANTS[name])
        if name in self._values:
            return ast.Name(self._values[name], ast.Load())
        return ast.Subscript(_VARIABLES, ast.Constant(name), ast.Load())

    def _called(self, name: str, arguments: list[ast.expr]) -> ast.expr:
        if name == SLOW:
            return _call("call_slow", [_VARIABLES, ast.Constant(next(_PLACES)), *arguments])
        if name in (ALONG, BELOW):
            return _call(f"call_{name}", [_VARIABLES, *arguments])
        if name not in FUNCTIONS:
            raise ValueError(f"{name} is no function of a formula")
        return _call(f"call_{name}", arguments)


_VARIABLES = ast.Name("v", ast.Load())
_PLACES = count()  # where `slow` remembers


def _call(name: str, arguments: list[ast.expr]) -> ast.expr:
    return ast.Call(ast.Name(name, ast.Load()), arguments, [])


def _truth(condition: ast.expr) -> ast.expr:
    return ast.IfExp(condition, _ONE, _NOUGHT)


class _Filler(ast.NodeTransformer):
    """Puts the formulas where the lines name them."""

    def __init__(self, trees: Sequence[ast.expr]) -> None:
        self._trees = {f"f{index}": tree for index, tree in enumerate(trees)}

    def visit_Name(self, node: ast.Name) -> ast.expr:  # so it is called by ast
        return self._trees.get(node.id, node)


def formula_value(tree: ast.expr) -> Callable[[Variables], float]:
    """What gives the value of one formula, always a finite number; names missing from the variables make it 0."""
    evaluate = FormulaWriter().numbers([tree], shown="0.0")

    def value(variables: Variables) -> float:
        numbers = evaluate(variables, 1.0, 1.0)
        return float(numbers[1]) if numbers else 0.0

    return value
