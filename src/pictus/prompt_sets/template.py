"""Templates of prompt sets: Jinja2 in its sandbox, since a prompt set may come from anybody.

The same facts give the same words in every run: a prompt that differs would be asked, and paid for, once more.
"""

from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateRuntimeError, Undefined
from jinja2.meta import find_undeclared_variables
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pictus.errors import Fault, meant
from pictus.record import Facts, Media

_FACTS = tuple(Facts.__dataclass_fields__)
_NAMES = (*_FACTS, "blocks", "language", "width", "height")  # that a template sees

_MOST_PIECES = 100_000  # of a rendered template: more is a loop that somebody forgot to end
_MOST_LETTERS, _MOST_POWER = 1_000_000, 1_000


class _Environment(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Refuse what takes the machine's memory: `"x" * 9999999999`, `9 ** 9 ** 9`."""
        sizes = [abs(one) if isinstance(one, int | float) else len(one) for one in (left, right)]
        is_text = not all(isinstance(one, int | float) for one in (left, right))
        if (operator == "**" and max(sizes) > _MOST_POWER) or (is_text and sizes[0] * sizes[1] > _MOST_LETTERS):
            raise TemplateRuntimeError(f"`{operator}` makes too much of it")
        return super().call_binop(context, operator, left, right)


def _only_words(value: Any) -> Any:
    """Refuse what would be written with its address in memory, which is another in every run."""
    if not isinstance(value, Undefined) and (callable(value) or isinstance(value, Iterator)):
        kind = "a function; call it" if callable(value) else "a stream; add `| join(', ')`"
        raise TemplateRuntimeError(f"`{{{{ … }}}}` holds {kind}")
    return value


@cache
def compiled(text: str) -> Template:
    """Compile a template; one that is wrong, or has a name that is never known, is a `Fault`."""
    environment = _Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_only_words, optimized=False
    )
    del environment.filters["random"], environment.globals["lipsum"]
    try:
        template, named = environment.from_string(text), find_undeclared_variables(environment.parse(text))
    except TemplateError as error:
        what = f"template, line {getattr(error, 'lineno', 1)}: {error}"
        raise Fault(what, mend="mend that line: Jinja2 writes `{{ name }}` and `{% if name %}…{% endif %}`") from None
    unknown = sorted(named - {*_NAMES, *environment.globals})
    if unknown:
        raise Fault(f"template: unknown name `{unknown[0]}`", mend=meant(unknown[0], _NAMES))
    return template


def render(text: str, facts: Facts, blocks: dict[str, str], *, language: str, media: tuple[Media, ...]) -> str:
    """Fill in a template; a name that it does not know or a step too many is a ValueError.

    It sees every field of the facts, `blocks` (each input as the text it would be), `language`, `width`, `height`.
    """
    picture = next((medium for medium in media if medium.kind == "image"), None)
    names: dict[str, Any] = {name: getattr(facts, name) for name in _FACTS}
    names |= {"blocks": blocks, "language": language}
    names |= {"width": picture and picture.width, "height": picture and picture.height}
    try:
        pieces = list(islice(compiled(text).generate(names), _MOST_PIECES + 1))
    except (TemplateError, ArithmeticError, TypeError, AttributeError, LookupError, RecursionError) as error:
        raise ValueError(f"template: {error}") from None
    if len(pieces) > _MOST_PIECES:
        raise ValueError(f"template: it writes more than {_MOST_PIECES:,} pieces")
    return "".join(pieces).strip()
