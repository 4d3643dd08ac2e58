"""The tables of py3langid's shipped model, as arrays over one piece of memory: a file in, arrays by name out."""

from __future__ import annotations

import io
import lzma
import zipfile
from pathlib import Path
from struct import Struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

# What a member of a zip archive begins with (APPNOTE 4.3.7): 26 bytes that matter not, and how long name and extra are.
_LOCAL_HEADER = Struct("<26xHH")


def read_tables(path: Path) -> dict[str, NDArray[Any]]:
    """Read an `.npz.xz` file, as py3langid ships one: NumPy arrays stored one after another, packed as a whole.

    The arrays lie where they were unpacked to: NumPy's own reader copies and adds up every one of them, which takes as
    long again as unpacking. The packing has a checksum of its own. Raises ValueError for a file of another form.
    """
    import numpy as np

    data = lzma.decompress(path.read_bytes())
    tables: dict[str, NDArray[Any]] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            if member.compress_type != zipfile.ZIP_STORED:
                raise ValueError(f"{path.name}: {member.filename} is packed")
            name_bytes, extra_bytes = _LOCAL_HEADER.unpack_from(data, member.header_offset)
            start = member.header_offset + _LOCAL_HEADER.size + name_bytes + extra_bytes
            head = io.BytesIO(data[start : start + 4096])
            version = np.lib.format.read_magic(head)
            if version != (1, 0):
                raise ValueError(f"{path.name}: {member.filename} is of format {version}")
            shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(head)
            if is_fortran or dtype.hasobject:
                raise ValueError(f"{path.name}: {member.filename} is not plain rows")
            flat = np.frombuffer(data, dtype, count=int(np.prod(shape)), offset=start + head.tell())
            tables[member.filename.removesuffix(".npy")] = flat.reshape(shape)
    return tables
