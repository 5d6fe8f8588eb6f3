"""What a prompt set may hold: the keys of its YAML, typed.

The first eight keys of an entry are those of an earlier generator, whose files are read as they are.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from pictus.errors import Fault
from pictus.json_schema import problems_of_schema
from pictus.prompt import Sampling
from pictus.typed_yaml import Section

Input: TypeAlias = Literal[
    "captions",
    "boxes",
    "boxes_openimages",
    "boxes_in_words",
    "present",
    "absent",
    "relations",
    "narratives",
    "texts",
    "motions",
    "picture",
]
Words: TypeAlias = Annotated[str, Field(pattern=r"\S")]  # at least one
AnswerKind: TypeAlias = Literal["conversation", "text", "json", "calls"]


def _is_schema(value: dict[str, Any] | None) -> dict[str, Any] | None:
    if value is not None and not isinstance(value.get("type"), str):
        raise Fault("a JSON Schema says its `type`", mend="write it, as `type: object`")
    try:
        # What is not checked here may still be known to the model's server; what is broken breaks on the first answer.
        broken = [one for one in problems_of_schema(value or {}) if not one.endswith(("supported", "not describe"))]
    except TypeError as error:
        broken = [str(error)]
    if broken:
        raise Fault(broken[0], mend="write it as JSON Schema has it")
    return value


class Example(Section):
    """A worked example: what the user turn says and what the model answers."""

    input: str
    output: str


class BoxText(Section):
    """How boxes are written into a prompt."""

    order: Literal["corners", "xywh", "center"] = "corners"  # left top right bottom; left top width height; x y w h
    unit: Literal["fraction", "thousand", "pixels"] = "fraction"
    digits: int = Field(default=3, ge=0, le=6)  # of fractions


class SamplingKeys(Section):
    """How the model chooses its words."""

    temperature: Annotated[float | None, Field(ge=0, le=2)] = None
    top_p: Annotated[float | None, Field(gt=0, le=1)] = None
    max_tokens: Annotated[int | None, Field(ge=1)] = None
    stop: list[str] = []

    def sampling(self) -> Sampling:
        """Give it as prompts carry it."""
        return Sampling(
            temperature=self.temperature, top_p=self.top_p, max_tokens=self.max_tokens, stop=tuple(self.stop)
        )


class Turns(Section):
    """How many questions a conversation may have; surplus ones at the end are cut."""

    least: int = Field(default=1, ge=1)
    most: int = Field(default=100, ge=1)


class Entry(Section):
    """One kind of instruction."""

    type: str | None = None
    system_prompt: str = ""
    inputs: list[Input] = []
    examples: list[Example] = []
    split_user_assistant: str | None = None  # the line between questions and answers
    stopwords: list[str] = []  # labels, removed where a part begins with one
    instructions: list[Words] = []  # questions for an answer that begins with none
    system_prompt_instructions_variations: list[str] = []  # kept for old files; nothing ever read it

    what: str = ""
    template: str | None = None  # Jinja2, of the last message; unless set, the inputs one below the other
    answer: AnswerKind | None = None
    answer_schema: Annotated[dict[str, Any] | None, AfterValidator(_is_schema)] = Field(default=None, alias="schema")
    tools: str | None = None  # of an answer that is calls: `library`, or a JSON file of your own
    sampling: SamplingKeys = SamplingKeys()
    per_picture: int = Field(default=1, ge=1, le=1000)
    share: Annotated[float, BeforeValidator(lambda v: float(v) if type(v) is int else v)] = Field(1.0, gt=0, le=1)
    turns: Turns = Turns()
    language: str = "English"
    boxes: BoxText = BoxText()
    context: int | None = Field(default=None, ge=256)  # tokens that prompt and answer may have together
    tries: int = Field(default=3, ge=1, le=10)  # how often an answer that cannot be read is asked for

    @property
    def kind(self) -> AnswerKind:
        """Say what the answer is read as."""
        return self.answer or ("conversation" if self.split_user_assistant else "text")

    @property
    def sees(self) -> bool:
        """Say whether the model gets the picture itself."""
        return "picture" in self.inputs

    @model_validator(mode="after")
    def _is_whole(self) -> "Entry":
        if self.kind == "conversation" and not self.split_user_assistant:
            raise Fault(
                "a conversation needs `split_user_assistant`, the line between its parts",
                mend="add it, as `split_user_assistant: ===`",
            )
        if self.kind == "text" and not self.instructions:
            raise Fault(
                "an answer that is one text needs `instructions`, the questions that it may answer",
                mend="add them, as `instructions: [Describe the picture.]`",
            )
        if (self.kind == "calls") != (self.tools is not None):
            raise Fault(
                "`answer: calls` and `tools` go together",
                mend="write both, with `tools: library`, or a JSON file of your own; or neither",
            )
        if self.kind == "json" and self.answer_schema is None:
            raise Fault("an answer in JSON needs its `schema`", mend="add it, as `schema: {type: object}`")
        if not (self.inputs or self.template):
            raise Fault(
                "it has no `inputs` and no `template`, so the model would know nothing of the picture",
                mend="give one of them, as `inputs: [captions, boxes]`",
            )
        if self.turns.least > self.turns.most:
            raise Fault("`turns.least` is more than `turns.most`", mend="write them the other way round")
        if self.template is not None:
            from pictus.prompt_sets.template import compiled

            compiled(self.template)
        return self


class PromptSet(Section):
    """Entries by name, asked about every record in this order."""

    name: str
    what: str = ""
    entries: dict[str, Entry]
    notes: list[str] = []  # what a reader should know of the file: few-shots that lost their lines

    def digest(self) -> str:
        """Name the content of the set, for the card of what it made."""
        from hashlib import sha256

        return sha256(self.model_dump_json().encode()).hexdigest()[:12]
