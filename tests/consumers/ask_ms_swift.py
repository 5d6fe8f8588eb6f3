"""Runs in ms-swift's environment: print what its loader and a template make of a file, as JSON."""

import contextlib
import json
import os
import sys
from importlib.metadata import version

with contextlib.redirect_stdout(sys.stderr):
    from swift.dataset import load_dataset
    from swift.model import get_processor
    from swift.template import get_template


def main(path: str, model: str, pictures: str) -> None:
    """Load a file strictly, and encode each row for a model as training does."""
    os.environ["ROOT_IMAGE_DIR"] = pictures
    with contextlib.redirect_stdout(sys.stderr):
        rows, _ = load_dataset(path, strict=True, load_from_cache_file=False)
        processor = get_processor(model, model_type="llava1_5_hf")
        template = get_template(processor, agent_template="hermes", max_length=100_000)
        template.set_mode("train")
    for row in rows:
        ready = template.encode(row)
        print(json.dumps({
            "row": row,
            "text": template.tokenizer.decode(ready["input_ids"]),
            "learnt": template.tokenizer.decode([one for one in ready["labels"] if one >= 0]),
            "seen": 0 if ready.get("pixel_values") is None else len(ready["pixel_values"]),
        }))  # fmt: skip
    print(*(f"{one} {version(one)}" for one in ("ms-swift", "datasets", "transformers")), file=sys.stderr)


main(*sys.argv[1:])
