"""Which keys a Redis script touches on any of its ways, and with which commands. It is read from the script's text and
the parts that `load` puts in front of it; nothing has to be run.

Values are followed by name: a variable or parameter may be whatever is assigned to it anywhere in its function, and a
call whatever its function returns. That finds more than can be, never less; `unknown` has what could not be followed.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import cache

from store import keys
from store.key import Key
from store.lua import load

READS = frozenset({
    "EXISTS", "GET", "HEXISTS", "HGET", "HGETALL", "HMGET", "LLEN", "LRANGE", "ZCARD", "ZRANGE", "ZRANGEBYSCORE",
    "XLEN", "XRANGE", "ZREVRANGE", "ZSCORE",
})  # fmt: skip
#: Of these all arguments are keys; of the others the first is one.
_ALL_KEYS, _NO_KEYS = ("DEL", "EXISTS"), ("TIME", "INFO")
_TOKEN = re.compile(r"'[^'\n]*'|[A-Za-z_]\w*|\.\.\.?|[~=<>]=|\d[\d.]*|\S")
_OPENING, _CLOSING = {"function", "if", "do", "repeat"}, {"end", "until"}
_STATEMENT = {*_OPENING, *_CLOSING, "local", "for", "while", "in", "then", "else", "elseif", "return", "break"}
_OPERATORS = {"and", "or", "not", "==", "~=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "^", "#"}

Tokens = Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Touched:
    """Commands with the keys that they are for (`sample`), and the arguments of which nobody knows what they are."""

    commands: frozenset[tuple[str, str]]
    unknown: frozenset[str]


def sample(key: Key) -> str:
    """A key with `x` for each of its parts."""
    return key(*("x" for _ in key.parts)) if key.parts else str(key)


@cache
def touched(script: str) -> Touched:
    """What `script` does, such as `job/claim`."""
    return _Reader(load(script)).read()


@dataclass(kw_only=True, slots=True)
class _Function:
    parameters: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    #: By variable: the keys, or ends of keys, that it may hold.
    values: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


class _Reader:
    def __init__(self, code: str) -> None:
        tokens = _TOKEN.findall(re.sub(r"--[^\n]*", "", code))
        self._main = _Function()
        self._functions: dict[str, _Function] = {}
        at = 0
        while at < len(tokens):
            if tokens[at : at + 2] == ["local", "function"]:
                end = _block(tokens, at + 1)
                self._define(tokens[at:end])
                at = end
            else:
                self._main.body.append(tokens[at])
                at += 1
        self._commands: set[tuple[str, str]] = set()
        self._unknown: set[str] = set()

    def _define(self, tokens: Tokens, outer: _Function | None = None) -> None:
        """`local function name(a, b) ... end`. One that is inside of another shares its variables."""
        close = _bracket(tokens, 3)
        parameters = [token for token in tokens[4:close] if token != ","]
        values = defaultdict(set) if outer is None else outer.values
        made = _Function(parameters=parameters, body=list(tokens[close + 1 :]), values=values)
        self._functions[tokens[2]] = made
        for at in range(close + 1, len(tokens)):
            if tokens[at : at + 2] == ["local", "function"]:
                self._define(tokens[at : _block(tokens, at + 1)], made)

    def read(self) -> Touched:
        reached, known = [self._main], -1
        while known != (known := sum(len(found) for each in reached for found in each.values.values())):
            self._unknown.clear()
            for each in reached:
                reached += [called for called in self._follow(each) if called not in reached]
        return Touched(commands=frozenset(self._commands), unknown=frozenset(self._unknown))

    def _follow(self, where: _Function) -> Iterator[_Function]:
        """What one function assigns, does and calls."""
        body = where.body
        for at, token in enumerate(body):
            if token == "=":
                names = _names_before(body, at)
                for name, value in zip(names, _split(_expressions(body, at + 1)), strict=False):
                    where.values[name] |= self._values(where, value)
            elif token == "return" and body[at + 1 : at + 2] and body[at + 1] not in _STATEMENT:
                where.values[token] |= self._values(where, _expressions(body, at + 1))
            elif token == "in":
                found = self._values(where, body[at + 1 : body.index("do", at)])
                for name in _names_before(body, at):
                    where.values[name] |= found
            elif token == "(" and body[at - 3 : at] == ["redis", ".", "call"]:
                self._do(where, _split(body[at + 1 : _bracket(body, at)]))
            elif token == "(" and body[at - 1] in self._functions and body[at - 2] not in (".", "function"):
                called = self._functions[body[at - 1]]
                given = _split(body[at + 1 : _bracket(body, at)])
                for name, value in zip(called.parameters, given, strict=False):
                    called.values[name] |= self._values(where, value)
                yield called

    def _do(self, where: _Function, arguments: list[Tokens]) -> None:
        command = arguments[0][0].strip("'")
        of_keys = arguments[1:] if command in _ALL_KEYS else arguments[1:2]
        for argument in of_keys if command not in _NO_KEYS else ():
            found = self._values(where, argument)
            self._commands |= {(command, key) for key in found}
            if not found:
                self._unknown.add("".join(argument))

    def _values(self, where: _Function, tokens: Tokens) -> set[str]:
        """Keys and ends of keys that an expression may be."""
        parts = _split(tokens, _OPERATORS)
        if len(parts) > 1:
            return set[str]().union(*(self._values(where, part) for part in parts))
        joined: set[str] | None = None
        for part in _split(tokens, {".."}):
            found = self._atom(where, part)
            joined = found if joined is None else {first + second for first in joined for second in found}
        return joined or set()

    def _atom(self, where: _Function, tokens: Tokens) -> set[str]:
        match list(tokens):
            case [text] if text.startswith("':"):
                return {text.strip("'")}
            case [name]:
                return where.values.get(name) or self._main.values.get(name, set())
            case [name, "(", *_] if name in self._functions:
                return self._functions[name].values["return"]
            case ["key", ".", name, *_]:
                return {sample(keys.catalogue()[name])}
            case ["ipairs", "(", *inner, ")"] | ["(", *inner, ")"] | ["{", *inner, "}"]:
                return set[str]().union(*(self._values(where, part) for part in _split(inner)))
        return set()


def _step(token: str) -> int:
    """How much deeper in brackets what comes after a token is."""
    return (token in "({[") - (token in ")}]")


def _block(tokens: Tokens, at: int) -> int:
    """Behind the `end` of the block that opens at `at`."""
    depth = 0
    for place in range(at, len(tokens)):
        depth += (tokens[place] in _OPENING) - (tokens[place] in _CLOSING)
        if depth == 0:
            return place + 1
    raise AssertionError("a block without an end")


def _bracket(tokens: Tokens, at: int) -> int:
    """Where the bracket that opens at `at` closes."""
    depth = 0
    for place in range(at, len(tokens)):
        depth += _step(tokens[place])
        if depth == 0:
            return place
    raise AssertionError("a bracket that does not close")


def _split(tokens: Tokens, at: Set[str] = frozenset(",")) -> list[Tokens]:
    """The parts between the tokens `at` that stand in no bracket."""
    parts: list[list[str]] = [[]]
    depth = 0
    for token in tokens:
        depth += _step(token)
        if depth == 0 and token in at:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def _names_before(tokens: Tokens, at: int) -> list[str]:
    """`a, b` of `a, b = ...` or `for a, b in ...`."""
    names = [tokens[at - 1]]
    while tokens[at - 2] == ",":
        at -= 2
        names.insert(0, tokens[at - 1])
    return names


def _expressions(tokens: Tokens, at: int) -> Tokens:
    """What stands from `at` to the end of its statement."""
    depth, end = 0, at
    for end in range(at, len(tokens)):
        token, before = tokens[end], tokens[end - 1]
        depth += _step(token)
        follows = bool(re.match(r"[\w')}\]]", before)) and bool(re.match(r"[\w']", token))
        ends = token in _STATEMENT or (follows and not {before, token} & _OPERATORS)
        if depth < 0 or (depth == 0 and end > at and ends):
            return tokens[at:end]
    return tokens[at : end + 1]
