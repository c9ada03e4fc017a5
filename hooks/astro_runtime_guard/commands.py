"""The commands beside the check: `rules list`, `rules test`, `rules schema`, `explain RULE`, `plan OLD NEW`."""

from __future__ import annotations

import os

from .api import check
from .errors import CannotCheck, unknown
from .findings.acknowledgements import line_to_write
from .findings.checks import CHECKS
from .options import Parser
from .plan import make_plan
from .rulebook.load import load_rulebook
from .rulebook.overrides import is_shipped
from .rulebook.where import rule_folders, shipped_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .model import Example, Rule, Rulebook


def run_command(program: str, argv: Sequence[str], today: str) -> tuple[str, int]:
    """What one of the commands prints, and its exit code; `program` is the console script. Raises CannotCheck."""
    if argv[0] == "rules" and argv[1:] and argv[1] not in _OF_RULES and not argv[1].startswith("-"):
        raise CannotCheck(unknown("command", f"rules {argv[1]}", (f"rules {name}" for name in _OF_RULES)))
    parser = _parser(program)
    options, rest = parser.parse_known_args(argv)
    if rest:
        parser.refuse(rest[0])
    rulebook = load_rulebook(rule_folders(options.rules), today, examples=True)
    answer: Callable[[Rulebook, Namespace], tuple[str, int]] = options.answer
    return answer(rulebook, options)


def _parser(program: str) -> Parser:
    shared = Parser(add_help=False)
    shared.add_argument("--rules", metavar="DIR", help="a folder of rules, read instead of .astro-runtime/")
    shared.add_argument("--version", action="store_true", help="print the version and stop")
    parser = Parser(program)
    commands = parser.add_subparsers()
    rules = commands.add_parser("rules", description="List, test or describe rules.").add_subparsers(
        required=True, metavar="|".join(_OF_RULES)
    )
    for name, (meaning, answer) in _OF_RULES.items():
        usage = program if program != "astro-runtime-guard" else None
        rules.add_parser(name, prog=usage, parents=[shared], help=meaning, description=meaning).set_defaults(
            answer=answer
        )
    explain = commands.add_parser("explain", parents=[shared], description="What a rule means and how to satisfy it.")
    explain.add_argument("rule", metavar="RULE")
    explain.set_defaults(answer=_explain)
    plan = commands.add_parser("plan", parents=[shared], description="A checklist for an upgrade, in Markdown.")
    plan.add_argument("before", metavar="OLD")
    plan.add_argument("after", metavar="NEW")
    plan.set_defaults(answer=lambda rulebook, options: (make_plan(options.before, options.after, rulebook), 0))
    return parser


def _list(rulebook: Rulebook, options: Namespace) -> tuple[str, int]:
    width = max(len(rule.name) for rule in rulebook.rules)
    check = max(len(name) for name in CHECKS)
    return "".join(f"{r.name:{width}}  {r.check:{check}}  {_origin(r)}\n" for r in rulebook.rules), 0


def _origin(rule: Rule) -> str:
    names = {path.removesuffix(".yaml") for path in os.listdir(shipped_folder())}
    replaces = ", replaces the built-in rule" if rule.name in names and not is_shipped(rule) else ""
    off = "" if rule.enabled else ", off until --enable"
    return f"{'built in' if is_shipped(rule) else rule.origin}{replaces}{off}"


def _test(rulebook: Rulebook, options: Namespace) -> tuple[str, int]:
    failed = "".join(f"{line}\n" for line in failures(rulebook, rulebook.rules))
    return (failed, 1) if failed else ("", 0)


def failures(rulebook: Rulebook, rules: Iterable[Rule]) -> Iterator[str]:
    """A line `path:line: rule: ...` for each example that does not come out as it says."""
    for rule in rules:
        for expected, examples in (("finds", rule.finds), ("passes", rule.passes)):
            if not examples:
                yield f"{rule.origin}:1: {rule.name}: needs an example that it {expected}"
            for example in examples:
                if _finds(example, rule, rulebook) is not (expected == "finds"):
                    outcome = "should find, but passes" if expected == "finds" else "should pass, but finds"
                    yield f"{rule.origin}:{example.line}: {rule.name}: {outcome}"


def _finds(example: Example, rule: Rule, rulebook: Rulebook) -> bool:
    """Whether the rule finds something. All rules run, because an acknowledgement can name any of them."""
    before = None if example.before is None else example.before.encode()
    beside = {path: text.encode() for path, text in example.beside}
    findings = check(
        before, example.after.encode(), path=example.path, beside=beside, rulebook=rulebook, rules=rulebook.rules
    )
    return any(finding.rule == rule.name and not finding.acknowledged for finding in findings)


def _schema(rulebook: Rulebook, options: Namespace) -> tuple[str, int]:
    from json import dumps

    from .rulebook.schema import make_schema

    return dumps(make_schema(), indent=2) + "\n", 0


_OF_RULES: dict[str, tuple[str, Callable[[Rulebook, Namespace], tuple[str, int]]]] = {
    "list": ("every rule, its check, and the file that it comes from", _list),
    "test": ("run the examples of every rule", _test),
    "schema": ("a JSON Schema for rule, image and place files", _schema),
}


def _explain(rulebook: Rulebook, options: Namespace) -> tuple[str, int]:
    rule = next((rule for rule in rulebook.rules if rule.name == options.rule), None)
    if rule is None:
        raise CannotCheck(unknown("rule", options.rule, (rule.name for rule in rulebook.rules)))
    lines = [f"{rule.name} ({rule.check}, {_origin(rule)})", ""]
    lines += [f"says: {words}" for words in rule.messages.values()]
    lines += [f"consider: {text}" for text in rule.consider]
    lines += [f"passes: {line}" for example in rule.passes[:1] for line in example.after.splitlines()]
    if line := line_to_write(rule, "<the version>"):
        lines.append(f"{rule.acknowledge or 'to acknowledge it'}, write above the instruction:  {line}")
    lines += [f"see: {rule.link}"] if rule.link else []
    return "\n".join(lines) + "\n", 0
