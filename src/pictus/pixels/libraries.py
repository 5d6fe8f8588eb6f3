"""The libraries that turn pictures over quickly, which only acquiring needs."""

from functools import cache
from types import ModuleType

from pictus.errors import PictusError

_INSTALL = "pip install 'pictus[acquire]'"


@cache
def load_libraries() -> tuple[ModuleType, ModuleType]:
    """Give simplejpeg and cv2; say what to install where they are missing."""
    try:
        import cv2
        import simplejpeg
    except ImportError as error:
        raise PictusError(f"{error.name} is missing", where="making pictures", mend=_INSTALL) from None
    cv2.setNumThreads(1)  # many pictures are made at once; threads within one would only get in each other's way
    return simplejpeg, cv2


def versions() -> dict[str, str]:
    """Name what the bytes of a made picture depend on."""
    import PIL
    from PIL import features

    simplejpeg, cv2 = load_libraries()
    codecs = {name: features.version(name) or "" for name in ("webp", "avif", "libjpeg_turbo", "littlecms2", "zlib")}
    return {"pillow": PIL.__version__, "simplejpeg": simplejpeg.__version__, "opencv": cv2.__version__, **codecs}
