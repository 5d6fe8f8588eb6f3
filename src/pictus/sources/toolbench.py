"""ToolBench: what ChatGPT did with 16,000 real APIs, step by step, and the questions it was given."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from pictus.card import Asset, Card
from pictus.errors import PictusError, unknown_name
from pictus.reading.card_origin import origin_of
from pictus.reading.json import read_object, read_rows
from pictus.reading.places import find_file
from pictus.reading.rows import BadRow, json_of, key_of, list_in, record_rows, text_in
from pictus.reading.toolbench_dialogue import Dialogue, dialogue_of, messages_of_answer, messages_of_training
from pictus.reading.toolbench_tools import prompt_and_tools, tool_of_api, tools_of
from pictus.record import Facts, Origin, Record, Reject, Tool, Turn, make_record

_REPOSITORY = "https://github.com/OpenBMB/ToolBench"
_TRAINING = ("train", "eval")
_ANSWERS = ("G1_answer", "G2_answer", "G3_answer")
_QUERIES = ("G1_query", "G2_query", "G3_query")
_TESTS = ("G1_instruction", "G1_category", "G1_tool", "G2_instruction", "G2_category", "G3_instruction")
_KEPT = ("query", "win", "finish_type", "final_answer", "query_count", "total_tokens")


@dataclass(frozen=True, slots=True)
class Source:
    """ToolBench. The splits `train` and `eval` are the files made for training; others are read when named.

    `G1_answer`, `G2_answer`, `G3_answer` are the searches that those files were made of; each gives the way to the
    answer, and of the tree of other tries nothing. `G1_query`, `G2_query`, `G3_query` are all questions with their
    APIs, and `G1_instruction`, `G1_category`, `G1_tool`, `G2_instruction`, `G2_category`, `G3_instruction` those of
    the tests; a record of them is a question with no answer.

    The files for training hold a row for each step, whose beginning is the step before it: the last step has it all.
    Its prompt says the APIs in Python and asks for calls in words; here they are tools and calls, and the prompt says
    no more of them than that of the search. Every dialogue ends by calling `Finish`, which its prompt asks for and its
    tools hold. `facts.extra` keeps what the search itself remarked in between (`remarks`).
    """

    steps: Literal["last", "all"] = "last"  # of a dialogue: the step that holds all others, or each as its own record

    card: ClassVar[Card] = Card(
        title="ToolBench",
        what="Questions that take several calls of real web APIs, and how ChatGPT called them to an answer.",
        size="126,486 questions with solutions, 16,464 APIs of 3,451 tools, text only",
        stages=("tools",),
        picture_licence="no-picture",
        text_licence="Apache-2.0",
        model_terms="openai-output-terms",
        licence_note="The data is under Apache-2.0, beside a notice that it is for research and educational purposes. "
        "ChatGPT wrote the questions and the solutions; the results are what the APIs answered.",
        homepage=_REPOSITORY,
        paper="https://arxiv.org/abs/2307.16789",
        code=_REPOSITORY,
        data="https://drive.google.com/drive/folders/1TysbSWYpP8EioFu9xPJtpbJZMLLmwAmL",
        home="toolbench",
        advice="Many results are errors of APIs that were down, and many dialogues give up: `Finish` says which. "
        "The archive data_0801 is an older release.",
        checked="the 15 searches and 10 questions that its repository shows, and the 50 steps that its script makes of "
        "them",
        citation="""\
@misc{qin2023toolllm,
  title         = {ToolLLM: Facilitating Large Language Models to Master 16000+ Real-world APIs},
  author        = {Qin, Yujia and Liang, Shihao and Ye, Yining and Zhu, Kunlun and Yan, Lan and Lu, Yaxi and others},
  year          = {2023},
  eprint        = {2307.16789},
  archivePrefix = {arXiv}
}
""",
    )
    splits: ClassVar[tuple[str, ...]] = _TRAINING
    layout: ClassVar[str] = """\
data/toolllama_G123_dfs_train.json, data/toolllama_G123_dfs_eval.json
data/answer/G1_answer/10_ChatGPT_DFS_woFilter_w2.json   (also G2_answer, G3_answer)
data/instruction/G1_query.json                          (also G2_query.json, G3_query.json)
data/test_instruction/G1_instruction.json               (and others)"""

    def assets(self) -> tuple[Asset, ...]:
        """List the one archive there is."""
        hand = (
            "download data.zip from this folder in a browser; of a folder, the browser makes one archive, which will do"
        )
        return (Asset(url=self.card.data, path="data.zip", by_hand=hand, unpack=".", makes="data", nested=True),)

    def files(self, root: Path, split: str) -> list[Path]:
        """List the file of a split, or the folder of the answers."""
        name = _place(split)
        # The repository, where people unpack the data, has its code in a folder that has the name, too.
        folders = [root / base / folder for base in ("toolbench", "") for folder in ("", "data", "data_example")]
        folder = next((one for one in folders if any(one.glob(f"{name}*"))), root)
        mend = f"fetch data.zip from {self.card.data}, or name a split that is here with `--split`"
        return [find_file(folder, (name,), mend=mend)]

    def records(self, root: Path, split: str) -> Iterator[Record | Reject]:
        """Stream the records of a split, in the order of its file, or of the numbers of the questions."""
        (path,) = self.files(root, split)
        if split in _ANSWERS:
            rows, make = self._ways(path, split), self._answer
        elif split in _TRAINING:
            rows, make = self._steps(path), self._step
        else:
            rows, make = read_rows(path), self._question

        def record(row: Mapping[str, Any], where: str) -> Record:
            # Steps have ids that stand in several rows, so only the numbers of questions are keys.
            return make(row, self._origin(split, key_of(row, where, "query_id")))

        return record_rows(rows, record)

    def _ways(self, folder: Path, split: str) -> Iterator[tuple[str, Any] | Reject]:
        """Read the searches one by one: the way to the answer, or every step on it, beside what is told of it."""
        for path in sorted(folder.glob("*.json*"), key=_number):
            where = f"{split}/{path.name.partition('.json')[0]}"
            try:
                row = read_object(path)
                ways = [one for one in row["answer_generation"]["train_messages"] if isinstance(one, list)]
            except PictusError as error:
                yield Reject(where=where, reasons=(error.what,))
                continue
            except (KeyError, TypeError):
                ways = []
            if self.steps == "last" or not ways:
                yield where, {**row, "way": max(ways, key=len, default=None)} if isinstance(row, Mapping) else row
            else:
                yield from ((f"{where}, step {number}", {**row, "way": one}) for number, one in enumerate(ways, 1))

    def _steps(self, path: Path) -> Iterator[tuple[str, Any] | Reject]:
        """Read the steps of a file for training, which is read twice where only the last of each dialogue is wanted."""
        wanted = _last_steps(path) if self.steps == "last" else None
        return (row for number, row in enumerate(read_rows(path)) if wanted is None or number in wanted)

    def _answer(self, row: Mapping[str, Any], origin: Origin) -> Record:
        told = row["answer_generation"]
        if not told["valid_data"]:
            raise BadRow("the search found no answer: `valid_data` is false")
        if row["way"] is None:
            raise BadRow("the search has no list of messages")
        extra = {name: value for name in _KEPT if (value := told.get(name, row.get(name))) is not None}
        return _made(origin, dialogue_of(messages_of_answer(row["way"])), tools_of(told["function"]), extra)

    def _step(self, row: Mapping[str, Any], origin: Origin) -> Record:
        said = list_in(row, "conversations")
        if not said or said[0]["from"] != "system":
            raise BadRow("it does not begin with a prompt")
        prompt, tools = prompt_and_tools(text_in(said[0], "value"))
        dialogue = dialogue_of(messages_of_training([{**said[0], "value": prompt}, *said[1:]]))
        return _made(origin, dialogue, tools, {"id": row.get("id")})

    def _question(self, row: Mapping[str, Any], origin: Origin) -> Record:
        tools = tuple(dict.fromkeys(map(tool_of_api, list_in(row, "api_list"))))
        extra = {key: value for key, value in row.items() if key not in ("query", "query_id")}
        turns = (Turn.of("user", text_in(row, "query")),)
        return make_record(origin, turns=turns, tools=tools, facts=Facts(extra=json_of(extra)))

    def _origin(self, split: str, key: str) -> Origin:
        return origin_of(self.card, "toolbench", split, key)


def _place(split: str) -> str:
    if split in _TRAINING:
        return f"toolllama_G123_dfs_{split}.json"
    if split in _ANSWERS:
        return f"answer/{split}"
    if split in (*_QUERIES, *_TESTS):
        return f"{'instruction' if split in _QUERIES else 'test_instruction'}/{split}.json"
    raise unknown_name("split", split, (*_TRAINING, *_ANSWERS, *_QUERIES, *_TESTS), where="toolbench")


def _number(path: Path) -> tuple[int, str]:
    found = re.match(r"[0-9]{1,18}", path.name)
    return (int(found[0]) if found else -1, path.name)


def _made(origin: Origin, dialogue: Dialogue, tools: tuple[Tool, ...], extra: Mapping[str, Any]) -> Record:
    remarks = [{"before_turn": number, "text": text} for number, text in dialogue.remarks]
    kept = json_of({**extra, **({"remarks": remarks} if remarks else {})})
    return make_record(origin, turns=dialogue.turns, tools=tools, facts=Facts(extra=kept))


def _last_steps(path: Path) -> set[int]:
    """Find the longest row of each dialogue, wherever in the file its others stand; what is broken is kept too."""
    longest: dict[int, tuple[int, int]] = {}
    kept = set()
    for number, item in enumerate(read_rows(path)):
        row: Any = None if isinstance(item, Reject) else item[1]
        try:
            said = row["conversations"]
            name = hash((said[0]["value"], said[1]["value"]))
        except (KeyError, IndexError, TypeError):
            kept.add(number)
            continue
        longest[name] = max(longest.get(name, (0, 0)), (len(said), number))
    return kept | {number for _, number in longest.values()}
