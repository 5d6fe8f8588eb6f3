"""Templates of prompt sets: Jinja2 in its sandbox, since a prompt set may come from anybody."""

from functools import cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pictus.record import Facts, Media


@cache
def compiled(text: str) -> Template:
    """Compile a template; one that is wrong is a ValueError with its line."""
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    try:
        return environment.from_string(text)
    except TemplateError as error:
        raise ValueError(f"template, line {getattr(error, 'lineno', 1)}: {error}") from None


def render(text: str, facts: Facts, blocks: dict[str, str], *, language: str, media: tuple[Media, ...]) -> str:
    """Fill in a template; a name that it does not know or a step too many is a ValueError.

    It sees every field of the facts, `blocks` (each input as the text it would be), `language`, `width`, `height`.
    """
    picture = next((medium for medium in media if medium.kind == "image"), None)
    names: dict[str, Any] = {name: getattr(facts, name) for name in Facts.__dataclass_fields__}
    names |= {"blocks": blocks, "language": language}
    names |= {"width": picture and picture.width, "height": picture and picture.height}
    try:
        return compiled(text).render(names).strip()
    except (TemplateError, ArithmeticError, TypeError, AttributeError, LookupError, OverflowError) as error:
        raise ValueError(f"template: {error}") from None
