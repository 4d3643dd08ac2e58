"""The tables of py3langid's shipped model: a packed file in, arrays by name out."""

from __future__ import annotations

import lzma
from pathlib import Path
from struct import Struct
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

# What a member of a zip archive begins with (APPNOTE 4.3.7): a mark, how it is packed, how long name and extra are.
_MEMBER = Struct("<4s4xH16xHH")
_MARK = b"PK\x03\x04"
_STORED = 0


def read_tables(path: Path) -> dict[str, NDArray[Any]]:
    """Read an `.npz.xz` file, as py3langid ships one: NumPy arrays stored one after another, packed as a whole.

    Every array is unpacked right to where it stays. NumPy's own reader has to have all of the file first, copies every
    array and adds up its bytes, which the packing does already: twice the memory and half as much time again. Raises
    ValueError for a file of another form.
    """
    import numpy as np

    tables: dict[str, NDArray[Any]] = {}
    with lzma.open(path) as stream:
        while (head := stream.read(_MEMBER.size))[:4] == _MARK:
            _, packing, name_bytes, extra_bytes = _MEMBER.unpack(head)
            name = stream.read(name_bytes).decode("ascii", "replace").removesuffix(".npy")
            stream.read(extra_bytes)
            if packing != _STORED:
                raise ValueError(f"{path.name}: {name} is packed")
            if (version := np.lib.format.read_magic(stream)) != (1, 0):
                raise ValueError(f"{path.name}: {name} is of format {version}")
            shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(stream)
            if is_fortran or dtype.hasobject:
                raise ValueError(f"{path.name}: {name} is not plain rows")
            tables[name] = np.empty(shape, dtype)
            _fill(tables[name].reshape(-1).view(np.uint8).data, stream)
    return tables


def _fill(memory: memoryview, stream: IO[bytes]) -> None:
    at = 0
    while at < len(memory):
        count = stream.readinto(memory[at:])  # type: ignore[attr-defined]  # every buffered stream has it
        if not count:
            raise ValueError("the file ends too early")
        at += count
