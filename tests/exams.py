"""Small benchmarks in their official layouts, each question of which shows the answer to who reads the prompt."""

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
from aiohttp import web
from PIL import Image

from pictus.chat.reply import completion
from pictus.record import Call

COLOURS = ("red", "green", "blue", "white")


def write_exams(root, count=8):
    """Write each benchmark, of so many questions, two of them about a picture where it has pictures."""
    write_bfcl(root / "bfcl", count)
    write_captions(root / "coco", count)
    write_gqa(root / "gqa", count)
    write_mmmu(root / "mmmu", count)
    write_ocr_vqa(root / "ocr_vqa", count)
    write_textvqa(root / "textvqa", count)
    write_scienceqa(root / "scienceqa", count)
    write_vqav2(root, count)
    return root


def _picture(path, colour):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (24, 16), colour).save(path)


def _dump(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


def write_gqa(folder, count):
    def question(number, answer):
        return {
            "question": f"What colour has thing {number} of {COLOURS[number % 4]}?",
            "imageId": f"29{number // 2:05d}",
            "isBalanced": True,
            "types": {"structural": "query", "semantic": "attr", "detailed": "color"},
            "groups": {"global": "colour", "local": "c"},
            "entailed": [],
            "equivalent": [],
            "semantic": [{"operation": "select", "argument": "thing (1)", "dependencies": []}],
            **({"answer": answer} if answer else {}),
        }

    known = {f"0{number}": question(number, COLOURS[number % 4]) for number in range(count)}
    _dump(folder / "testdev_balanced_questions.json", known)
    _dump(folder / "test_balanced_questions.json", {key: question(int(key), None) for key in known})
    for number in range(count):
        _picture(folder / "images" / f"29{number // 2:05d}.jpg", COLOURS[number % 4])


def write_scienceqa(folder, count):
    problems = {}
    for number in range(count):
        key = str(100 + number)
        problems[key] = {
            "question": f"Which of {number} is {COLOURS[number % 4]}?",
            "choices": [f"a {colour} thing" for colour in COLOURS],
            "answer": number % 4,
            "hint": "",
            "image": "image.png" if number % 2 else None,
            "grade": "grade3",
            "subject": "natural science",
            "topic": "physics",
            "split": "test",
        }
        if number % 2:
            _picture(folder / "images" / "test" / key / "image.png", COLOURS[number % 4])
    _dump(folder / "problems.json", problems)
    _dump(folder / "pid_splits.json", {"train": [], "val": [], "test": list(problems)})


def write_vqav2(root, count):
    questions = [
        {"question_id": 9000 + n, "image_id": 500 + n // 2, "question": f"Thing {n} is {COLOURS[n % 4]}, is it?"}
        for n in range(count)
    ]
    annotations = [
        {
            "question_id": one["question_id"],
            "image_id": one["image_id"],
            "question_type": "is it",
            "answer_type": "other",
            "multiple_choice_answer": COLOURS[n % 4],
            "answers": [
                {"answer": COLOURS[n % 4], "answer_confidence": "yes", "answer_id": person} for person in range(1, 11)
            ],
        }
        for n, one in enumerate(questions)
    ]
    for part in ("val2014", "test2015"):
        _dump(root / "vqav2" / f"v2_OpenEnded_mscoco_{part}_questions.json", {"questions": questions})
        for n, one in enumerate(questions):
            _picture(root / "coco" / part / f"COCO_{part}_{one['image_id']:012d}.jpg", COLOURS[n % 4])
    _dump(root / "vqav2" / "v2_mscoco_val2014_annotations.json", {"annotations": annotations})


def write_mmmu(folder, count):
    """Half of the questions have choices, the other half are open."""
    rows = []
    for n in range(count):
        colour, data = COLOURS[n % 4], io.BytesIO()
        Image.new("RGB", (24, 16), colour).save(data, "PNG")
        has_choices = n % 2 == 0
        rows.append(
            {
                "id": f"validation_Art_{n + 1}",
                "question": f"<image 1> Which of {n} is {colour}?",
                "options": repr([f"a {one} thing" for one in COLOURS]) if has_choices else "[]",
                "answer": "ABCD"[n % 4] if has_choices else colour,
                "question_type": "multiple-choice" if has_choices else "open",
                "image_1": {"bytes": data.getvalue(), "path": "1.png"},
            }
        )
    (folder / "Art").mkdir(parents=True)
    for split in ("validation", "test"):
        told = rows if split == "validation" else [row | {"answer": "?"} for row in rows]
        pq.write_table(pa.Table.from_pylist(told), folder / "Art" / f"{split}-00000-of-00001.parquet")


def write_ocr_vqa(folder, count):
    """Two questions a book."""
    books = {}
    for n in range(0, count, 2):
        colours = COLOURS[n % 4], COLOURS[(n + 1) % 4]
        books[f"00{n}"] = {
            "imageURL": f"https://books.example/{n}.jpg",
            "questions": [f"Is cover {n} of book {n} {colours[0]}?", f"And is cover {n + 1} {colours[1]}?"],
            "answers": [colour.title() for colour in colours],
            "title": f"Book {n}",
            "authorName": "",
            "genre": "",
            "split": 3,
        }
        _picture(folder / "images" / f"00{n}.jpg", colours[0])
    _dump(folder / "dataset.json", books)


def write_textvqa(folder, count):
    rows = [
        {
            "question_id": 34000 + n,
            "image_id": f"pic{n // 2}",
            "question": f"What does sign {n} say, {COLOURS[n % 4]} or not?",
            "image_classes": [],
            "answers": [COLOURS[n % 4]] * 10,
        }
        for n in range(count)
    ]
    _dump(folder / "TextVQA_0.5.1_val.json", {"data": rows})
    secret = [{key: value for key, value in row.items() if key != "answers"} | {"answers": []} for row in rows]
    _dump(folder / "TextVQA_0.5.1_test.json", {"data": secret})
    for n in range(count):
        for place in ("train_images", "test_images"):
            _picture(folder / place / f"pic{n // 2}.jpg", COLOURS[n % 4])


def write_captions(folder, count):
    images = [
        {"id": 700 + n, "file_name": f"COCO_val2014_{700 + n:012d}.jpg", "width": 24, "height": 16}
        for n in range(count)
    ]
    rows = [
        {"id": n * 2 + again, "image_id": 700 + n, "caption": f"a {COLOURS[n % 4]} field number {n}{'!' * again}"}
        for n in range(count)
        for again in range(2)
    ]
    _dump(folder / "annotations" / "captions_val2014.json", {"images": images, "annotations": rows})
    for n, image in enumerate(images):
        _picture(folder / "val2014" / image["file_name"], COLOURS[n % 4])


def write_bfcl(folder, count):
    function = {
        "name": "paint.thing",
        "description": "Paint a thing.",
        "parameters": {
            "type": "dict",
            "properties": {"colour": {"type": "string", "description": "Its colour."}},
            "required": ["colour"],
        },
    }
    for category in ("simple_python", "irrelevance"):
        asked, right = [], []
        for n in range(count):
            key, colour = f"{category}_{n}", COLOURS[n % 4]
            question = [[{"role": "user", "content": f"Paint thing {n} {colour}."}]]
            asked.append({"id": key, "question": question, "function": [function]})
            right.append({"id": key, "ground_truth": [{"paint.thing": {"colour": [colour]}}]})
        files = {f"BFCL_v4_{category}.json": asked}
        if category != "irrelevance":
            files[f"possible_answer/BFCL_v4_{category}.json"] = right
        for name, rows in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))


def knowing(body, times):
    """Answer from the words of the prompt: all that is asked here is said in it."""
    content = body["messages"][-1]["content"]
    words = content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
    first = words.strip().splitlines()[0]
    number = next(n for n, colour in enumerate(COLOURS) if colour in first)
    if "tools" in body:
        name = body["tools"][0]["function"]["name"]
        call = Call("1", name, json.dumps({"colour": COLOURS[number]}))
        reply = completion("", model=body["model"], finish="tool_calls", calls=[call])
        return web.Response(body=reply, content_type="application/json")
    return "ABCD"[number] if "letter" in words else f" {COLOURS[number].title()}.\n"
