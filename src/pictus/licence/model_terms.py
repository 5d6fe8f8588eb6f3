"""The facts: the terms under which models let others use what they write."""

from pictus.licence.table import NO, UNKNOWN, YES, Licence, Verdict, free_licence


def _llama(version: str, path: str, permission: Verdict, training: Verdict, note: str) -> Licence:
    """Make a Llama licence; all ask to show "Built with Llama" or a like notice."""
    return Licence(
        name=f"llama-{version}-community",
        title=f"Llama {version} Community License Agreement",
        url=f"https://www.llama.com/{path}/license/",
        aliases=(
            f"llama {version}",
            f"llama {version}.0",
            f"Meta Llama {version} Community License Agreement",
        ),
        commercial=permission,
        derivatives=permission,
        training=training,
        share_alike=NO,
        attribution=YES,
        note=note,
    )


_NO_OTHER_MODEL = "outputs may not improve any language model but Llama itself"
_LLAMA_NAME = "the name of a model trained on outputs must begin with `Llama`, and `Built with Llama` be shown"
_NOT_IN_EUROPE = "its multimodal models are not licensed to people and companies of the European Union"

NO_MODEL = free_licence(
    "none",
    "No model: people or a program wrote the text",
    "no model wrote it, so no model's terms apply",
    url="",
    credit=NO,
    aliases=("no model",),
)

MODEL_TERMS = (
    NO_MODEL,
    Licence(
        name="openai-output-terms",
        title="OpenAI terms of use: what its models write",
        url="https://openai.com/policies/row-terms-of-use/",
        aliases=(
            "OpenAI terms",
            "OpenAI terms of use",
            "GPT-4 output",
            "GPT-4V output",
            "ChatGPT output",
            "https://openai.com/policies/terms-of-use/",
        ),
        commercial=YES,
        derivatives=YES,
        training=NO,
        share_alike=NO,
        attribution=NO,
        note="outputs may not be used to develop models that compete with OpenAI",
    ),
    # All Llama licences ask companies with more than 700 million users a month to get a licence of their own.
    _llama("2", "llama2", YES, NO, _NO_OTHER_MODEL),
    _llama("3", "llama3", YES, NO, _NO_OTHER_MODEL),
    _llama("3.1", "llama3_1", YES, YES, _LLAMA_NAME),
    _llama("3.2", "llama3_2", UNKNOWN, UNKNOWN, _NOT_IN_EUROPE),
    _llama("3.3", "llama3_3", YES, YES, _LLAMA_NAME),
    _llama("4", "llama4", UNKNOWN, UNKNOWN, _NOT_IN_EUROPE),
    Licence(
        name="gemma-terms",
        title="Gemma Terms of Use",
        url="https://ai.google.dev/gemma/terms",
        aliases=("Gemma", "Gemma terms"),
        commercial=YES,
        derivatives=YES,
        training=YES,
        share_alike=UNKNOWN,
        attribution=NO,
        note="a model trained on outputs to perform like Gemma falls under the Gemma terms",
    ),
    Licence(
        name="qwen-research",
        title="Qwen Research License Agreement",
        url="https://huggingface.co/Qwen/Qwen2.5-3B/blob/main/LICENSE",
        commercial=NO,
        derivatives=YES,
        training=YES,
        share_alike=NO,
        attribution=YES,
        note="for non-commercial research only, and a model trained on outputs must show `Built with Qwen`",
    ),
    Licence(
        name="mistral-research",
        title="Mistral AI Research License",
        url="https://mistral.ai/licenses/MRL-0.1.md",
        aliases=("MRL", "MRL-0.1", "Mistral Research License"),
        commercial=NO,
        derivatives=YES,
        training=YES,
        share_alike=NO,
        attribution=NO,
        note="models and outputs may be used for non-commercial research only",
    ),
)
