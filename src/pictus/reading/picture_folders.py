"""The tree of picture folders that LLaVA, ShareGPT4V and ConvLLaVA share: whose pictures lie where."""

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class PictureFolder:
    """A folder below the data root."""

    path: str
    source: str  # whose pictures they are
    licence: str  # of these, as `licence.py` names it


FOLDERS = (
    PictureFolder("coco/train2017", "coco2017", "per-item"),
    PictureFolder("llava/llava_pretrain/images", "lcs558k", "third-party-copyright"),
    PictureFolder("gqa/images", "gqa", "per-item"),
    PictureFolder("ocr_vqa/images", "ocr_vqa", "third-party-copyright"),
    PictureFolder("textvqa/train_images", "textvqa", "per-item"),
    PictureFolder("share_textvqa/images", "share_textvqa", "per-item"),
    PictureFolder("vg/VG_100K", "visual_genome", "per-item"),
    PictureFolder("vg/VG_100K_2", "visual_genome", "per-item"),
    PictureFolder("sam/images", "sa1b", "sa-1b-research"),
    PictureFolder("web-celebrity/images", "web_celebrity", "research-only"),
    PictureFolder("web-landmark/images", "web_landmark", "research-only"),
    PictureFolder("wikiart/images", "wikiart", "research-only"),
    PictureFolder("allava/allava_laion/images", "allava_caption", "third-party-copyright"),
    PictureFolder("vflan/images_191task_1k", "vision_flan", "per-item"),
)


def folder_of(path: str) -> PictureFolder | None:
    """Find the folder that a picture lies in."""
    return _folder_of(path.rpartition("/")[0])


def licence_in(path: str) -> str:
    """Give the licence of a picture by the folder it lies in."""
    folder = folder_of(path)
    return "unknown" if folder is None else folder.licence


@lru_cache(4096)
def _folder_of(folder: str) -> PictureFolder | None:
    return next((one for one in FOLDERS if folder == one.path or folder.startswith(f"{one.path}/")), None)
