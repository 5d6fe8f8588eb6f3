"""Packed rows against padded batches, drawn at random or grouped by length: real tokens, and samples a second.

A small random LLaVA goes forward and backward over one instruction-like mix: log-normal texts, 15 % of them without a
picture, none longer than 1,024 tokens. The grouping is the one of transformers' own sampler over 1,600 samples; of its
batches of 16 every twelfth is run. The other ways have the first 128 samples, as one step of training. Since batches
hold unequal samples, what is counted a second of one processor is real tokens, said as samples of the mean length.
"""

from measure import measure

WAYS = {
    "padded": "batches of 16, padded",
    "by length": "batches of 16 grouped by length, padded",
    "grouped": "a step of 128, rows grouped by length, padded",
    "packed": "a step of 128, packed",
}
SAMPLES = """
import numpy as np
from pictus.learn.step import IGNORED, Sample

IMAGE, CAP, BATCH, STEP = 5, 1_024, 16, 128

def mixed(count, places, side):
    draw = np.random.default_rng(0)
    samples = []
    for number in range(count):
        seen = places if draw.random() < 0.85 else 0
        words = draw.integers(10, 1_000, int(np.clip(np.exp(draw.normal(5.0, 0.9)), 16, CAP - seen)))
        tokens = np.concatenate([words[:4], np.full(seen, IMAGE), words[4:]])
        labels = np.where((np.arange(len(tokens)) < seen + 12), IGNORED, tokens)
        pictures = (draw.integers(0, 255, (3, side, side), np.uint8),) if seen else ()
        samples.append(Sample(id=str(number), tokens=tokens, labels=labels, pictures=pictures))
    return samples
"""
LAY = (
    SAMPLES
    + """
from pictus.learn.pack import laid
samples = mixed(1_024, 576, 1)
lengths, pictures = [len(one.tokens) for one in samples], [len(one.pictures) for one in samples]
times = []
for _ in range(20):
    began = time.process_time()
    layout = laid(lengths, pictures, max_tokens=int(sys.argv[1]), max_pictures=16, world=8)
    times.append(time.process_time() - began)
said["us"] = sorted(times)[10] / len(samples) * 1e6
tokens = [sum(lengths[index] for row in rows for index in row) for rows in layout]
seen = [sum(pictures[index] for row in rows for index in row) for rows in layout]
said["tokens"], said["pictures"] = max(tokens) / np.mean(tokens), max(seen) / np.mean(seen)
said["full"] = sum(lengths) / int(sys.argv[1]) / sum(len(rows) for rows in layout)
"""
)
TRAIN = (
    SAMPLES
    + """
import torch
import transformers
from transformers.trainer_pt_utils import get_length_grouped_indices
from pictus.learn.pack import grouped, laid, packed, padded

way, places = sys.argv[1], int(sys.argv[2])
side = 8 * round(places**0.5)
torch.set_num_threads(1)
torch.manual_seed(0)
model = transformers.LlavaForConditionalGeneration(
    transformers.LlavaConfig(
        vision_config=transformers.SiglipVisionConfig(
            hidden_size=64, intermediate_size=128, num_hidden_layers=1, num_attention_heads=2, image_size=side,
            patch_size=8, vision_use_head=False,
        ),
        text_config=transformers.LlamaConfig(
            vocab_size=1_024, hidden_size=512, intermediate_size=1_536, num_hidden_layers=1, num_attention_heads=8,
            max_position_embeddings=CAP,
        ),
        image_token_index=IMAGE, vision_feature_layer=-1, vision_feature_select_strategy="full",
    )
)

def learn(row):
    given = {"input_ids": row.tokens, "position_ids": row.positions, "attention_mask": row.mask}
    given = {name: torch.from_numpy(array) for name, array in given.items() if array is not None}
    if len(row.pictures):
        given["pixel_values"] = torch.from_numpy(row.pictures).float() / 127.5 - 1
    logits = model(**given, use_cache=False).logits[:, :-1].flatten(0, 1)
    labels = torch.from_numpy(row.labels)[:, 1:].flatten()
    loss = torch.nn.functional.cross_entropy(logits, labels, ignore_index=IGNORED, reduction="sum")
    loss.backward()
    return float(loss)

def rows(samples):
    lengths = [len(one.tokens) for one in samples]
    if way in ("packed", "grouped"):
        lay = laid if way == "packed" else grouped
        seen = [len(one.pictures) for one in samples[:STEP]]
        (mine,) = lay(lengths[:STEP], seen, max_tokens=CAP, max_pictures=16, world=1)
        for row in mine:
            chosen = [samples[index] for index in row]
            yield packed(chosen) if way == "packed" else padded(chosen, 0)
        return
    order = range(STEP) if way == "padded" else get_length_grouped_indices(lengths, BATCH)
    for start in range(0, len(order), BATCH * (1 if way == "padded" else 12)):
        yield padded([samples[index] for index in order[start : start + BATCH]], 0)

samples = mixed(1_600, places, side)
mean = sum(len(one.tokens) for one in samples) / len(samples)
learn(padded(samples[:2], 0))
loss = held = real = learned = 0
began = time.process_time()
for row in rows(samples):
    loss += learn(row)
    held += row.tokens.size
    real += row.tokens.size if row.mask is None else int(row.mask.sum())
    learned += row.supervised
said["rate"] = real / mean / (time.process_time() - began)
said["real"], said["loss"] = real / held, loss / learned
"""
)


def table() -> str:
    """Give a line for each way of making rows, and one for laying them out alone."""
    lines = [
        "| a mix of instructions, one core | reach | real tokens | samples/s | of padded | loss |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for places in (64, 576):
        padded = 0.0
        for way, what in WAYS.items():
            said = measure(TRAIN, way, str(places)).said
            rate = said["rate"]
            padded = padded or rate
            reach = ">= 95 % real, >= 1.5 x padded, >= by length" if way == "packed" else ""
            lines.append(
                f"| pictures of {places} tokens: {what} | {reach} | {said['real']:.1%} "
                f"| {rate:.2f} | {rate / padded:.2f} x | {said['loss']:.6f} |"
            )
    lines += ["", "| laying out 1,024 samples for 8 ranks | us a sample | full | most tokens | most pictures |"]
    lines.append("| --- | --- | --- | --- | --- |")
    for cap in (2_048, 4_096, 8_192):
        said = measure(LAY, str(cap)).said
        lines.append(
            f"| rows of {cap:,} tokens, 16 pictures | {said['us']:.2f} (<= 2) | {said['full']:.1%} "
            f"| {said['tokens']:.3f} of the mean | {said['pictures']:.3f} of the mean |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table())
