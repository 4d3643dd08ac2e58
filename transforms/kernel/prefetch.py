"""Asking the processor for memory before it is needed: nothing in plain Python, one instruction a line when compiled.

A loop that jumps from array to array waits for memory at each jump. One that knows where it will jump next can have the
processor fetch that meanwhile (software prefetching, Callahan and others 1991). numba has no such call, so this module
makes LLVM's instruction `llvm.prefetch` known to it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

LINE = 64  # bytes that the processor fetches at once


def prefetch(values: NDArray[Any], begin: int | np.int64, end: int | np.int64) -> None:
    """Have `values[begin:end]`, a contiguous array, fetched into the processor's cache; changes no result."""


@cache
def register_prefetch() -> None:
    """Make `prefetch` known to numba, once a process; numba is installed."""
    import numba
    from llvmlite import ir

    proxy: Any = numba.core.cgutils.create_struct_proxy

    def type_line(_: Any, array: Any, position: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            start = proxy(array)(context, builder, arguments[0]).data
            pointer, flag = ir.IntType(8).as_pointer(), ir.IntType(32)
            function = builder.module.declare_intrinsic(
                "llvm.prefetch", [pointer], ir.FunctionType(ir.VoidType(), [pointer, flag, flag, flag])
            )
            address = builder.bitcast(builder.gep(start, [arguments[1]]), pointer)
            builder.call(function, [address, flag(0), flag(3), flag(1)])  # to read, to keep, data
            return context.get_dummy_value()

        return numba.types.void(array, position), generate

    fetch_line: Any = numba.extending.intrinsic(type_line)

    @numba.extending.overload(prefetch)
    def fetch(values: Any, begin: Any, end: Any) -> Callable[..., None]:
        step = LINE // (values.dtype.bitwidth // 8)

        def fetch_lines(values: Any, begin: Any, end: Any) -> None:
            for position in range(begin, end, step):
                fetch_line(values, position)

        return fetch_lines
