"""The examples of rules: does each rule find what it must, and pass what it must.

Knows: how an example is run through the line that every file takes. Must not know: where rules come from.
"""

from __future__ import annotations

from .findings.judge import check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .rule import Example, Rule
    from .rulebook.rulebook import Rulebook


def failures(rulebook: Rulebook, rules: Iterable[Rule]) -> Iterator[str]:
    """A line `path:line: rule: ...` for each example that does not come out as it says."""
    for rule in rules:
        for wanted, examples in (("finds", rule.finds), ("passes", rule.passes)):
            if not examples:
                yield f"{rule.origin}:1: {rule.name}: needs an example that it {wanted}"
            for example in examples:
                if _finds(example, rule, rulebook) is not (wanted == "finds"):
                    outcome = "should find, but passes" if wanted == "finds" else "should pass, but finds"
                    yield f"{rule.origin}:{example.line}: {rule.name}: {outcome}"


def _finds(example: Example, rule: Rule, rulebook: Rulebook) -> bool:
    """Whether the rule objects, with the whole rulebook beside it (an acknowledgement speaks of other rules)."""
    before = None if example.before is None else example.before.encode()
    beside = {path: text.encode() for path, text in example.beside}
    findings = check(
        before, example.after.encode(), path=example.path, beside=beside, rulebook=rulebook, rules=rulebook.rules
    )
    return any(finding.rule == rule.name and not finding.acknowledged for finding in findings)
