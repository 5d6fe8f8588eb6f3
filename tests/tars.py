"""Tar archives for tests, made by the standard library or bent by hand."""

import io
import tarfile


def tar_of(members, *, mode="w", kind=tarfile.USTAR_FORMAT) -> bytes:
    """Make an archive of names with their bytes; a `TarInfo` stands for itself."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=kind) as archive:
        for name, data in members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()
