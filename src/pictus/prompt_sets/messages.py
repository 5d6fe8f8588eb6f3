"""Records to prompts: the messages of each entry, cut to the model's context by rule."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b

import orjson

from pictus.prompt import Prompt
from pictus.prompt_sets.facts_text import blocks_of
from pictus.prompt_sets.model import Entry, PromptSet
from pictus.prompt_sets.template import render
from pictus.prompt_sets.tokens import estimated_prompt_tokens
from pictus.prompt_sets.trimming import steps
from pictus.record import Facts, Media, Part, Record, Turn

_NOTHING: Mapping[str, str] = {}
_ANSWER_TOKENS = 1024  # kept free for an answer whose length nobody chose


class Unfit(ValueError):
    """A record that cannot be asked about in this way."""


def asked_entries(prompts: PromptSet, record: Record, seed: int) -> Iterator[tuple[str, Entry, int]]:
    """Give what is asked about a record: each entry with the number of the sample, the same in every run."""
    for name, entry in prompts.entries.items():
        if entry.share < 1 and seed_of(record, name, 0, seed) / 2**48 >= entry.share:
            continue
        for sample in range(entry.per_picture):
            yield name, entry, sample


def prompt_for(
    record: Record,
    name: str,
    entry: Entry,
    *,
    sample: int = 0,
    seed: int = 0,
    context: int | None = None,
    system_role: bool = True,
    more: Mapping[str, str] = _NOTHING,
) -> tuple[Prompt, str]:
    """Make the prompt of an entry, and say what of the facts was left out to fit it into the context.

    Args:
        record: whose facts are told.
        name: of the entry.
        entry: how they are told.
        sample: number among the samples of the same entry.
        seed: of the run.
        context: tokens that the model can hold; the entry's own limit counts where it is less.
        system_role: whether the model knows one; if not, its words stand at the head of the first message.
        more: blocks that are told after the facts, such as tools.
    """
    limits = [limit for limit in (context, entry.context) if limit is not None]
    room = min(limits) - (entry.sampling.max_tokens or _ANSWER_TOKENS) if limits else None
    if entry.sees and not any(medium.kind == "image" for medium in record.media):
        raise Unfit("it has no picture to be seen")
    media = tuple(medium for medium in record.media if medium.kind == "image") if entry.sees else ()
    for facts, examples, told in steps(record.facts, len(entry.examples)):
        messages = _messages(entry, facts, record.media, examples, len(media), system_role=system_role, more=more)
        if room is None or estimated_prompt_tokens(messages) <= room:
            prompt = Prompt(
                kind=name,
                messages=messages,
                media=media,
                facts=record.facts,
                seed=seed_of(record, name, sample, seed),
                sampling=entry.sampling.sampling(),
                schema=None if entry.answer_schema is None else orjson.dumps(entry.answer_schema).decode(),
            )
            return prompt, told
    raise Unfit("it does not fit into the model's context, however much of its facts is left out")


def seed_of(record: Record, name: str, sample: int, seed: int) -> int:
    """Give the seed of one prompt: the same in every run, another for each sample."""
    tail = f" {sample}" if sample else ""
    return int.from_bytes(blake2b(f"{record.id} {name} {seed}{tail}".encode(), digest_size=6).digest())


def another(prompt: Prompt, number: int) -> Prompt:
    """Give the same prompt for another try: with another seed, and not greedily, which would give the same answer."""
    if number == 0:
        return prompt
    seed = int.from_bytes(blake2b(f"{prompt.seed} {number}".encode(), digest_size=6).digest())
    sampling = prompt.sampling
    if sampling.temperature == 0:
        sampling = replace(sampling, temperature=0.7)
    return replace(prompt, seed=seed, sampling=sampling)


def _messages(
    entry: Entry,
    facts: Facts,
    media: tuple[Media, ...],
    examples: int,
    pictures: int,
    *,
    system_role: bool,
    more: Mapping[str, str],
) -> tuple[Turn, ...]:
    try:
        text = _context(entry, facts, media, more)
    except ValueError as error:
        raise Unfit(str(error)) from None
    if not text and not pictures:
        raise Unfit("its facts carry nothing to tell")
    turns: list[Turn] = []
    for example in entry.examples[:examples]:
        turns += [Turn.of("user", example.input), Turn.of("assistant", example.output)]
    asked = [Part("text", text)] if text else []
    turns.append(Turn("user", (*(Part("image"),) * pictures, *asked)))
    return with_system(entry.system_prompt.strip(), turns, system_role=system_role)


def with_system(system: str, turns: Sequence[Turn], *, system_role: bool) -> tuple[Turn, ...]:
    """Put the system's words in front: as a message, or into the first one for a model that knows no such role."""
    if not system:
        return tuple(turns)
    if system_role:
        return Turn.of("system", system), *turns
    first, *rest = turns
    head = Part("text", f"{system}\n\n{first.text}" if first.text else system)
    return Turn("user", (*(part for part in first.parts if part.type != "text"), head)), *rest


def _context(entry: Entry, facts: Facts, media: tuple[Media, ...], more: Mapping[str, str]) -> str:
    blocks = blocks_of(entry, facts, media)
    if not blocks and not entry.sees:
        return ""
    blocks |= more
    if entry.template is not None:
        return render(entry.template, facts, blocks, language=entry.language, media=media)
    return "\n\n".join(blocks.values())
