"""Every regular expression of the product, where it stands and how it is used."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

PACKAGES = ("rag", "server")
METHODS = frozenset(("search", "match", "fullmatch", "sub", "subn", "findall", "finditer", "split"))
UNKNOWN = frozenset(("search", "match", "fullmatch"))  # how a pattern may be used where the source does not show it


@dataclass(slots=True)
class Used:
    """A pattern, the modules that use it, and with which methods."""

    pattern: re.Pattern[Any]
    places: set[str] = field(default_factory=set)
    methods: set[str] = field(default_factory=set)

    def name(self) -> str:
        return min(self.places)


def modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        root = importlib.import_module(package)
        yield root
        for found in pkgutil.walk_packages(root.__path__, f"{package}."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def used_patterns() -> list[Used]:
    """Every pattern that a module holds or makes where it is used, by where it stands."""
    found: dict[tuple[Any, int], Used] = {}

    def note(pattern: re.Pattern[Any], place: str) -> Used:
        one = found.setdefault((pattern.pattern, pattern.flags), Used(pattern=pattern))
        one.places.add(place)
        return one

    for module in modules():
        for name, value in vars(module).items():
            for pattern in _held(value):
                note(pattern, f"{module.__name__}.{name}")
        for method, place, pattern in _calls(module):
            note(pattern, place).methods.add(method)
    for one in found.values():
        if not one.methods:
            one.methods = {*UNKNOWN}.intersection(*(_methods_of_others(place) for place in one.places)) or {*UNKNOWN}
    return sorted(found.values(), key=Used.name)


def _held(value: Any, depth: int = 3) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, dict):
        yield from _held([*value.keys(), *value.values()], depth)
    elif depth and isinstance(value, (tuple, list, set, frozenset)):
        for item in value:
            yield from _held(item, depth - 1)


def _methods_of_others(place: str) -> set[str]:
    """The methods that the module of a pattern calls of names which are not its own: of the items of a list, say."""
    module = importlib.import_module(place.rpartition(".")[0])
    return {
        node.func.attr
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and not hasattr(module, node.func.value.id)
    }


def _tree(module: ModuleType) -> ast.Module:
    return ast.parse(Path(str(module.__file__)).read_text("utf-8"))


class _Names(dict[str, Any]):
    """The names of a module; a local one stands for a word."""

    def __missing__(self, key: str) -> Any:
        return "word"


def _calls(module: ModuleType) -> Iterator[tuple[str, str, re.Pattern[Any]]]:
    """Calls of a method of ``re`` or of a pattern that a module holds: the method, the place, the pattern."""
    tree = _tree(module)
    names = _Names(vars(module))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner, method = node.func.value, node.func.attr
        place = f"{module.__name__}:{node.lineno}"
        if isinstance(owner, ast.Name) and owner.id == "re" and method in METHODS | {"compile"} and node.args:
            pattern = _evaluated(node.args[0], names)
            flags = [word.value for word in node.keywords if word.arg == "flags"]
            taken = {"sub": 4, "subn": 4, "split": 3}.get(method, 2)
            position = 1 if method == "compile" else taken
            flags += node.args[position : position + 1]
            if isinstance(pattern, (str, bytes)):
                yield from _made(method, place, pattern, flags, names)
        elif isinstance(owner, ast.Name) and method in METHODS:
            held = names.get(owner.id)
            if isinstance(held, re.Pattern):
                yield method, place, held


def _made(
    method: str, place: str, pattern: str | bytes, flags: list[ast.expr], names: _Names
) -> Iterator[tuple[str, str, re.Pattern[Any]]]:
    value = _evaluated(flags[0], names) if flags else 0
    made = re.compile(pattern, value)
    if method != "compile":
        yield method, place, made


def _evaluated(node: ast.expr, names: _Names) -> Any:
    return eval(compile(ast.Expression(node), "<pattern>", "eval"), {"re": re}, names)
