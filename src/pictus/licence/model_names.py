"""From the name of a model to the terms of what it writes.

A name counts only where its maker's name, sizes and the usual marks of packing explain all of it: a word more may
mean that somebody trained it further, under terms and on data of their own.
"""

import re

from pictus.licence.table import UNSTATED

_SIZE = r"(?:[-.:_]?(?:\d+x|e)?\d+(?:\.\d+)?[bm])(?:-a\d+(?:\.\d+)?b|-\d+e)?"
_MARK = (
    r"instruct|chat|it|pt|base|hf|text|vision|thinking|reasoning|plus|latest|original|"
    r"gguf|ggml|awq|gptq|int[48]|fp?(?:8|16|32)|bf16|[48]bit|bnb|nf4|mlx|exl2|qat|dynamic|unsloth|imatrix|"
    r"i?q\d\w*|\d+k|1m|v\d+(?:\.\d+)*|[12]\d{3}|\d{5}-of-\d{5}"
)
_MARKS = rf"(?:[-.:_](?:{_MARK}))*"

# As their makers publish them. Sizes count: Qwen2.5's 3B is for research
# only, and its 72B has a licence that is not in our table. The first that fits decides.
_NAMES: tuple[tuple[str, str], ...] = (
    (rf"gpt-oss{_SIZE}{_MARKS}", "Apache-2.0"),
    (r"(?:chatgpt-|gpt-[3-9]|o[1-9](?:-|$)).*", "openai-output-terms"),
    (rf"(?:llama-?2|codellama){_SIZE}{_MARKS}", "llama-2-community"),
    (r"llava-v?1\.5-(?:7|13)b" + _MARKS, "llama-2-community"),
    (rf"llama-?3{_SIZE}{_MARKS}", "llama-3-community"),
    (rf"llama-?3\.1{_SIZE}{_MARKS}", "llama-3.1-community"),
    (rf"llama-?3\.2{_SIZE}{_MARKS}", "llama-3.2-community"),
    (rf"llama-?3\.3{_SIZE}{_MARKS}", "llama-3.3-community"),
    (rf"llama-?4-(?:scout|maverick){_SIZE}{_MARKS}", "llama-4-community"),
    (rf"(?:code|pali|recurrent)?gemma-?(?:[123](?:\.\d)?n?)?{_SIZE}{_MARKS}", "gemma-terms"),
    (rf"qwen2\.5(?:-vl|-coder|-omni)?[-:]3b{_MARKS}", "qwen-research"),
    (rf"qwen2\.5(?:-vl|-coder|-math|-omni)?[-:](?:0\.5|1\.5|7|14|32)b{_MARKS}", "Apache-2.0"),
    (rf"qwen2(?:-vl|-audio)?[-:](?:0\.5b|1\.5b|2b|7b|57b-a14b){_MARKS}", "Apache-2.0"),
    (rf"qwen3(?:-vl|-coder|-next|-omni)?{_SIZE}{_MARKS}", "Apache-2.0"),
    (rf"qwq[-:]32b{_MARKS}", "Apache-2.0"),
    (
        r"(?:mistral-large-instruct-24(?:07|11)|pixtral-large-instruct-2411|mistral-small-instruct-2409"
        rf"|ministral-8b-instruct-2410){_MARKS}",
        "mistral-research",
    ),
    (
        rf"(?:mistral[-:]7b|mixtral[-:]8x(?:7|22)b|mistral-nemo-(?:base|instruct)-2407|pixtral-12b|mathstral-7b"
        rf"|mistral-small-(?:3\.[12]-)?24b){_MARKS}",
        "Apache-2.0",
    ),
    (rf"phi-?(?:1|1\.5|1_5|2){_MARKS}", "MIT"),
    (rf"phi-?(?:3|3\.5|4)(?:-(?:mini|small|medium|moe|multimodal))*(?:{_SIZE})?{_MARKS}", "MIT"),
    (rf"smol(?:lm|vlm)[23]?{_SIZE}{_MARKS}", "Apache-2.0"),
)


def terms_of_model(name: str) -> str:
    """Give the terms of what a model writes, by its name; `unknown` where the name does not settle it."""
    own = re.split(r"[/\\]", name.strip().rstrip("/\\"))[-1].casefold().removesuffix(".gguf").removeprefix("meta-")
    return next((terms for pattern, terms in _NAMES if re.fullmatch(pattern, own)), UNSTATED.name)
