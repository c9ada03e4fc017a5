"""`typing.NamedTuple`, without importing `typing`, which takes a fifth of a bare interpreter's time.

On the fast path. Type checkers see the original.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    from collections import namedtuple

    class _Maker(type):
        """The class of NamedTuple: a class below it becomes a tuple with its annotations as fields."""

        def __new__(cls, name, bases, body):
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = list(body.pop("__annotations__"))
            defaults = [body.pop(field) for field in fields if field in body]
            made = namedtuple(name, fields, defaults=defaults, module=body.pop("__module__"))
            for key, value in body.items():
                if key != "__qualname__":
                    setattr(made, key, value)
            return made

    class NamedTuple(metaclass=_Maker):
        """The base to write; the class that comes of it has `tuple` for its only base."""
