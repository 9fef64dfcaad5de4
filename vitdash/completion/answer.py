"""From a command line that is being typed to the words that may come next. Must not know what a word stands for.

The scripts beside this module call `vitdash` with VITDASH_COMPLETE set to the shell's name: zsh and fish with the words
so far, bash with the line. The answer is a candidate a line, and a tab and a word about it where the shell shows that.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from typing import Any

VARIABLE = "VITDASH_COMPLETE"
Offer = tuple[str, str]


def is_asked() -> bool:
    """Return whether a shell asks what may come next."""
    return VARIABLE in os.environ


def give(root: Any) -> None:  # noqa: ANN401 - typer's commands have no public type in all its versions
    """Print the candidates below the command `root`; whatever goes wrong, nothing else."""
    try:
        words = split(os.environ.get("VITDASH_LINE", "")) if os.environ[VARIABLE] == "bash" else sys.argv
        answer = "".join(_lines(list(offers(root, words[1:])), words[-1]))
    except Exception:  # a person is typing: no trouble of ours may appear in their line
        return
    sys.stdout.write(answer)


def split(line: str) -> list[str]:
    """Return the words of a line up to the cursor; the last is the one being typed, "" after a space."""
    reader = shlex.shlex(line, posix=True, punctuation_chars=False)
    reader.whitespace_split = True
    reader.commenters = ""
    words: list[str] = []
    try:
        words.extend(reader)
    except ValueError:
        # A quote that is still open.
        return [*words, reader.token or ""]
    return words if line and not line[-1].isspace() else [*words, ""]


def offers(command: Any, words: list[str]) -> Iterator[Offer]:  # noqa: ANN401
    """Yield what may stand in place of the last of `words`, which come after the name of `command`."""
    *before, incomplete = words or [""]
    while children := getattr(command, "commands", None):
        name = next((word for word in before if not word.startswith("-")), None)
        if name is None:
            break
        if name not in children:
            return
        command, before = children[name], before[before.index(name) + 1 :]
    context = command.make_context(command.name, list(before), resilient_parsing=True)
    parameters = command.get_params(context)
    # `--option=value` is the same as `--option value`.
    option, equals, value = incomplete.partition("=") if incomplete.startswith("--") else (None, "", incomplete)
    if equals and option is not None:
        found = [(f"{option}={text}", about) for text, about in _values(_waiting([option], parameters), context, value)]
    elif (waiting := _waiting(before, parameters)) is not None:
        found = _values(waiting, context, incomplete)
    elif incomplete.startswith("-"):
        found = _options(parameters, before)
    elif children:
        found = [(name, child.get_short_help_str(100)) for name, child in children.items() if not child.hidden]
    elif (argument := _next_argument(parameters, context)) is not None:
        found = _values(argument, context, incomplete)
    else:
        found = _options(parameters, before)
    yield from (offer for offer in found if offer[0].startswith(incomplete))


def _waiting(before: list[str], parameters: list[Any]) -> Any | None:  # noqa: ANN401
    """Return the option whose value comes next."""
    if not before or "--" in before:
        return None
    named = (item for item in parameters if before[-1] in item.opts and item.param_type_name == "option")
    return next((item for item in named if not (item.is_flag or item.count)), None)


def _next_argument(parameters: list[Any], context: Any) -> Any | None:  # noqa: ANN401
    arguments = (item for item in parameters if item.param_type_name == "argument")
    return next((item for item in arguments if item.nargs == -1 or not context.params.get(item.name)), None)


def _values(parameter: Any, context: Any, incomplete: str) -> list[Offer]:  # noqa: ANN401
    if parameter is None:
        return []
    # Files are the shell's own business: where we offer nothing, it offers them.
    items = [item for item in parameter.shell_complete(context, incomplete) if item.type == "plain"]
    return [(item.value, item.help or "") for item in items]


def _options(parameters: list[Any], before: list[str]) -> list[Offer]:
    """Return the long names of the options that may still be given."""
    options = [item for item in parameters if item.param_type_name == "option" and not item.hidden]
    free = [item for item in options if item.multiple or not set(item.opts) & set(before)]
    return [(name, item.help or "") for item in free for name in item.opts if name.startswith("--")]


def _lines(found: list[Offer], incomplete: str) -> Iterator[str]:
    from vitdash.text import plain

    shell = os.environ[VARIABLE]
    # Bash replaces only what comes after the last character at which it breaks words.
    breaks = os.environ.get("VITDASH_BREAKS", "") if shell == "bash" else ""
    typed = max((incomplete.rfind(mark) + 1 for mark in "=:" if mark in breaks), default=0)
    for value, about in found:
        help_shown = f"\t{plain(about)}" if about and shell != "bash" else ""
        yield f"{plain(value, 500)[typed:]}{help_shown}\n"
