"""Drives the shared library through ctypes, as a foreign client that was made for libstapsdt would.

Usage: client.py PATH_OF_LIBSTAPSDT_SO_0

SPDX-License-Identifier: MIT
"""

import ctypes
import os
import sys
import tempfile
import unittest
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_uint64, c_void_p

MAX_ARGUMENTS = 6
NO_ERROR, ELF, TMP, OPEN, SYMBOL, CLOSE = -1, 0, 1, 2, 3, 4
MEMFD_DISABLED, MEMFD_ENABLED = 0, 1
INT8, UINT8, INT16, UINT32, INT64, UINT64 = -1, 1, -2, 4, -8, 8


class Provider(Structure):
    pass


class Probe(Structure):
    _fields_ = [
        ("name", c_char_p),
        ("argFmt", c_int * MAX_ARGUMENTS),
        ("_fire", c_void_p),
        ("provider", POINTER(Provider)),
        ("argCount", c_int),
    ]


class ProbeList(Structure):
    pass


ProbeList._fields_ = [("probe", Probe), ("next", POINTER(ProbeList))]
Provider._fields_ = [
    ("name", c_char_p),
    ("probes", POINTER(ProbeList)),
    ("errno", c_int),
    ("error", c_char_p),
    ("_handle", c_void_p),
    ("_filename", c_char_p),
    ("_memfd", c_int),
    ("_use_memfd", c_int),
]

library = ctypes.CDLL(sys.argv.pop(1))
for function, result, arguments in (
    ("providerInit", POINTER(Provider), [c_char_p]),
    ("providerUseMemfd", c_int, [POINTER(Provider), c_int]),
    ("providerAddProbe", POINTER(Probe), None),  # variadic: the types are given at each call
    ("providerLoad", c_int, [POINTER(Provider)]),
    ("providerUnload", c_int, [POINTER(Provider)]),
    ("providerDestroy", None, [POINTER(Provider)]),
    ("probeFire", None, None),
    ("probeIsEnabled", c_int, [POINTER(Probe)]),
):
    getattr(library, function).restype = result
    getattr(library, function).argtypes = arguments


def descriptors():
    return len(os.listdir("/proc/self/fd"))


class Client(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        os.environ["TMPDIR"] = self.directory = directory.name
        self.provider = library.providerInit(b"python")
        self.addCleanup(library.providerDestroy, self.provider)

    def add(self, name, *types):
        return library.providerAddProbe(
            self.provider, name, c_int(len(types)), *(c_int(t) for t in types)
        )

    def fire(self, probe, *values):
        library.probeFire(probe, *(c_uint64(v) for v in values))

    def check_cycle(self):
        probe = self.add(b"full", INT8, UINT8, INT16, UINT32, INT64, UINT64)
        before = descriptors()
        self.assertEqual(library.probeIsEnabled(probe), 0)
        self.assertEqual(library.providerLoad(self.provider), 0, self.provider.contents.error)
        self.assertTrue(probe.contents._fire)
        self.assertEqual(library.probeIsEnabled(probe), 0)
        self.fire(probe, 2**64 - 1, 255, 2**64 - 2, 2**32 - 1, 2**63, 2**64 - 1)
        path = self.provider.contents._filename
        self.assertTrue(os.path.exists(path))
        self.assertEqual(library.providerUnload(self.provider), 0)
        self.assertFalse(probe.contents._fire)
        self.assertEqual(descriptors(), before)
        return path.decode()

    def test_memfd(self):
        self.assertEqual(library.providerUseMemfd(self.provider, MEMFD_ENABLED), 1)
        self.assertTrue(self.check_cycle().startswith(f"/proc/{os.getpid()}/fd/"))

    def test_file(self):
        self.assertEqual(library.providerUseMemfd(self.provider, MEMFD_DISABLED), 1)
        self.assertTrue(self.check_cycle().startswith(f"{self.directory}/python-"))
        self.assertEqual(os.listdir(self.directory), [])

    def test_values_reach_the_stub(self):
        seen = []
        stub = CFUNCTYPE(None, *[c_uint64] * MAX_ARGUMENTS)(lambda *values: seen.append(values))
        probe = self.add(b"intercepted", *[UINT64] * MAX_ARGUMENTS)
        probe.contents._fire = ctypes.cast(stub, c_void_p)
        values = (1, 2**64 - 1, 2**63, 0, 2**32, 6)
        self.fire(probe, *values)
        probe.contents._fire = None
        self.assertEqual(seen, [values])

    def test_layout(self):
        probe = self.add(b"layout", INT8, UINT64)
        self.assertEqual(self.provider.contents.name, b"python")
        self.assertEqual(probe.contents.name, b"layout")
        self.assertEqual(list(probe.contents.argFmt), [INT8, UINT64, 0, 0, 0, 0])
        self.assertEqual(probe.contents.argCount, 2)
        self.assertEqual(
            ctypes.addressof(probe.contents.provider.contents),
            ctypes.addressof(self.provider.contents),
        )
        self.assertEqual(
            ctypes.addressof(self.provider.contents.probes.contents.probe),
            ctypes.addressof(probe.contents),
        )

    def check_error(self, kind, *words):
        self.assertEqual(self.provider.contents.errno, kind)
        for word in (b"python", *words):
            self.assertIn(word, self.provider.contents.error)

    def test_errors(self):
        self.assertEqual(self.provider.contents.errno, NO_ERROR)
        self.assertTrue(self.add(b"probe"))
        self.assertFalse(self.add(b"probe"))
        self.check_error(ELF, b"probe")
        self.assertFalse(self.add(b"seven", *[INT8] * 7))
        self.check_error(ELF, b"seven", b"7 arguments")
        self.assertFalse(library.providerAddProbe(self.provider, b"minus", c_int(-1)))
        self.check_error(ELF, b"minus", b"-1 arguments")
        self.assertFalse(self.add(b"typeless", 3))
        self.check_error(ELF, b"typeless", b"type 3")
        os.environ["TMPDIR"] = "/nowhere"
        library.providerUseMemfd(self.provider, MEMFD_DISABLED)
        self.assertNotEqual(library.providerLoad(self.provider), 0)
        self.check_error(TMP, b"/nowhere/", b"No such file")
        library.providerUseMemfd(self.provider, MEMFD_ENABLED)
        self.assertEqual(library.providerLoad(self.provider), 0)
        self.assertNotEqual(library.providerLoad(self.provider), 0)
        self.check_error(OPEN, b"loaded already")
        self.assertEqual(library.providerUseMemfd(self.provider, MEMFD_DISABLED), 0)


if __name__ == "__main__":
    unittest.main()
