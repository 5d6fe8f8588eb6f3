"""Chat templates of the known families in our words, each with its oddities, and tiny tokenizers for them."""

import json
from dataclasses import dataclass
from functools import cache

LLAMA2 = """
{%- if messages[0].role == 'system' %}{% set system = messages[0].content %}{% set rest = messages[1:] %}
{%- else %}{% set system = none %}{% set rest = messages %}{% endif %}
{%- for m in rest %}
    {%- if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must take turns') }}{% endif %}
    {%- if m.role == 'user' %}
        {%- set said = '<<SYS>>\n' + system + '\n<</SYS>>\n\n' + m.content if loop.first and system else m.content %}
        {{- bos_token + '[INST] ' + said.strip() + ' [/INST]' }}
    {%- elif m.role == 'assistant' %}{{- ' ' + m.content.strip() + ' ' + eos_token }}
    {%- endif %}
{%- endfor %}"""

LLAMA3 = """{{- bos_token }}
{%- for m in messages %}
    {%- if 'tool_calls' in m %}
        {{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}
        {%- for call in m.tool_calls %}
            {{- '{"name": "' + call.function.name + '", "parameters": ' + (call.function.arguments | tojson) + '}' }}
        {%- endfor %}
        {{- '<|eot_id|>' }}
    {%- else %}
        {%- set role = 'ipython' if m.role == 'tool' else m.role %}
        {{- '<|start_header_id|>' + role + '<|end_header_id|>\n\n' }}
        {%- if m.role == 'user' and loop.index0 < 2 and tools %}
            {%- for tool in tools %}{{- (tool | tojson(indent=4)) + '\n\n' }}{% endfor %}
        {%- endif %}
        {{- m.content | trim + '<|eot_id|>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"""

VICUNA = """
{%- if messages[0].role == 'system' %}{{- messages[0].content + ' ' }}{% set rest = messages[1:] %}
{%- else %}{{- 'A chat with a polite assistant. ' }}{% set rest = messages %}{% endif %}
{%- for m in rest %}
    {%- if m.role == 'user' %}{{- 'USER: ' + m.content + ' ' }}
    {%- elif m.role == 'assistant' %}{{- 'ASSISTANT: ' + m.content + eos_token }}
    {%- else %}{{- raise_exception('unknown role') }}{% endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- 'ASSISTANT:' }}{% endif %}"""

_HERMES = """
{%- macro call_of(call) %}{{- '<tool_call>\n{"name": "' + call.function.name + '", "arguments": ' }}
    {{- (call.function.arguments | tojson) + '}\n</tool_call>' }}{% endmacro %}
{%- set first = messages[0].content if messages[0].role == 'system' else DEFAULT %}
{%- if first or tools %}
    {{- '<|im_start|>system\n' + first }}
    {%- if tools %}{{- '\n\n# Tools\n<tools>' }}{% for tool in tools %}{{- '\n' + (tool | tojson) }}{% endfor %}
        {{- '\n</tools>' }}
    {%- endif %}
    {{- '<|im_end|>\n' }}
{%- endif %}"""
QWEN2 = (
    _HERMES.replace("DEFAULT", "'You are a helpful assistant.'")
    + """
{%- for m in messages %}
    {%- if m.role == 'user' or (m.role == 'system' and not loop.first) %}
        {{- '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}
    {%- elif m.role == 'assistant' %}
        {{- '<|im_start|>assistant' + ('\n' + m.content if m.content else '') }}
        {%- for call in m.tool_calls or [] %}{{- '\n' + call_of(call) }}{% endfor %}
        {{- '<|im_end|>\n' }}
    {%- elif m.role == 'tool' %}
        {%- if loop.first or messages[loop.index0 - 1].role != 'tool' %}{{- '<|im_start|>user' }}{% endif %}
        {{- '\n<tool_response>\n' + m.content + '\n</tool_response>' }}
        {%- if loop.last or messages[loop.index0 + 1].role != 'tool' %}{{- '<|im_end|>\n' }}{% endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{% endif %}"""
)
QWEN3 = (
    _HERMES.replace("DEFAULT", "''")
    + """
{%- set ns = namespace(asked=-1) %}
{%- for m in messages %}{% if m.role == 'user' %}{% set ns.asked = loop.index0 %}{% endif %}{% endfor %}
{%- for m in messages %}
    {%- if m.role == 'user' or (m.role == 'system' and not loop.first) %}
        {{- '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}
    {%- elif m.role == 'assistant' %}
        {%- set said = m.content or '' %}{% set thought = '' %}
        {%- if '</think>' in said %}
            {%- set thought = said.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}
            {%- set said = said.split('</think>')[-1].lstrip('\n') %}
        {%- endif %}
        {{- '<|im_start|>assistant\n' }}
        {%- if loop.index0 > ns.asked and (loop.last or thought) %}
            {{- '<think>\n' + thought.strip('\n') + '\n</think>\n\n' + said.lstrip('\n') }}
        {%- else %}{{- said }}{% endif %}
        {%- for call in m.tool_calls or [] %}{{- ('\n' if said or not loop.first else '') + call_of(call) }}{% endfor %}
        {{- '<|im_end|>\n' }}
    {%- elif m.role == 'tool' %}
        {%- if loop.first or messages[loop.index0 - 1].role != 'tool' %}{{- '<|im_start|>user' }}{% endif %}
        {{- '\n<tool_response>\n' + m.content + '\n</tool_response>' }}
        {%- if loop.last or messages[loop.index0 + 1].role != 'tool' %}{{- '<|im_end|>\n' }}{% endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{% endif %}"""
)

MISTRAL = """
{%- if messages[0].role == 'system' %}{% set system = messages[0].content %}{% set rest = messages[1:] %}
{%- else %}{% set system = '' %}{% set rest = messages %}{% endif %}
{{- bos_token }}
{%- set ns = namespace(turn=0) %}
{%- for m in rest %}{% if m.role == 'user' or (m.role == 'assistant' and not m.tool_calls) %}
    {%- if (m.role == 'user') != (ns.turn % 2 == 0) %}{{ raise_exception('roles must take turns') }}{% endif %}
    {%- set ns.turn = ns.turn + 1 %}
{%- endif %}{% endfor %}
{%- for m in rest %}
    {%- if m.role == 'user' %}
        {%- if loop.last or rest[loop.index0 + 1:] | selectattr('role', 'equalto', 'user') | list | length == 0 %}
            {%- if tools %}{{- '[AVAILABLE_TOOLS] ' + (tools | tojson) + '[/AVAILABLE_TOOLS]' }}{% endif %}
            {{- '[INST] ' + (system + '\n\n' if system else '') + m.content + '[/INST]' }}
        {%- else %}{{- '[INST] ' + m.content + '[/INST]' }}{% endif %}
    {%- elif m.tool_calls %}
        {{- '[TOOL_CALLS] [' }}
        {%- for call in m.tool_calls %}
            {{- '{"name": "' + call.function.name + '", "arguments": ' + (call.function.arguments | tojson) + '}' }}
            {{- '' if loop.last else ', ' }}
        {%- endfor %}
        {{- ']' + eos_token }}
    {%- elif m.role == 'assistant' %}{{- ' ' + m.content | trim + eos_token }}
    {%- elif m.role == 'tool' %}{{- '[TOOL_RESULTS] {"content": ' + m.content + '}[/TOOL_RESULTS]' }}
    {%- endif %}
{%- endfor %}"""

GEMMA = """{{- bos_token }}
{%- if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}
{%- for m in messages %}
    {%- if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must take turns') }}{% endif %}
    {{- '<start_of_turn>' + ('model' if m.role == 'assistant' else m.role) + '\n' + m.content | trim }}
    {{- '<end_of_turn>\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<start_of_turn>model\n' }}{% endif %}"""

CHATML = """
{%- for m in messages %}{{- '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>' + '\n' }}{% endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{% endif %}"""

# Its marks swallow the line breaks behind them, and a conversation ends with another token than an answer.
PHI3 = """
{%- for m in messages %}{{- '<|' + m.role + '|>\n' + m.content + '<|end|>\n' }}{% endfor %}
{%- if add_generation_prompt %}{{- '<|assistant|>\n' }}{% else %}{{- eos_token }}{% endif %}"""

# Nothing ends an answer but what begins the next turn.
GLM = """[gMASK]<sop>
{%- for m in messages %}{{- '<|' + m.role + '|>\n' + m.content }}{% endfor %}
{%- if add_generation_prompt %}{{- '<|assistant|>\n' }}{% endif %}"""

# What asks for an answer asks for a thought, which earlier answers show no more.
DEEPSEEK = """{{- bos_token }}
{%- for m in messages %}
    {%- if m.role == 'user' %}{{- '<|User|>' + m.content }}
    {%- elif m.role == 'assistant' %}{{- '<|Assistant|>' + m.content.split('</think>')[-1] + eos_token }}
    {%- else %}{{- m.content }}{% endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|Assistant|><think>\n' }}{% endif %}"""

# Takes lists of parts only, shows pictures first, and ends no answer.
LLAVA = """
{%- for m in messages %}
    {%- if m.role != 'system' %}{{- m.role.upper() + ': ' }}{% endif %}
    {%- for part in m.content | selectattr('type', 'equalto', 'image') %}{{- '<image>\n' }}{% endfor %}
    {%- for part in m.content | selectattr('type', 'equalto', 'text') %}
        {%- if m.role == 'assistant' %}{% generation %}{{- part.text + ' ' }}{% endgeneration %}
        {%- else %}{{- part.text + ' ' }}{% endif %}
    {%- endfor %}
{%- endfor %}
{%- if add_generation_prompt %}{{- 'ASSISTANT:' }}{% endif %}"""

QWEN2_VL = """
{%- for m in messages %}
    {%- if loop.first and m.role != 'system' %}
        {{- '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' }}
    {%- endif %}
    {{- '<|im_start|>' + m.role + '\n' }}
    {%- if m.content is string %}{{- m.content }}
    {%- else %}{% for part in m.content %}
        {%- if part.type == 'image' or 'image' in part %}{{- '<|vision_start|><|image_pad|><|vision_end|>' }}
        {%- elif 'text' in part %}{{- part.text }}{% endif %}
    {%- endfor %}{% endif %}
    {{- '<|im_end|>\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{% endif %}"""


@dataclass(frozen=True)
class Family:
    """A template, and the tokens that its tokenizers know."""

    template: str | None
    kind: str = "bytes"  # of its tokenizer
    begin: str = "<s>"
    end: str = "</s>"
    marks: tuple[str, ...] = ()
    image: str = "<image>"
    closes: bool = True  # writes what ends an answer, after each
    tools: bool = False
    swallows: bool = False  # white space behind a mark
    adds_begin: bool = False  # the tokenizer puts the first token in front of a text, whether it is there or not


_CHATML = {"end": "<|im_end|>", "marks": ("<|im_start|>", "<|endoftext|>")}
FAMILIES = {
    "llama-2": Family(LLAMA2, "prepend", adds_begin=True),
    "llama-3": Family(
        LLAMA3,
        begin="<|begin_of_text|>",
        end="<|eot_id|>",
        marks=("<|start_header_id|>", "<|end_header_id|>"),
        tools=True,
        adds_begin=True,
    ),
    "vicuna": Family(VICUNA, "prepend", adds_begin=True),
    "qwen-2": Family(QWEN2, tools=True, **_CHATML),
    "qwen-3": Family(QWEN3, tools=True, **_CHATML),
    "mistral": Family(
        MISTRAL,
        "first",
        marks=("[INST]", "[/INST]", "[TOOL_CALLS]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]"),
        tools=True,
    ),
    "gemma": Family(GEMMA, "never", "<bos>", "<end_of_turn>", ("<start_of_turn>", "<eos>")),
    "chatml": Family(CHATML, **_CHATML),
    "phi-3": Family(
        PHI3,
        "prepend",
        end="<|endoftext|>",
        marks=("<|user|>", "<|assistant|>", "<|system|>", "<|end|>"),
        swallows=True,
    ),
    "glm": Family(GLM, marks=("[gMASK]", "<sop>", "<|user|>", "<|assistant|>", "<|system|>"), closes=False),
    "deepseek": Family(DEEPSEEK, "first", marks=("<|User|>", "<|Assistant|>")),
    "llava": Family(LLAVA, "always", closes=False, adds_begin=True),
    "qwen-2-vl": Family(
        QWEN2_VL,
        "bytes",
        end="<|im_end|>",
        marks=("<|im_start|>", "<|vision_start|>", "<|vision_end|>"),
        image="<|image_pad|>",
    ),
    "unigram": Family(CHATML, "unigram", **_CHATML),
    "none": Family(None, "prepend", adds_begin=True),
}
_THOUGHTS = ("<think>", "</think>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>")
_SENTENCES = ["USER: a man riding a horse ASSISTANT:", "You are shown a picture of a red car.", "What is it? A dog."]


@cache
def tokenizer_of(name):
    """Make a tiny tokenizer that knows the tokens of a family."""
    from tokenizers import AddedToken, processors
    from transformers import PreTrainedTokenizerFast

    family = FAMILIES[name]
    backend = _trained(family.kind, ["<unk>", family.begin, family.end])
    marks = [family.begin, family.end, family.image, *family.marks, "<pad>"]
    backend.add_special_tokens(
        [AddedToken(mark, special=True, normalized=False, rstrip=_swallows(family, mark)) for mark in marks]
    )
    if family.template and ("think>" in family.template or "tool_call>" in family.template):
        backend.add_tokens([AddedToken(mark, special=False, normalized=False) for mark in _THOUGHTS])
    if family.adds_begin:
        number = backend.token_to_id(family.begin)
        backend.post_processor = processors.TemplateProcessing(
            single=f"{family.begin} $A", special_tokens=[(family.begin, number)]
        )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token=family.begin,
        eos_token=family.end,
        pad_token="<pad>",
        chat_template=family.template,
    )


def _swallows(family, mark):
    return family.swallows and mark not in (family.begin, family.end, family.image)


def _trained(kind, special):
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

    if kind == "bytes":
        backend = Tokenizer(models.BPE())
        backend.pre_tokenizer, backend.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(
            vocab_size=360, special_tokens=special, initial_alphabet=alphabet, show_progress=False
        )
        backend.train_from_iterator(_SENTENCES * 20, trainer)
        return backend
    octets = [f"<0x{number:02X}>" for number in range(256)]
    plain = [decoders.ByteFallback(), decoders.Fuse()]
    spaces = decoders.Replace("▁", " ")
    if kind == "unigram":
        pieces = [*special, *octets, "▁", *"abcdefghijklmnopqrstuvwxyz", "▁a", "▁the", "ing", "an", "▁dog"]
        backend = Tokenizer(models.Unigram([(piece, -1.0 - n / 100) for n, piece in enumerate(pieces)], 0, True))
        backend.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    else:
        trained = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
        trained.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
        trainer = trainers.BpeTrainer(vocab_size=420, special_tokens=[*special, *octets], show_progress=False)
        trained.train_from_iterator(_SENTENCES * 20, trainer)
        spec = json.loads(trained.to_str())
        backend = Tokenizer.from_str(json.dumps({**spec, "added_tokens": []}))  # bytes are no special tokens
        if kind in ("prepend", "never"):
            before = [normalizers.Prepend("▁")] if kind == "prepend" else []
            backend.pre_tokenizer = None
            backend.normalizer = normalizers.Sequence([*before, normalizers.Replace(" ", "▁")])
        else:
            backend.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=kind, split=False)
    backend.decoder = decoders.Sequence([spaces, *plain])
    return backend
