"""What the training recipes that people follow need: sources by name, for each stage."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Need:
    """Annotations that a training reads; these name the pictures."""

    source: str
    splits: tuple[str, ...] = ("train",)


@dataclass(frozen=True, slots=True)
class Training:
    """One stage of a published recipe."""

    name: str
    title: str
    needs: tuple[Need, ...]


_PICTURED = ("laion", "vflan")  # of ALLaVA; its third part is text alone, and ConvLLaVA does without
_CAPTIONS = (Need("sharegpt4v_pt"), Need("sharegpt4v"), Need("allava_caption", _PICTURED))
_MIX = Need("llava_mix665k")
TRAININGS = (
    Training("llava15_pretrain", "LLaVA-1.5, pretraining", (Need("lcs558k"),)),
    Training("llava15_finetune", "LLaVA-1.5, instruction tuning", (_MIX,)),
    Training("convllava_projector", "ConvLLaVA, projector initialisation", _CAPTIONS),
    Training(
        "convllava_pretrain",
        "ConvLLaVA, pretraining",
        (*_CAPTIONS, Need("allava_instruct", _PICTURED), Need("vision_flan")),
    ),
    Training("convllava_instruct", "ConvLLaVA, instruction tuning", (_MIX,)),
    Training(
        "imagebind_finetune",
        "ImageBind-LLM, fine-tuning",
        (Need("alpaca_gpt4"), Need("alpaca_gpt4_zh"), Need("alpaca_zh_51k"), Need("llava_instruct_150k")),
    ),
)
