"""Ask one question, without a journal: for people who want to see what a model says."""

import asyncio

from pictus.errors import PictusError
from pictus.plugins import Model
from pictus.prompt import Answer, Fault, Prompt

_TRIES = 3


def ask_once(model: Model, prompt: Prompt) -> Answer:
    """Give the answer, or say why there is none."""
    return asyncio.run(_ask(model, prompt))


async def _ask(model: Model, prompt: Prompt) -> Answer:
    try:
        for number in range(_TRIES):
            try:
                return await model.answer(prompt)
            except Fault as fault:
                if fault.remedy in ("stop", "set_aside") or number + 1 == _TRIES:
                    mend = fault.mend or "ask again, or ask another model"
                    raise PictusError(fault.what, where=model.model, mend=mend) from None
                await asyncio.sleep(min(fault.wait_seconds or 1.0, 20.0))
        raise AssertionError("the last try returns or raises")
    finally:
        await model.close()
