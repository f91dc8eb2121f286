-- What a LuaJIT program does with libstapsdt: its FFI reads the C declarations.
--
-- Usage: client.lua memfd|file, see trace.sh
--
-- SPDX-License-Identifier: MIT

local ffi = require("ffi")

local header = arg[0]:gsub("[^/]*$", "") .. "libstapsdt.h"
local file = assert(io.open(header))
local declarations = file:read("*a"):gsub("#[^\n]*", ""):gsub("MAX_ARGUMENTS", "6")
file:close()
ffi.cdef(declarations)
ffi.cdef("int usleep(unsigned int);")
local library = ffi.load("libstapsdt.so.0")

local provider = library.providerInit("client")
assert(library.providerUseMemfd(provider, "memfd_" .. (arg[1] == "memfd" and "enabled" or "disabled")) == 1)

local function add(name, ...)
  local types = {}
  for i, type in ipairs({...}) do
    types[i] = ffi.new("ArgType_t", type) -- a plain Lua number would go as a double
  end
  return library.providerAddProbe(provider, name, #types, unpack(types))
end

local signed = add("signed", "int8", "int16", "int32", "int64", "int8", "int64")
local unsigned = add("unsigned", "uint8", "uint16", "uint32", "uint64", "uint8", "uint64")
if library.providerLoad(provider) ~= 0 then
  error("error " .. tonumber(provider.errno) .. ": " .. ffi.string(provider.error))
end

print(ffi.string(provider._filename))
io.flush()
local function enabled(probe)
  return library.probeIsEnabled(probe) == 1
end
while not (enabled(signed) and enabled(unsigned)) do
  ffi.C.usleep(1000)
end
while enabled(signed) or enabled(unsigned) do
  library.probeFire(signed, -1LL, -2LL, -3LL, -4LL, 127LL, -0x7fffffffffffffffLL - 1)
  library.probeFire(unsigned, 255ULL, 65535ULL, 4294967295ULL, -1ULL, 0ULL, 0x8000000000000000ULL)
  ffi.C.usleep(1000)
end
assert(library.providerUnload(provider) == 0)
library.providerDestroy(provider)
