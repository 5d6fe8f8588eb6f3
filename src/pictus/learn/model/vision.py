"""The vision tower: its shape from its files, and its weights for the side that pictures shall have."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import torch
from torch.nn.functional import interpolate
from transformers import AutoConfig, AutoModel, CLIPVisionConfig, CLIPVisionModel, SiglipVisionConfig, SiglipVisionModel

from pictus.backends.huggingface.folder import first_line
from pictus.errors import PictusError
from pictus.learn.model.open_clip import is_open_clip, open_clip_config, open_clip_numbers, open_clip_weights
from pictus.learn.model.parts import Part, check_weights, weights_of
from pictus.stages import Square

if TYPE_CHECKING:
    from transformers import PreTrainedModel

TowerConfig: TypeAlias = CLIPVisionConfig | SiglipVisionConfig
Numbers: TypeAlias = tuple[float, float, float]

_CLIP: tuple[Numbers, Numbers] = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
_SIGLIP: tuple[Numbers, Numbers] = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)
_POSITIONS = "embeddings.position_embedding.weight"


@dataclass(frozen=True, slots=True)
class Tower:
    """A vision tower that was found and not yet loaded."""

    part: Part
    own: TowerConfig  # as its files say
    config: TowerConfig  # as it will be, with the side that was asked for
    fit: Literal["squash", "crop", "pad"]
    mean: Numbers
    std: Numbers
    is_random: bool

    @property
    def is_clip(self) -> bool:
        """Say whether a token of the whole picture stands before those of its patches."""
        return isinstance(self.config, CLIPVisionConfig)

    @property
    def grid(self) -> int:
        """Count the patches along a side."""
        return int(self.config.image_size // self.config.patch_size)


def find_tower(part: Part, image: Square, *, is_random: bool) -> Tower:
    """Read what a tower is; one that no model here can be made of is refused."""
    own = open_clip_config(part) if is_open_clip(part) else _config(part)
    if not is_random:
        check_weights(part)
    config = type(own).from_dict(own.to_dict())
    if isinstance(config, SiglipVisionConfig):
        config.vision_use_head = False  # its weights pool the patches to one vector, which nothing here asks for
    config.image_size = image.side or own.image_size
    if config.image_size % config.patch_size and image.side:
        near = config.image_size // config.patch_size * config.patch_size
        mend = f"set `model.image.side` to {near} or {near + config.patch_size}"
        raise part.error(f"a side of {image.side} is no multiple of its patches of {config.patch_size}", mend)
    is_clip = isinstance(own, CLIPVisionConfig)
    mean, std = _numbers(part, _CLIP if is_clip else _SIGLIP)
    return Tower(part, own, config, image.fit or ("pad" if is_clip else "squash"), mean, std, is_random)


def load_tower(tower: Tower, *, dtype: torch.dtype, attention: str) -> "PreTrainedModel":
    """Load a tower, its positions spread over the side that was asked for; or draw it."""
    settings = {"dtype": dtype, "attn_implementation": attention}
    if tower.is_random:
        return AutoModel.from_config(tower.config, **settings)
    part = weights_of(tower.part)
    weights = open_clip_weights(part) if is_open_clip(part) else _weights(part, tower)
    if tower.config.image_size != tower.own.image_size:
        weights[_POSITIONS] = spread(weights[_POSITIONS], tower.grid, first=int(tower.is_clip))
    model = AutoModel.from_config(tower.config, **settings)
    # Frozen copies of what a checkpoint holds beside the tower's own, such as the numbers of positions, are no weights.
    wanted = model.state_dict()
    check_fit(part, wanted, {name: one for name, one in weights.items() if name in wanted})
    model.load_state_dict(weights, strict=False)
    return model


def check_fit(part: Part, wanted: dict[str, torch.Tensor], given: dict[str, torch.Tensor]) -> None:
    """Refuse weights that do not fit the config beside them, which would leave layers as they were drawn."""
    lost = [name for name in wanted if name not in given]
    odd = [name for name, one in given.items() if wanted[name].shape != one.shape]
    if lost or odd:
        told = f"{lost[0]} and {len(lost) - 1} more are missing" if lost else f"{odd[0]} has another shape"
        raise part.error(f"its weights do not fit its config: {told}", "download config and weights again, together")


def spread(positions: torch.Tensor, grid: int, *, first: int) -> torch.Tensor:
    """Spread the positions of a square of patches over another; those of the first tokens stay as they are."""
    kept, patches = positions[:first], positions[first:]
    side = round(len(patches) ** 0.5)
    square = patches.float().reshape(1, side, side, -1).permute(0, 3, 1, 2)
    wide = interpolate(square, (grid, grid), mode="bicubic", align_corners=False, antialias=True)
    return torch.cat([kept, wide.permute(0, 2, 3, 1).reshape(grid * grid, -1).to(positions.dtype)])


def _weights(part: Part, tower: Tower) -> dict[str, torch.Tensor]:
    kind = CLIPVisionModel if tower.is_clip else SiglipVisionModel
    own = type(tower.own).from_dict({**tower.own.to_dict(), "vision_use_head": False})
    try:
        model, told = kind.from_pretrained(part.folder, config=own, output_loading_info=True, local_files_only=True)
    except Exception as error:  # torn files and shapes that do not fit fail in many ways
        what = f"its weights cannot be loaded: {first_line(error)}"
        raise part.error(what, "download the model again") from None
    state: dict[str, torch.Tensor] = model.state_dict()
    check_fit(part, state, {name: one for name, one in state.items() if name not in told["missing_keys"]})
    return state


def _config(part: Part) -> TowerConfig:
    try:
        config = AutoConfig.from_pretrained(part.folder, local_files_only=True)
    except Exception as error:
        what = f"its config cannot be read: {first_line(error)}"
        raise part.error(what, "take a tower of the kind of CLIP or SigLIP") from None
    config = getattr(config, "vision_config", config)
    if type(config) not in (CLIPVisionConfig, SiglipVisionConfig):
        examples = "openai/clip-vit-large-patch14-336 or google/siglip-so400m-patch14-384"
        mend = f"take a tower of model type clip or siglip, as {examples}"
        raise part.error(f"no model is made of a tower of type {config.model_type} here", mend)
    return config


def _numbers(part: Part, usual: tuple[Numbers, Numbers]) -> tuple[Numbers, Numbers]:
    found: dict[str, Any] = {}
    if is_open_clip(part):
        numbers = open_clip_numbers(part)
        found = {"image_mean": numbers.get("mean"), "image_std": numbers.get("std")}
    elif (part.folder / "preprocessor_config.json").is_file():
        found = part.json("preprocessor_config.json")
    mean, std = found.get("image_mean") or usual[0], found.get("image_std") or usual[1]
    if len(mean) != 3 or len(std) != 3 or not all(std):
        raise PictusError("mean and deviation are of no three colours", where=part.where, mend="download it again")
    return (mean[0], mean[1], mean[2]), (std[0], std[1], std[2])
