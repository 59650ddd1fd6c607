"""A pickle read as data: what it would build is described, and nothing in it is imported or called.

Python's own unpickler calls what a pickle names. This one walks the same instructions (decoded by `pickletools`) over
its own stack. A class or function becomes a `Name`, a call or an object a `Made`, an outside reference a `Reference`.
Names that no pickled transformers model has (see `model.artifact.checkpoints.allowed`) end the reading all the same:
such a file is not what it says it is.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, BinaryIO

from model.artifact.checkpoints.allowed import REDUCIBLE, allowed, canonical
from model.errors import UnsafeFile

#: More instructions than any model needs; BERT-large has about 60,000.
MOST_INSTRUCTIONS = 3_000_000

#: Instructions whose decoded argument is the value.
CONSTANTS = frozenset(
    {
        *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
        *("STRING", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
        *("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
    }
)

KEYS = (str, int, float, bytes, type(None))


class BrokenPickle(UnsafeFile):
    """It is no whole pickle, whatever else it is."""


@dataclass(frozen=True, slots=True)
class Name:
    """A class or function by its dotted name."""

    dotted: str

    @property
    def last(self) -> str:
        return self.dotted.rpartition(".")[2]


@dataclass(slots=True, eq=False)
class Made:
    """What calling `kind` with `args` would build, and the state it would then be given."""

    kind: Name
    args: tuple[Any, ...]
    state: Any = None
    items: dict[Any, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """The numbers of a tensor, kept outside the pickle: the class of their storage, and its key."""

    kind: Name
    key: str


class _Mark:
    pass


MARK = _Mark()


class _Machine:
    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def pop_mark(self) -> list[Any]:
        found: list[Any] = []
        while (value := self.stack.pop()) is not MARK:
            found.append(value)
        return found[::-1]

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def tuple_of(self, count: int) -> None:
        values = tuple(self.pop() for _ in range(count))
        self.push(values[::-1])

    def pop(self) -> Any:
        value = self.stack.pop()
        if value is MARK:
            raise _refused("takes a mark for a value")
        return value

    def name(self, dotted: str) -> None:
        dotted = canonical(dotted)
        if not allowed(dotted):
            raise _refused(f"names {dotted[:120]!r}, which is not part of a transformers model")
        self.push(Name(dotted))

    def stack_name(self) -> None:
        name, module = self.pop(), self.pop()
        if not isinstance(name, str) or not isinstance(module, str):
            raise _refused("builds a name of something that is not text")
        self.name(f"{module}.{name}")

    def reduce(self) -> None:
        args, kind = self.pop(), self.pop()
        if not isinstance(kind, Name) or kind.dotted not in REDUCIBLE:
            raise _refused(f"calls {kind.dotted if isinstance(kind, Name) else type(kind).__name__!r}")
        if not isinstance(args, tuple):
            raise _refused(f"calls {kind.dotted} without a tuple of arguments")
        self.push(Made(kind, args))

    def new(self) -> None:
        args, kind = self.pop(), self.pop()
        if not isinstance(kind, Name) or args != ():
            raise _refused("makes an object of something that is not a class, or with arguments")
        self.push(Made(kind, ()))

    def build(self) -> None:
        state, made = self.pop(), self.stack[-1]
        if not isinstance(made, Made):
            raise _refused(f"sets the state of a {type(made).__name__}")
        made.state = state

    def reference(self) -> None:
        key = self.pop()
        if not isinstance(key, tuple) or not key:
            raise _refused("refers to something outside by what is not a tuple")
        # Torch before 1.6 marks a module's class so, with its source, which nobody reads.
        if key[0] == "module" and len(key) == 4 and isinstance(key[1], Name):
            self.push(key[1])
        elif key[0] == "storage" and len(key) >= 3 and isinstance(key[1], Name) and isinstance(key[2], (str, int)):
            self.push(Reference(key[1], str(key[2])))
        else:
            raise _refused("refers to something outside that is not tensor data")

    def set_items(self, pairs: list[Any]) -> None:
        target = self.stack[-1]
        items = target.items if isinstance(target, Made) else target
        if not isinstance(items, dict) or len(pairs) % 2:
            raise _refused("puts items into what is not a mapping")
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            if not isinstance(key, KEYS):
                raise _refused(f"has a {type(key).__name__} as a key")
            items[key] = value

    def append(self, values: list[Any]) -> None:
        if type(self.stack[-1]) is not list:
            raise _refused("appends to what is not a list")
        self.stack[-1].extend(values)

    def frozen(self, values: list[Any]) -> None:
        if not all(isinstance(value, KEYS) for value in values):
            raise _refused("has a set of other things than texts and numbers")
        self.push(frozenset(values))

    def add(self, values: list[Any]) -> None:
        target = self.stack.pop()
        if not isinstance(target, frozenset):
            raise _refused("adds to what is not a set")
        self.frozen([*target, *values])

    def dictionary(self, pairs: list[Any]) -> None:
        self.push({})
        self.set_items(pairs)


#: Instruction -> what it does; the second argument is the decoded argument of the instruction.
STEPS: MappingProxyType[str, Callable[[_Machine, Any], object]] = MappingProxyType(
    {
        "PROTO": lambda m, _: None,
        "FRAME": lambda m, _: None,
        "NONE": lambda m, _: m.push(None),
        "NEWTRUE": lambda m, _: m.push(True),
        "NEWFALSE": lambda m, _: m.push(False),
        "MARK": lambda m, _: m.push(MARK),
        "EMPTY_TUPLE": lambda m, _: m.push(()),
        "EMPTY_LIST": lambda m, _: m.push([]),
        "EMPTY_DICT": lambda m, _: m.push({}),
        "EMPTY_SET": lambda m, _: m.push(frozenset()),
        "TUPLE": lambda m, _: m.push(tuple(m.pop_mark())),
        "TUPLE1": lambda m, _: m.tuple_of(1),
        "TUPLE2": lambda m, _: m.tuple_of(2),
        "TUPLE3": lambda m, _: m.tuple_of(3),
        "LIST": lambda m, _: m.push(m.pop_mark()),
        "DICT": lambda m, _: m.dictionary(m.pop_mark()),
        "APPEND": lambda m, _: m.append([m.pop()]),
        "APPENDS": lambda m, _: m.append(m.pop_mark()),
        "SETITEM": lambda m, _: m.set_items([m.pop(), m.pop()][::-1]),
        "SETITEMS": lambda m, _: m.set_items(m.pop_mark()),
        "ADDITEMS": lambda m, _: m.add(m.pop_mark()),
        "FROZENSET": lambda m, _: m.frozen(m.pop_mark()),
        "GLOBAL": lambda m, arg: m.name(arg.replace(" ", ".", 1)),
        "STACK_GLOBAL": lambda m, _: m.stack_name(),
        "REDUCE": lambda m, _: m.reduce(),
        "NEWOBJ": lambda m, _: m.new(),
        "BUILD": lambda m, _: m.build(),
        "BINPERSID": lambda m, _: m.reference(),
        "BINPUT": lambda m, arg: m.memo.__setitem__(arg, m.stack[-1]),
        "LONG_BINPUT": lambda m, arg: m.memo.__setitem__(arg, m.stack[-1]),
        "PUT": lambda m, arg: m.memo.__setitem__(arg, m.stack[-1]),
        "MEMOIZE": lambda m, _: m.memo.__setitem__(len(m.memo), m.stack[-1]),
        "BINGET": lambda m, arg: m.push(m.memo[arg]),
        "LONG_BINGET": lambda m, arg: m.push(m.memo[arg]),
        "GET": lambda m, arg: m.push(m.memo[arg]),
    }
)


def read_pickle(stream: BinaryIO) -> Any:
    """The next pickle of a stream as data; the stream then stands behind it. Nothing is imported, nothing called.

    Raises UnsafeFile saying what the pickle has in it that the pickle of a model has not, or that it is broken.
    """
    machine = _Machine()
    try:
        for count, (instruction, argument, _) in enumerate(pickletools.genops(stream)):
            name = instruction.name
            if count > MOST_INSTRUCTIONS:
                raise _refused(f"has more than {MOST_INSTRUCTIONS:,} instructions")
            if name in CONSTANTS:
                machine.push(argument)
            elif name == "STOP":
                return machine.pop()
            elif name in STEPS:
                STEPS[name](machine, argument)
            else:
                raise _refused(f"has the instruction {name}")
    except (ValueError, IndexError, KeyError, EOFError, OverflowError, MemoryError) as error:
        raise BrokenPickle(f"the pickle is broken: {error}") from error
    raise BrokenPickle("the pickle is broken: it has no end")


def _refused(what: str) -> UnsafeFile:
    return UnsafeFile(f"the pickle {what}: it is not read, and nothing in it was run")
