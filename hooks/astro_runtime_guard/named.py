"""`typing.NamedTuple` at a lower price: importing `typing` takes a fifth of a bare interpreter's time.

On the fast path. `collections.namedtuple` compiles a constructor for each class, which for the sixty classes of a run
takes half as long as a bare interpreter. So classes share one constructor here, until they make many values. Type
checkers see the original.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    from functools import cache
    from operator import itemgetter

    _MANY = 60

    @cache
    def _field(number):
        return property(itemgetter(number))

    class _Maker(type):
        """The class of NamedTuple: a class below it becomes a tuple with its annotations as fields."""

        def __new__(cls, name, bases, body):
            fields = tuple(body.get("__annotations__", ()))
            body["_field_defaults"] = {field: body[field] for field in fields if field in body}
            body["_fields"] = body["__match_args__"] = fields
            body["__slots__"], body["_made"] = (), 0
            body |= zip(fields, map(_field, range(len(fields))), strict=True)
            return super().__new__(cls, name, bases, body)

        def compile(cls):
            """Take over the constructor and the fields of the library's own class, which are quicker."""
            from collections import namedtuple

            made = namedtuple(cls.__name__, cls._fields, defaults=cls._field_defaults.values())
            for name in ("__new__", *cls._fields):
                setattr(cls, name, vars(made)[name])

    class NamedTuple(tuple, metaclass=_Maker):
        """The base to write."""

        def __new__(cls, *values, **named):
            """A value of each field in turn, or by name."""
            cls._made += 1
            if not named and len(values) == len(cls._fields) and cls._made < _MANY:
                return super().__new__(cls, values)
            rest, given = cls._fields[len(values) :], cls._field_defaults | named
            fits = len(values) <= len(cls._fields) and named.keys() <= set(rest) <= given.keys()
            if cls._made == _MANY or not fits:
                cls.compile()  # and it says what does not fit
                return cls(*values, **named)
            return super().__new__(cls, (*values, *[given[name] for name in rest]))

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def _replace(self, **named):
            return type(self)(**self._asdict() | named)

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._asdict().items())})"
