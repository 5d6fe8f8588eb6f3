"""What `check` reports: each reason once, with its count and a few places to look at."""

import json
import shutil
from pathlib import Path

from pictus.report.reasons import SAMPLES
from pictus.steps.check import check

GQA = Path(__file__).parent.parent / "data/sources/gqa"


def chat(number, question, answer):
    said = [{"from": "human", "value": question}, {"from": "gpt", "value": answer}]
    return {"id": str(number), "conversations": said}


def test_each_reason_has_its_code_count_and_samples(tmp_path):
    rows = [chat(n, f"What is number {n}?", "The captions mention a dog.") for n in range(30)]
    rows.append(chat(30, "And this?", "The bounding box is small."))
    (tmp_path / "chat.json").write_text(json.dumps(rows))
    report = check(str(tmp_path / "chat.json"), only=("source_leak",))
    assert report.records == 31 and report.reasons == {"source_leak": 31}
    ((name, code, count, samples),) = report.listing()
    assert (name, code, count) == ("source_leak", "turn # speaks of its source", 31)
    assert len(samples) == len({sample.id for sample in samples}) == SAMPLES
    assert samples[0].text == "The captions mention a dog." and samples[0].where


def test_checks_of_all_records_run_beside_each_other_and_count_nothing_twice(tmp_path):
    rows = [chat(1, "What is it?", "") for _ in range(3)] + [{"id": "bad", "conversations": 3}]
    (tmp_path / "chat.json").write_text(json.dumps(rows))
    report = check(str(tmp_path / "chat.json"), only=("answer_length", "duplicate_id"))
    assert report.records == 3
    assert report.reasons == {"row": 1, "answer_length": 3, "duplicate_id": 2}
    assert all(sample.where or sample.text for _, _, _, samples in report.listing() for sample in samples)


def test_a_folder_that_a_format_knows_is_read_by_it():
    report = check(str(Path(__file__).parent.parent / "data/formats/imagefolder/example"))
    assert report.what == "imagefolder folder example"
    assert (report.records, report.damages) == (3, [])


def test_a_dataset_with_a_damaged_file_is_not_passed_over(tmp_path):
    root = Path(shutil.copytree(GQA, tmp_path / "gqa"))
    file = root / "val_balanced_questions.json"
    file.write_bytes(file.read_bytes()[:700])
    (damage,) = check(str(root)).damages
    assert "cut short" in damage.what


def test_data_in_another_language_than_english_is_compared_with_its_own(tmp_path):
    rows = [
        {"instruction": "保持健康的三个提示是什么", "input": "", "output": "保持身体活动，每天走路，多吃水果和蔬菜。"}
    ] * 3
    odd = {
        "instruction": "保持健康的三个提示是什么",
        "input": "",
        "output": "Eat the fruit that is there and walk to the park.",
    }
    (tmp_path / "rows.json").write_text(json.dumps([*rows, odd]))
    found = check(str(tmp_path / "rows.json"), only=("language",))
    assert [(code, count) for _, code, count, _ in found.listing()] == [("not in the wanted language", 1)]
