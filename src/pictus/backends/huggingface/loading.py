"""Load a model, its tokenizer and what prepares its pictures; every way this fails is told with its mend."""

import json
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pictus.backends.huggingface.folder import WHERE, context_of, first_line
from pictus.backends.huggingface.rendering import no_template
from pictus.errors import PictusError

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase, ProcessorMixin

_INSTALL = "pip install 'pictus[huggingface]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A model in memory with what belongs to it."""

    model: "PreTrainedModel"
    tokenizer: "PreTrainedTokenizerBase"
    processor: "ProcessorMixin | None"  # of a model that sees pictures
    template: str
    ends: tuple[int, ...]  # tokens that end an answer
    pad: int
    context: int | None


def check_installed(*, adapter: bool) -> None:
    """Say what to install; nothing is imported."""
    for module in ("torch", "transformers", "accelerate", *(["peft"] if adapter else [])):
        if find_spec(module) is None:
            raise PictusError(f"{module} is not installed", where=WHERE, mend=_INSTALL)


def check_torchvision() -> None:
    """Refuse a torchvision that does not fit the torch beside it: transformers dies of it with a riddle."""
    if find_spec("torchvision") is None:
        return
    try:
        import_module("torchvision")
    except Exception as error:  # a build for another torch fails in many ways
        what = f"the torchvision here does not fit the torch here: {first_line(error)}"
        mend = "`pip uninstall torchvision`, or install the one that was built for this torch"
        raise PictusError(what, where=WHERE, mend=mend) from None


def load(
    folder: Path, *, dtype: str, device: str, adapter: Path | None, trust_remote_code: bool, threads: int
) -> Loaded:
    """Load a model that lies in a folder, with the adapter that was trained for it."""
    check_torchvision()
    trusted = {"trust_remote_code": trust_remote_code, "local_files_only": True}
    # An adapter that brings a tokenizer was trained with that one, and with its template.
    home = adapter if adapter and (adapter / "tokenizer_config.json").is_file() else folder
    try:
        import torch
        from transformers import AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()  # of the weights: the run has a bar of its own
        torch.set_num_threads(threads)
        tokenizer = AutoTokenizer.from_pretrained(home, **trusted)
        processor = _processor(folder, trusted) if sees(folder) else None
        template = tokenizer.chat_template or getattr(processor, "chat_template", None)
        if isinstance(template, dict):
            template = template.get("default")
        if not template:
            raise no_template(str(folder))
        model = _model(folder, dtype, chosen_device(device), trusted)
        if adapter is not None:
            model = _adapted(model, adapter)
    except PictusError:
        raise
    except Exception as error:  # the code of a model may fail in any way
        raise _explained(error, folder) from None
    ends = _ends(model, tokenizer)
    _forget_habits(model, ends)
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else next(iter(ends), 0)
    return Loaded(
        model=model,
        tokenizer=tokenizer,
        processor=processor,
        template=template,
        ends=ends,
        pad=pad,
        context=context_of(folder) or getattr(model.config.get_text_config(), "max_position_embeddings", None),
    )


def sees(folder: Path) -> bool:
    """Say whether a model takes pictures, from its config alone."""
    from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES

    config = json.loads((folder / "config.json").read_text("utf-8"))
    kind = config.get("model_type")
    written = MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES.get(kind)
    names = config.get("architectures") or [written]
    return "AutoModelForImageTextToText" in config.get("auto_map", {}) or (written is not None and written in names)


def chosen_device(device: str) -> str:
    """Give the device that is meant; one that torch does not see is an error."""
    import torch

    has_cuda, has_mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if device == "auto":
        return "cuda:0" if has_cuda else "mps" if has_mps else "cpu"
    if (device.startswith("cuda") and not has_cuda) or (device == "mps" and not has_mps):
        mend = "set `device` to auto, or install a torch that is built for it"
        raise PictusError(f"this torch sees no {device}", where=f"{WHERE}, setting `device`", mend=mend)
    return device


def _model(folder: Path, dtype: str, device: str, trusted: dict[str, Any]) -> "PreTrainedModel":
    from transformers import AutoModelForCausalLM, AutoModelForImageTextToText

    kind = AutoModelForImageTextToText if sees(folder) else AutoModelForCausalLM
    placed = {} if device == "cpu" else {"device_map": device}  # straight to the device, never whole on both
    model = kind.from_pretrained(folder, dtype=dtype, **placed, **trusted)
    return model.eval()


def _processor(folder: Path, trusted: dict[str, Any]) -> "ProcessorMixin":
    from transformers import AutoProcessor

    try:
        return AutoProcessor.from_pretrained(folder, **trusted)
    except (ImportError, AttributeError, ValueError) as error:
        what = f"what prepares the model's pictures cannot be loaded: {first_line(error)}"
        mend = "install the torchvision that was built for the torch here; many models that see need it"
        raise PictusError(what, where=str(folder), mend=mend) from None


def _adapted(model: "PreTrainedModel", adapter: Path) -> "PreTrainedModel":
    from peft import PeftModel

    adapted = PeftModel.from_pretrained(model, adapter, local_files_only=True)
    # Merged it costs nothing a token; weights in 4 or 8 bits cannot be merged without loss.
    return adapted.eval() if getattr(model, "is_quantized", False) else adapted.merge_and_unload().eval()


def _ends(model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerBase") -> tuple[int, ...]:
    """Collect the tokens that end an answer: tokenizer and model often know one each."""
    told = [tokenizer.eos_token_id, getattr(model.generation_config, "eos_token_id", None)]
    told.append(getattr(model.config.get_text_config(), "eos_token_id", None))
    return tuple(
        sorted({end for some in told if some is not None for end in (some if isinstance(some, list) else [some])})
    )


def _forget_habits(model: "PreTrainedModel", ends: tuple[int, ...]) -> None:
    """Leave of the settings that came with a model only where answers end: the prompt's sampling is all there is."""
    from transformers import GenerationConfig

    model.generation_config = GenerationConfig(eos_token_id=list(ends) or None)


def _explained(error: Exception, folder: Path) -> PictusError:
    said = str(error)
    mend = "download the model again, or choose another"
    if "trust_remote_code" in said:
        mend = "read the code that came with the model; if you trust it, set `trust_remote_code`"
    elif "does not recognize this architecture" in said or "has no attribute" in said:
        mend = "pip install -U transformers"
    elif "out of memory" in said:
        mend = "choose a smaller model, or set `dtype` to bfloat16"
    elif isinstance(error, ImportError):
        mend = "install what it names"
    what = f"the model cannot be loaded: {type(error).__name__} {first_line(error)}"
    return PictusError(what, where=str(folder), mend=mend)
