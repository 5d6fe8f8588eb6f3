import pickle
import sys

import pytest

from pictus.errors import PictusError
from pictus.pixels.libraries import load_libraries, versions
from pictus.pixels.making import made
from pictus.pixels.unfit import Unfit
from pictus.pixels.wanted import Wanted
from pixels.drawing import encoded, noise


@pytest.mark.parametrize("library", ["cv2", "simplejpeg"])
def test_a_missing_library_is_told_with_its_extra_and_not_blamed_on_the_picture(monkeypatch, library):
    load_libraries.cache_clear()
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(PictusError) as fault:
        made(encoded(noise(64, 64)), Wanted(size=32, mode="keep_ratio"))
    assert (fault.value.what, fault.value.mend) == (f"{library} is missing", "pip install 'pictus[acquire]'")


def test_what_the_bytes_depend_on_is_named():
    assert {"pillow", "simplejpeg", "opencv", "libjpeg_turbo", "webp"} <= versions().keys()
    assert all(versions().values())


def test_a_reason_is_the_same_in_every_run_and_crosses_processes():
    fault = Unfit("decode_failed", "cannot read <_io.BytesIO object at 0x7f3c2a1b9d50>\n" + "and so on " * 30)
    assert fault.text.startswith("decode_failed: cannot read <_io.BytesIO object> and so on")
    assert len(fault.detail) == 120
    again = pickle.loads(pickle.dumps(fault))
    assert (again.reason, again.text, str(again)) == (fault.reason, fault.text, fault.text)
    assert Unfit("empty").text == "empty"
