"""Lines of one question and one answer, and how they come together again."""

import json

from pictus import plugins
from pictus.record import Media, Origin, Part, Record, Reject, Tool, Turn, make_record

ASK = Turn.of("user", "What?", images=1)
ORIGIN = Origin(
    dataset="coco2014",
    key="7",
    split="val",
    picture_licence="CC-BY-2.0",
    text_licence="CC-BY-4.0",
    model_terms="openai-output-terms",
    made_by="gpt-4o, small, llava/complex_reasoning, seed -3, mended: labels",
    parents=("p",),
)


def record(*turns, paths=("val2014/7.jpg",), origin=ORIGIN):
    media = [Media(path=path, root="/pictures") for path in paths]
    return make_record(origin, media=media, turns=turns)


TALK = record(ASK, Turn.of("assistant", "A mug."), Turn.of("user", "Red?"), Turn.of("assistant", "No."))


def write(path, *records):
    written = plugins.load("formats", "pairs").write(records, path)
    return written, [json.loads(line) for line in path.read_text().splitlines()]


def read(path, *rows):
    if rows:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return list(plugins.load("formats", "pairs").read(path, pictures="/pictures"))


def test_each_answer_is_a_line_with_an_id_of_its_own_and_all_that_is_known(tmp_path):
    written, (first, second) = write(tmp_path / "a.jsonl", TALK)
    assert written.rows == 1 and written.lost == {}
    assert first.pop("origin")["text_licence"] == "CC-BY-4.0"
    assert first == {
        "id": f"{TALK.id}-1",
        "conversation": TALK.id,
        "turn": 1,
        "type": "complex_reasoning",
        "instruction": "<image>\nWhat?",
        "response": "A mug.",
        "image": "val2014/7.jpg",
        "image_source": "coco2014",
    }
    assert (second["id"], second["instruction"], second["image"]) == (f"{TALK.id}-2", "Red?", "val2014/7.jpg")


def test_the_same_records_come_back_even_when_one_stands_there_twice(tmp_path):
    single = record(Turn.of("user", "Why?"), Turn.of("assistant", "So."), paths=())
    write(tmp_path / "a.jsonl", TALK, TALK, single)
    assert read(tmp_path / "a.jsonl") == [TALK, TALK, single]


def test_a_program_has_no_prompt_set_and_people_have_no_type(tmp_path):
    says = Turn.of("assistant", "A mug.")
    program = record(ASK, says, origin=Origin(dataset="d", key="1", made_by="program, detail, seed 0"))
    people = record(ASK, says, origin=Origin(dataset="d", key="1"))
    _, (first, second) = write(tmp_path / "a.jsonl", program, people)
    assert first["type"] == "detail" and "type" not in second


def test_what_a_line_cannot_hold_is_set_aside(tmp_path):
    says = Turn.of("assistant", "A mug.")
    two = record(Turn("user", (Part("image"), Part("image"))), says, paths=("a.jpg", "b.jpg"))
    written, rows = write(tmp_path / "a.jsonl", two, record(ASK, says, Turn.of("user", "And?")), TALK)
    assert [reject.reasons[0] for reject in written.rejected] == [
        "it has several pictures, and a row names one",
        "a question in it has no answer, and a row holds both",
    ]
    assert len(rows) == 2


def test_old_rows_without_a_mark_show_their_picture_first(tmp_path):
    row = {"id": "x", "instruction": "What?", "response": "A mug.", "image": "a.jpg", "type": "detail"}
    (one,) = read(tmp_path / "old.jsonl", row)
    assert [part.type for part in one.turns[0].parts] == ["image", "text"]
    assert (one.origin.dataset, one.origin.key, one.media[0].path) == ("old", "x", "a.jpg")


def test_lines_that_do_not_belong_together_stay_apart(tmp_path):
    pair = {"conversation": "c", "instruction": "What?", "response": "A mug."}
    rows = read(
        tmp_path / "a.jsonl",
        {**pair, "turn": 1, "image": "a.jpg"},
        {**pair, "turn": 2, "image": "b.jpg"},  # of one conversation, but not of one picture
        {**pair, "turn": 1},
        "no row",
        {**pair, "turn": 2},
        {**pair, "turn": 4},
        {**pair, "turn": 5, "origin": {"parents": [1]}},
        {**pair, "turn": 9, "origin": {"parents": [1]}},
    )
    reasons = [row.reasons[0] if isinstance(row, Reject) else len(row.turns) for row in rows]
    assert reasons == ["its lines name different pictures", 2, "the row is no object", 2, 4, "`parents` are no texts"]


def test_tools_are_left_to_other_formats(tmp_path):
    tool = Tool("look", "", "{}")
    one = make_record(ORIGIN, turns=[Turn.of("user", "Why?"), Turn.of("assistant", "So.")], tools=[tool])
    written, rows = write(tmp_path / "a.jsonl", one)
    assert isinstance(read(tmp_path / "a.jsonl")[0], Record) and len(rows) == written.rows == 1
