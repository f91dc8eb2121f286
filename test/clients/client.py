"""What a Python program does with libstapsdt through ctypes, every handle but one opaque.

Usage: client.py memfd|file, see trace.sh

SPDX-License-Identifier: MIT
"""

import ctypes
import sys
import time
from ctypes import c_char_p, c_int, c_int64, c_uint64, c_void_p

MEMFD = {"file": 0, "memfd": 1}
INT8, INT16, INT32, INT64 = -1, -2, -4, -8
UINT8, UINT16, UINT32, UINT64 = 1, 2, 4, 8


class Provider(ctypes.Structure):
    _fields_ = [
        ("name", c_char_p),
        ("probes", c_void_p),
        ("errno", c_int),
        ("error", c_char_p),
        ("_handle", c_void_p),
        ("_filename", c_char_p),
    ]


library = ctypes.CDLL("libstapsdt.so.0")
library.providerInit.restype = ctypes.POINTER(Provider)
library.providerAddProbe.restype = c_void_p

provider = library.providerInit(b"client")
assert library.providerUseMemfd(provider, MEMFD[sys.argv[1]]) == 1


def add(name, *types):
    return c_void_p(library.providerAddProbe(provider, name, len(types), *types))


signed = add(b"signed", INT8, INT16, INT32, INT64, INT8, INT64)
unsigned = add(b"unsigned", UINT8, UINT16, UINT32, UINT64, UINT8, UINT64)
if library.providerLoad(provider) != 0:
    sys.exit(f"client.py: error {provider.contents.errno}: {provider.contents.error.decode()}")

print(provider.contents._filename.decode(), flush=True)
while not (library.probeIsEnabled(signed) and library.probeIsEnabled(unsigned)):
    time.sleep(0.001)
while library.probeIsEnabled(signed) or library.probeIsEnabled(unsigned):
    library.probeFire(signed, *map(c_int64, (-1, -2, -3, -4, 127, -(2**63))))
    library.probeFire(unsigned, *map(c_uint64, (255, 65535, 2**32 - 1, 2**64 - 1, 0, 2**63)))
    time.sleep(0.001)
assert library.providerUnload(provider) == 0
library.providerDestroy(provider)
