"""Whose terms a model's words are under, by its name; a name that says more than its maker's is unknown."""

import pytest

from pictus.licence import Verdict, find, known, ruling, terms_of_model

NAMES = {
    "meta-llama/Llama-2-13b-chat-hf": "llama-2-community",
    "codellama/CodeLlama-7b-Instruct-hf": "llama-2-community",
    "llava-hf/llava-1.5-7b-hf": "llama-2-community",
    "meta-llama/Meta-Llama-3-8B-Instruct": "llama-3-community",
    "Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf": "llama-3.1-community",
    "llama3.1:8b-instruct-q4_K_M": "llama-3.1-community",
    "unsloth/Llama-3.2-1B-Instruct-bnb-4bit": "llama-3.2-community",
    "meta-llama/Llama-3.2-11B-Vision-Instruct": "llama-3.2-community",
    "meta-llama/Llama-3.3-70B-Instruct": "llama-3.3-community",
    "meta-llama/Llama-4-Scout-17B-16E-Instruct": "llama-4-community",
    "google/gemma-7b-it": "gemma-terms",
    "google/gemma-3-27b-it": "gemma-terms",
    "google/gemma-3n-E4B-it": "gemma-terms",
    "google/paligemma2-3b-pt": "gemma-terms",
    "gemma2:9b": "gemma-terms",
    "Qwen/Qwen2.5-0.5B-Instruct": "Apache-2.0",
    "Qwen/Qwen2.5-VL-7B-Instruct": "Apache-2.0",
    "/models/Qwen2.5-7B-Instruct-1M/": "Apache-2.0",
    "Qwen/Qwen2.5-3B-Instruct": "qwen-research",
    "Qwen/Qwen2.5-VL-3B-Instruct-AWQ": "qwen-research",
    "qwen2.5:3b": "qwen-research",
    "Qwen/Qwen2-VL-2B-Instruct": "Apache-2.0",
    "Qwen/Qwen3-30B-A3B-Instruct-2507": "Apache-2.0",
    "Qwen/Qwen3-VL-8B-Thinking": "Apache-2.0",
    "Qwen/QwQ-32B": "Apache-2.0",
    "mistralai/Mistral-7B-Instruct-v0.3": "Apache-2.0",
    "mistral-7b-instruct-v0.2.Q4_K_M.gguf": "Apache-2.0",
    "mistralai/Mixtral-8x7B-Instruct-v0.1": "Apache-2.0",
    "mistralai/Mistral-Nemo-Instruct-2407": "Apache-2.0",
    "mistralai/Mistral-Small-3.1-24B-Instruct-2503": "Apache-2.0",
    "mistralai/Mistral-Large-Instruct-2411": "mistral-research",
    "mistralai/Ministral-8B-Instruct-2410": "mistral-research",
    "microsoft/phi-2": "MIT",
    "microsoft/Phi-3-mini-4k-instruct": "MIT",
    "microsoft/Phi-3.5-vision-instruct": "MIT",
    "microsoft/phi-4": "MIT",
    "HuggingFaceTB/SmolVLM-256M-Instruct": "Apache-2.0",
    "openai/gpt-oss-20b": "Apache-2.0",
    "gpt-4o-2024-08-06": "openai-output-terms",
    "gpt-3.5-turbo": "openai-output-terms",
    "o3-mini": "openai-output-terms",
}
UNKNOWN = (
    "",
    "model",
    "checkpoint-300",
    "Qwen/Qwen2.5-72B-Instruct",  # a licence of its own
    "Qwen/Qwen2.5",  # of which size?
    "qwen3-max",
    "google/gemma-4-31b-it",
    "NousResearch/Hermes-2-Pro-Mistral-7B",
    "somebody/Mistral-7B-Instruct-v0.2-noncommercial",
    "somebody/Qwen2.5-7B-Instruct-finetuned",
    "my-llama-2-7b",
    "mistral-large-latest",
    "gpt2",
    "gpt-j-6b",
    "claude-opus-4",
)


@pytest.mark.parametrize(("name", "terms"), NAMES.items())
def test_a_makers_own_name_tells_the_terms(name, terms):
    assert terms_of_model(name) == terms
    assert find(terms) in known()


@pytest.mark.parametrize("name", UNKNOWN)
def test_any_other_name_is_unknown_and_permits_nothing(name):
    terms = terms_of_model(name)
    assert terms == "unknown"
    assert ruling(("CC-BY-4.0", "CC-BY-4.0", terms), "commercial").verdict is Verdict.UNKNOWN
