"""A chat template that takes pictures: the language model's own, with its messages made plain text before it runs."""

from typing import TYPE_CHECKING, Any

from pictus.learn.tokens.template import VICUNA

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

# Each picture stands on a line of its own, as LLaVA writes them. `messages` is set anew, for what follows to read.
_FLATTEN = (
    "{%- set flat = namespace(messages=[], text='') -%}"
    "{%- for message in messages -%}"
    "{%- if message['content'] is string or message['content'] is none or message['content'] is undefined -%}"
    "{%- set flat.messages = flat.messages + [message] -%}"
    "{%- else -%}"
    "{%- set flat.text = '' -%}"
    "{%- for part in message['content'] -%}"
    "{%- if part['type'] in ('image', 'image_url') -%}"
    "{%- set flat.text = flat.text + ('\\n' if loop.last and not loop.first else '') + 'IMAGE_TOKEN'"
    " + ('' if loop.last else '\\n') -%}"
    "{%- else -%}{%- set flat.text = flat.text + part['text'] -%}{%- endif -%}"
    "{%- endfor -%}"
    "{%- set flat.messages = flat.messages + [dict(message, content=flat.text)] -%}"
    "{%- endif -%}"
    "{%- endfor -%}"
    "{%- set messages = flat.messages -%}"
)


def seeing_template(tokenizer: "PreTrainedTokenizerBase", image_token: str) -> str:
    """Give a template that takes pictures: the model's own where it does, else its own behind a few lines of ours."""
    own = tokenizer.chat_template or VICUNA
    if isinstance(own, dict):
        own = str(own.get("default") or next(iter(own.values())))
    return own if _takes_parts(tokenizer, own, image_token) else _FLATTEN.replace("IMAGE_TOKEN", image_token) + own


def _takes_parts(tokenizer: "PreTrainedTokenizerBase", template: str, image_token: str) -> bool:
    """Try a list of parts: templates for text print the list, fail, or leave the picture out."""
    content: list[dict[str, Any]] = [{"type": "image"}, {"type": "text", "text": "What?"}]
    try:
        text = str(
            tokenizer.apply_chat_template(
                [{"role": "user", "content": content}], chat_template=template, tokenize=False
            )
        )
    except Exception:  # a template is a program of somebody's, and may fail in any way
        return False
    return text.count(image_token) == 1 and "What?" in text and "'type'" not in text
