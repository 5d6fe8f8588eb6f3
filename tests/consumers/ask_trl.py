"""Runs in TRL's environment: print what `datasets` and TRL's trainer make of a file, as JSON."""

import contextlib
import json
import os
import sys
from importlib.metadata import version

with contextlib.redirect_stdout(sys.stderr):
    from datasets import Image, List, load_dataset
    from trl import SFTConfig, SFTTrainer


def main(path: str, model: str, folder: str) -> None:
    """Load a file or folder, begin to train a model on it, and tell what each row has become."""
    with contextlib.redirect_stdout(sys.stderr):
        if os.path.isdir(path):  # noqa: PTH112 - as in TRL's examples
            rows = load_dataset("imagefolder", data_dir=path, cache_dir=f"{folder}/cache")["train"]
        else:
            rows = load_dataset("json", data_files=path, cache_dir=f"{folder}/cache")["train"]
        if "images" in rows.column_names:
            rows = rows.cast_column("images", List(Image()))
        config = SFTConfig(
            output_dir=folder, max_length=None, max_steps=1, use_cpu=True, bf16=False, report_to="none",
            per_device_train_batch_size=4, gradient_checkpointing=False, save_strategy="no", disable_tqdm=True,
        )  # fmt: skip
        trainer = SFTTrainer(model=model, args=config, train_dataset=rows)
        trainer.train()
    words = getattr(trainer.processing_class, "tokenizer", trainer.processing_class)
    for row, ready in zip(rows, trainer.train_dataset, strict=True):
        # Rows with pictures are made into tokens only when a batch is, each with others: here one by one.
        batch = trainer.data_collator([ready])
        seen = batch.get("pixel_values")
        print(
            json.dumps(
                {
                    "messages": row["messages"],
                    "sizes": [image.size for image in row.get("images") or []],
                    "seen": 0 if seen is None else len(seen),
                    "text": words.decode(batch["input_ids"][0]),
                }
            )
        )
    print(*(f"{one} {version(one)}" for one in ("trl", "datasets", "transformers")), file=sys.stderr)


main(*sys.argv[1:])
