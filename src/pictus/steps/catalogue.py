"""The catalogue: what plug-ins, prompt sets and recipes there are, and what is known of one."""

from dataclasses import MISSING, Field, asdict, dataclass, fields, is_dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pictus import plugins, recipe
from pictus.errors import PictusError
from pictus.prompt_sets.shelf import load_prompts, shipped_names, shipped_path
from pictus.steps.citations import citation_keys
from pictus.steps.outlook import Outlook, of_card, verdict
from pictus.store.marks import read_marks

FAMILIES: tuple[plugins.Family, ...] = ("sources", "formats", "backends", "checks", "tools", "benchmarks")
SHELVES: tuple[str, ...] = (*FAMILIES, "prompts", "recipes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A plug-in, prompt set or recipe as the catalogue lists it."""

    family: str
    name: str
    summary: str
    commercial: str = ""  # of a recipe: yes, no, or depends


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All that is known of one plug-in, prompt set or recipe."""

    family: str
    name: str
    summary: str
    help: str
    settings: tuple[tuple[str, str], ...]  # name, and what it is unless set
    card: dict[str, Any] | None = None
    layout: str = ""
    assets: tuple[dict[str, Any], ...] = ()
    text: str = ""  # of a prompt set or recipe: its YAML, to begin one's own with
    commercial: Outlook | None = None  # of a source or recipe
    stages: tuple[str, ...] = ()  # of a recipe that trains
    cite: tuple[str, ...] = ()  # keys of what to cite for a source
    read: bool | None = None  # of a source: whether the person at this machine marked it as read
    is_written: bool = True  # of a format: some are only read
    also: tuple[str, ...] = ()  # what else has this name, with the shelf before it


def names(shelf: str) -> tuple[str, ...]:
    """Name what stands on a shelf, reading as little as possible."""
    others = {"prompts": shipped_names, "recipes": recipe.shipped_names}
    return others[shelf]() if shelf in others else plugins.names(next(one for one in FAMILIES if one == shelf))


def entries(shelf: str) -> list[Entry]:
    """List a family, the prompt sets or the recipes; `datasets` knows more of sources."""
    if shelf == "prompts":
        return [Entry(family=shelf, name=name, summary=load_prompts(name).what) for name in shipped_names()]
    if shelf == "recipes":
        return [_recipe_entry(name) for name in recipe.shipped_names()]
    family = next(one for one in FAMILIES if one == shelf)
    return [Entry(family=family, name=name, summary=plugins.summary(family, name)) for name in plugins.names(family)]


def page(name: str) -> Page:
    """Find what has a name, or a shelf and a name where two have the same: `prompts/llava`."""
    shelf, _, bare = name.replace("-", "_").rpartition("/")
    found = [one for one in SHELVES if bare in names(one)]
    wanted = [one for one in found if shelf in ("", one)]
    if not wanted:
        is_place = bool(shelf) and shelf not in SHELVES  # no name of ours looks like a path
        close = (
            [] if is_place else get_close_matches(bare, sorted({known for one in SHELVES for known in names(one)}), n=1)
        )
        mend = f"{f'did you mean `{close[0]}`? ' if close else ''}`pictus list` shows what there is"
        if is_place:
            mend = "check the path, which should lead to a corpus; names are those that `pictus list` shows"
        if Path(name).exists():
            mend = f"`pictus check {name}` looks into a file or folder"
        raise PictusError(f"nothing is called `{name}`", where="the catalogue", mend=mend)
    also = tuple(f"{one}/{bare}" for one in found if one != wanted[0])
    return replace(_page(wanted[0], bare), also=also)


def _page(shelf: str, name: str) -> Page:
    if shelf == "prompts":
        return _prompts_page(name)
    if shelf == "recipes":
        return _recipe_page(name)
    family = next(one for one in FAMILIES if one == shelf)
    plugin = plugins.load_class(family, name)
    settings = [one for one in fields(plugin) if one.init] if is_dataclass(plugin) else []
    is_source = family == "sources"
    return Page(
        family=family,
        name=name,
        summary=plugins.summary(family, name),
        help=_help(plugin),
        settings=tuple((setting.name, repr(_default(setting))) for setting in settings),
        card=asdict(plugin.card) if is_source else None,
        layout=plugin.layout if is_source else "",
        assets=tuple(asdict(asset) for asset in plugin().assets()) if is_source else (),
        commercial=of_card(plugin.card) if is_source else None,
        cite=tuple(citation_keys([name])) if is_source else (),
        read=name in read_marks() if is_source else None,
        is_written=family != "formats" or bool(plugin.suffixes),
    )


def _help(plugin: type[Any]) -> str:
    """Give what a plug-in says of itself, and of each tool where it is a domain of them."""
    told = [f"- `{one.name}`: {one.description}" for one in getattr(plugin, "functions", ())]
    return "\n".join([" ".join((plugin.__doc__ or "").split()), *(["", *told] if told else [])])


def _default(setting: Field[Any]) -> Any:
    return setting.default if setting.default_factory is MISSING else setting.default_factory()


def _prompts_page(name: str) -> Page:
    prompts = load_prompts(name)
    told = [
        f"{key}: {entry.what} ({entry.kind}, from {', '.join(entry.inputs)})" for key, entry in prompts.entries.items()
    ]
    text = shipped_path(name).read_text("utf-8")
    return Page(family="prompts", name=name, summary=prompts.what, help="\n".join(told), settings=(), text=text)


def _recipe_entry(name: str) -> Entry:
    found = recipe.load_recipe(name)
    return Entry(family="recipes", name=name, summary=found.what, commercial=verdict(found).verdict)


def _recipe_page(name: str) -> Page:
    found = recipe.load_recipe(name)
    told = _stages_told(found) if found.stages else _generation_told(found)
    return Page(
        family="recipes",
        name=name,
        summary=found.what,
        help="\n".join(told),
        settings=(),
        text=recipe.shipped_path(name).read_text("utf-8"),
        commercial=verdict(found),
        stages=tuple(found.stages),
    )


def _generation_told(found: recipe.Recipe) -> list[str]:
    made = found.generate
    told = [f"source: {found.source}", f"backend: {made.backend}"]
    told += [f"model: {made.settings['model']}"] if "model" in made.settings else []
    told += [f"prompt set: {made.prompts}"] if made.prompts else []
    return [*told, *([f"kinds: {', '.join(made.kinds)}"] if made.kinds else [])]


def _stages_told(found: recipe.Recipe) -> list[str]:
    told = [f"{name}: {', '.join(part.name for part in stage.data)}" for name, stage in found.stages.items()]
    return [*told, f"note: {found.model.note}"] if found.model and found.model.note else told
