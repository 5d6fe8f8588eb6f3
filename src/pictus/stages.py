"""The part of a recipe that says what each training stage is fed with, and how it is trained."""

import re
from typing import Annotated, Any, Literal, Self, TypeAlias, get_args

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from pictus import plugins
from pictus.errors import Fault, meant
from pictus.typed_yaml import Section

StageName: TypeAlias = Literal["align", "pretrain", "instruct", "tools"]
STAGES: tuple[StageName, ...] = get_args(StageName)  # in the order of a training
CaptionStyle: TypeAlias = Literal["plain", "asked"]
Module: TypeAlias = Literal["vision", "projector", "language", "lora"]
Projector: TypeAlias = Literal["mlp2", "linear", "shuffle"]

_WITH_EXPONENT = re.compile(r"[+-]?\d+(\.\d*)?[eE][+-]?\d+")


def _number(value: Any) -> Any:
    """Take whole numbers too, and `2e-5`, which YAML wants to be `2.0e-5` and otherwise takes for text."""
    is_meant = isinstance(value, str) and _WITH_EXPONENT.fullmatch(value)
    return float(value) if is_meant or type(value) is int else value


Number = Annotated[float, BeforeValidator(_number)]
Share = Annotated[Number, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]


def one_key(value: Any) -> Any:
    """Read `- answer_length: {minimum: 3}` and `- answer_length` alike."""
    if not isinstance(value, list):
        return value
    named: dict[str, Any] = {}
    for item in value:
        if isinstance(item, str):
            named[item] = {}
        elif isinstance(item, dict) and len(item) == 1:
            named |= {name: settings or {} for name, settings in item.items()}
        else:
            raise Fault(
                "each item is the name of a check, or a name with its settings",
                mend="write `- turn_order`, or `- answer_length: {minimum: 3}`",
            )
    return named


def is_source(name: str) -> str:
    """Refuse a name that no source has."""
    if name not in plugins.names("sources"):
        raise Fault(f"unknown source `{name}`", mend=meant(name, plugins.names("sources")))
    return name


class Bounds(Section):
    """What a score of a side table must be."""

    least: Number | None = None
    most: Number | None = None

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if self.least is None and self.most is None:
            raise Fault("no bound is given", mend="say `least`, `most` or both, as `{least: 4}`")
        return self


class Part(Section):
    """Some rows of one corpus, dataset or file, and how often they come."""

    corpus: str | None = None  # a folder that pictus made
    source: Annotated[str, AfterValidator(is_source)] | None = None  # a dataset, whose files lie in `at`
    data: str | None = None  # a file in a known format, whose pictures lie in `images`
    meta: str | None = None  # ImageBind-LLM's META file, whose pictures lie in `images`
    at: str | None = None
    images: str | None = None
    splits: list[str] = Field(default_factory=list)
    settings: dict[str, Any] = Field(default_factory=dict)  # of the source or format
    picture_licence: str | None = None  # where the data says nothing of it
    text_licence: str | None = None
    model_terms: str | None = None

    weight: Share | None = None  # its share of the stage, beside the weights of others
    epochs: Share | None = None  # how often each row comes
    rows: Count | None = None  # how many samples come

    require: Literal["commercial", "derivatives", "train"] | None = None  # only rows that may be used so
    stage: StageName | None = None  # only rows of datasets that are meant for it
    checks: Annotated[dict[str, dict[str, Any]], BeforeValidator(one_key)] = Field(default_factory=dict)
    scores: dict[str, Bounds] = Field(default_factory=dict)  # by `table.column` of a side table

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        given = [name for name in ("corpus", "source", "data", "meta") if getattr(self, name) is not None]
        if len(given) != 1:
            raise Fault(
                f"{' and '.join(f'`{one}`' for one in given)} say each what it reads"
                if given
                else "nothing says what it reads",
                mend="name one of `corpus`, `source`, `data` and `meta`, as `{corpus: FOLDER}`",
            )
        goes_with: dict[str, tuple[str, ...]] = {"at": ("source",), "splits": ("source",), "images": ("data", "meta")}
        goes_with["scores"] = ("corpus",)
        goes_with |= dict.fromkeys(("settings", *STATED), ("source", "data", "meta"))
        for name, kinds in goes_with.items():
            if getattr(self, name) and given[0] not in kinds:
                wanted = " or ".join(f"`{kind}`" for kind in kinds)
                raise Fault(f"`{name}` goes with {wanted}, not with `{given[0]}`", mend=f"take `{name}` out")
        if sum(one is not None for one in (self.weight, self.epochs, self.rows)) > 1:
            raise Fault("how much of it comes is said twice", mend="give one of `weight`, `epochs` and `rows`")
        for name in self.scores:
            if name.count(".") != 1:
                raise Fault(f"`{name}` is no `table.column` of a side table", mend="write it as `judge.factuality`")
        return self

    @property
    def name(self) -> str:
        """Name it as tables show it."""
        return self.source or self.corpus or self.data or self.meta or ""


STATED = ("picture_licence", "text_licence", "model_terms")


class Lora(Section):
    """Small matrices that are trained beside the layers of the language model, which stay as they are."""

    rank: Count = 128
    alpha: Share = 256.0  # what they add is multiplied by alpha / rank
    dropout: Annotated[Number, Field(ge=0, lt=1)] = 0.0
    targets: list[str] = Field(default_factory=list)  # last names of linear layers, as q_proj; all of them where empty
    merged: bool = True  # saved inside the weights; else as an adapter beside them


class Training(Section):
    """How a stage is trained: the figures of a paper or of your own."""

    trained: list[Module] = Field(default_factory=list)
    learning_rate: dict[Module | Literal["all"], Share] = Field(default_factory=dict)  # `all` for those not named
    lora: Lora | None = None  # how, where `lora` is trained; None for the defaults
    batch: Count  # samples of a step, on all devices together
    schedule: Literal["cosine", "constant", "linear"] = "cosine"
    warmup: Annotated[Number, Field(ge=0, lt=1)] = 0.0  # share of the steps
    weight_decay: Annotated[Number, Field(ge=0)] = 0.0
    betas: Annotated[list[Annotated[Number, Field(ge=0, lt=1)]], Field(min_length=2, max_length=2)] = [0.9, 0.999]
    clip: Share = 1.0  # the most that the gradients' norm may be
    skip_spikes: bool = False  # learn nothing from a step whose loss is far above the last ones
    max_tokens: Annotated[int, Field(ge=16)] = 2048  # of a sample, its pictures included
    image_tokens: Count = 576  # that a picture takes
    note: str = ""  # what was read where, and what differs from it

    @model_validator(mode="after")
    def _a_picture_fits(self) -> Self:
        if self.image_tokens >= self.max_tokens:
            raise Fault(
                f"a picture takes {self.image_tokens} tokens, and `max_tokens` is {self.max_tokens}",
                mend=f"write more, as `max_tokens: {4 * self.image_tokens}`, or fewer `image_tokens`",
            )
        return self

    @model_validator(mode="after")
    def _rates_of_what_is_trained(self) -> Self:
        idle = [name for name in self.learning_rate if name != "all" and name not in self.trained]
        if self.trained and idle:
            what = f"a learning rate for {', '.join(idle)}, which is not trained"
            raise Fault(what, mend=f"write `trained: [{', '.join([*self.trained, *idle])}]`, or take the rate out")
        slow = [name for name in self.trained if not {name, "all"} & set(self.learning_rate)]
        if slow:
            mend = f"give one by its name, as `learning_rate: {{{slow[0]}: 2.0e-5}}`, or to `all`"
            raise Fault(f"{', '.join(slow)} has no learning rate", mend=mend)
        if self.lora is not None and "lora" not in self.trained:
            mend = f"add lora to `trained`: `trained: [{', '.join([*self.trained, 'lora'])}]`"
            raise Fault("`lora` says how the adapters are made, and they are not trained", mend=mend)
        if {"lora", "language"} <= set(self.trained):
            raise Fault(
                "`language` and `lora`, which stands beside it, are both trained", mend="take one out of `trained`"
            )
        return self

    def rate_of(self, module: Module) -> float:
        """Give the learning rate of a module that is trained."""
        return self.learning_rate.get(module, self.learning_rate.get("all", 0.0))


class Stage(Section):
    """What one stage is fed with."""

    data: Annotated[list[Part], Field(min_length=1)]
    samples: Count | None = None  # of the whole stage, where parts have weights
    captions: CaptionStyle | None = None  # how captions become turns; plain to align, else asked
    train: Training | None = None

    @model_validator(mode="after")
    def _weights_or_counts(self) -> Self:
        weighted = [part.weight is not None for part in self.data]
        if any(weighted) and not all(weighted):
            lacking = f"part {weighted.index(False) + 1} has no `weight`, and others have one"
            raise Fault(lacking, mend="give all parts of a stage weights, or none")
        if self.samples is not None and not all(weighted):
            what = "`samples` goes with weights: epochs and rows say already how many there are"
            raise Fault(what, mend="take `samples` out, or give each part a weight, as `weight: 1`")
        return self


def in_order(stages: dict[StageName, Stage]) -> dict[StageName, Stage]:
    """Refuse stages that stand in another order than they are trained in."""
    wanted = [name for name in STAGES if name in stages]
    if wanted != list(stages):
        raise Fault(f"they are trained in the order {', '.join(wanted)}", mend="write them in this order")
    return stages


class Square(Section):
    """How a picture of any shape becomes the square that a vision tower takes."""

    side: Annotated[int, Field(ge=8)] | None = None  # in pixels; None for the tower's own
    fit: Literal["squash", "crop", "pad"] | None = None  # None: pad for CLIP, as LLaVA-1.5 does; squash for SigLIP


class Model(Section):
    """The parts that a model is built from."""

    vision: str = ""  # a folder or an id of the Hub
    language: str = ""
    projector: Projector | None = None  # mlp2 where nothing is said
    shuffle: Annotated[int, Field(ge=2)] = 2  # side of the square of patches that `shuffle` makes one token of
    vision_layer: int = -2  # whose output the projector takes, counted from the last, -1
    image: Square = Square()
    random: list[Literal["vision", "language"]] = Field(default_factory=list)  # weights drawn, not read
    seed: int = 0  # of all that is drawn
    start: str = ""  # a model to begin with, instead of parts
    note: str = ""  # what of the original these parts stand for

    @model_validator(mode="after")
    def _parts_or_a_model(self) -> Self:
        plain = type(self).model_construct()  # what is written out as it is anyway says nothing
        said = [name for name in type(self).model_fields if getattr(self, name) != getattr(plain, name)]
        clash = [name for name in said if name not in ("start", "note", "seed")]
        if self.start and clash:
            raise Fault("`start` names a model as it is", mend=f"leave out {', '.join(clash)}")
        if "shuffle" in said and self.projector != "shuffle":
            raise Fault(
                "`shuffle` goes with `projector: shuffle`", mend="write `projector: shuffle`, or take `shuffle` out"
            )
        return self

    @model_validator(mode="after")
    def _no_bridge(self) -> Self:
        for path in (self.vision, self.language, self.start):
            if path.replace("\\", "/").rpartition("/")[2] == "7B-pretrained.pth":
                raise Fault(
                    "7B-pretrained.pth holds the bridge and the gates between ImageBind and LLaMA, which no LLaVA has",
                    mend="name a vision tower and a language model, and train a projector between them",
                )
        return self
