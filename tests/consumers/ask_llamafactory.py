"""Runs in LLaMA-Factory's environment: print what its own loader makes of a data set, as JSON.

`torchaudio` has no build without drivers. Nothing here has sound, so an empty module stands in for it.
"""

import contextlib
import json
import sys
import types
from importlib.machinery import ModuleSpec
from importlib.metadata import version

sys.modules["torchaudio"] = types.ModuleType("torchaudio")
sys.modules["torchaudio"].__spec__ = ModuleSpec("torchaudio", None)

with contextlib.redirect_stdout(sys.stderr):
    from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
    from llamafactory.data.loader import _load_single_dataset
    from llamafactory.data.parser import get_dataset_list
    from llamafactory.hparams import DataArguments, ModelArguments, TrainingArguments
    from llamafactory.model import load_tokenizer


def main(folder: str, name: str, model: str) -> None:
    """Load the data set `name` of a folder's `dataset_info.json` for a model, first as turns and then as tokens."""
    with contextlib.redirect_stdout(sys.stderr):
        told = ModelArguments(model_name_or_path=model, trust_remote_code=False)
        data = DataArguments(dataset=name, dataset_dir=folder, media_dir=folder, template="llava", cutoff_len=100_000)
        training = TrainingArguments(output_dir=f"{folder}/out", report_to="none")
        (attributes,) = get_dataset_list(data.dataset, data.dataset_dir)
        rows = _load_single_dataset(attributes, told, data, training)
        words = load_tokenizer(told)
        template = get_template_and_fix_tokenizer(words["tokenizer"], data)
        tokens = get_dataset(template, told, data, training, stage="sft", **words)["train_dataset"]
    for row in rows:
        print(json.dumps({"row": row}))
    for one in tokens:
        print(json.dumps({"text": words["tokenizer"].decode(one["input_ids"]), "images": one["images"]}))
    print(*(f"{one} {version(one)}" for one in ("llamafactory", "datasets", "transformers")), file=sys.stderr)


main(*sys.argv[1:])
