"""Expressions of an effect.toml: small formulas that are parsed into a tree of known operations, no text is executed.

Python's own parser reads the text; of its syntax only numbers, names, arithmetic, comparisons, `and`, `or`, `not`,
`a if c else b` and calls of the functions in `functions.py` are taken. Every value is a float, truth is 1 and 0. What
has no value (a division by nought, a root of a negative number) is 0, so that a picture never stops for it.
What is made of the tree: `formula_code.py`; why so: docs/decisions/effect-packs.md
"""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite

from livecam.live.effects.packs.formula_code import LARGEST, drawable, formula_value
from livecam.live.effects.packs.functions import CONSTANTS, FACE_FUNCTIONS, FUNCTIONS, Variables

Evaluate = Callable[[Variables], float]
_LONGEST, _MOST_NODES, _DEEPEST = 600, 250, 40


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
            return cls._constant(value)
        if not isinstance(value, str):
            raise ExpressionError(f'a {type(value).__name__} is no number and no formula; write such as 0.5 or "smile"')
        tree = _tree(value)
        _check(tree, value)
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        return cls(value, tree, frozenset(node.id for node in nodes if id(node) not in called) - set(CONSTANTS))

    @classmethod
    def _constant(cls, value: float) -> Expression:
        if not -LARGEST < value < LARGEST:
            said = _short(repr(value))
            raise ExpressionError(f"{said} is no number that can be drawn with; write one between -1e9 and 1e9")
        return cls(repr(float(value)), ast.Constant(float(value)), frozenset())

    @property
    def constant(self) -> float | None:
        """Its value when it is the same in every frame."""
        return _constant(self.tree)

    def compile(self) -> Evaluate:
        """What gives its value, always a finite number; names that are missing from the variables are 0."""
        return formula_value(self.tree)


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


_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.Pow)
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)


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
    if isinstance(node, ast.BinOp) and not isinstance(node.op, _OPERATORS):
        raise ExpressionError(f"the operator of '{_short(ast.unparse(node))}' is not known; there are + - * / ** %")
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        raise ExpressionError("the operator ~ is not known; write not")
    if isinstance(node, ast.Compare) and not all(isinstance(op, _COMPARISONS) for op in node.ops):
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
    if isinstance(tree, ast.Constant):
        return drawable(float(tree.value))  # type: ignore[arg-type]
    return formula_value(tree)(Variables()) if _is_constant(tree) else None


_ALLOWED = (ast.Constant, ast.Name, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call)
