/* Does what victim/main.go does. */
#include <stdio.h>

#include "libstapsdt.h"

int main(int count, char **arguments) {
  SDTProvider_t *provider = providerInit("victim");
  providerAddProbe(provider, "hit", 1, uint64);
  if (count > 1) {
    providerUseMemfd(provider, memfd_disabled);
  }
  if (count > 2) {
    char path[4096];
    snprintf(path, sizeof path, "%s/image.so", arguments[2]);
    providerUseFile(provider, path);
  }
  puts(providerLoad(provider) == 0 ? provider->_filename : provider->error);
  providerDestroy(provider);
  return 0;
}
