"""What the process of a worker is started with."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pipeline.executors.worker_environment import WORKER_ENVIRONMENT

BLOCK, ROUNDS = 100 << 20, 4
"""What Whisper's encoder takes and frees again for a batch of eight windows, in bytes, and how often."""
TAKE_AND_FREE = f"""
import ctypes, resource
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
for _ in range({ROUNDS}):
    block = libc.malloc({BLOCK})
    libc.memset(block, 1, {BLOCK})
    libc.free(block)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""


def faults(**environment: str) -> int:
    """The pages that the kernel had to give, each of which costs its time."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC")} | environment
    done = subprocess.run([sys.executable, "-c", TAKE_AND_FREE], env=given, capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="the variables are those of glibc")
def test_large_blocks_that_were_freed_are_used_again() -> None:
    pages_of_a_block = BLOCK // os.sysconf("SC_PAGE_SIZE")
    assert faults(**WORKER_ENVIRONMENT) < 2 * pages_of_a_block


GIVE_BACK = f"""
import ctypes, os
from pipeline.executors.worker_environment import give_back_freed_memory
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
block = libc.malloc({BLOCK})
libc.memset(block, 1, {BLOCK})
behind = libc.malloc(1 << 20)  # so that the freed block is not the end of the heap
libc.free(block)
kept = int(open("/proc/self/statm").read().split()[1])
give_back_freed_memory()
print((kept - int(open("/proc/self/statm").read().split()[1])) * os.sysconf("SC_PAGE_SIZE"))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="how much is resident is read from /proc")
def test_what_was_freed_is_kept_until_it_is_given_back() -> None:
    environment = os.environ | WORKER_ENVIRONMENT
    done = subprocess.run(
        [sys.executable, "-c", GIVE_BACK], env=environment, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) > 0.9 * BLOCK
