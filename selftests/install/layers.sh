#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# layers.sh - scripts/check-layers.sh finds a breach of each of its rules
#
# Usage: selftests/install/layers.sh
#
# Each breach is planted in a fresh copy of the module's sources. Prints TAP; needs gcc and nm, but no kernel.
set -eu
# shellcheck source=selftests/install/breach.sh
. "$(dirname "$0")/breach.sh" module

silent "the module keeps all rules" keeps

into frames/zone.c '#include "objects/cache.h"'
breach "R1: an include of a higher floor" 'frames/zone.c:[0-9]+: .*"objects/cache.h", which is not on a lower floor'
into regions/region.c '#include "objects/cache.h"'
breach "R1: an include across the floor" 'regions/region.c:[0-9]+: .*"objects/cache.h"'
into frames/zone.c '#include "frames/nowhere.h"'
breach "R1: an include that does not exist" 'frames/zone.c:[0-9]+: .*not there'
object frames/planted_user 'void mctl_planted(void); void mctl_use(void); void mctl_use(void) { mctl_planted(); }'
object objects/planted 'void mctl_planted(void); void mctl_planted(void) { }'
breach "R2: a call of a higher floor, without an include" 'frames/planted_user.c: needs mctl_planted of objects/planted.c'
object regions/planted_user 'extern int mctl_planted; int *mctl_use(void); int *mctl_use(void) { return &mctl_planted; }'
object objects/planted 'int mctl_planted = 1;'
breach "R2: a variable across the floor" 'regions/planted_user.c: needs mctl_planted of objects/planted.c'
into arenas/arenas.c '#include "objects/cache_impl.h"'
breach "R3: a private header of another wing is included" 'arenas/arenas.c:[0-9]+: .*private to objects/'
printf 'void mctl_planted(void)\n{\n}\n' >>"$house/module/frames/chunk.c"
into frames/zone.h 'void mctl_planted(void);'
breach "R4: a header declares a function of another file" 'frames/zone.h:[0-9]+: declares mctl_planted, which frames/chunk.c defines'
printf 'int mctl_planted = 1;\n' >>"$house/module/frames/chunk.c"
into frames/zone.h 'extern int mctl_planted;'
breach "R4: a header declares a variable of another file" 'frames/zone.h:[0-9]+: declares mctl_planted, which frames/chunk.c defines'
into api/api.c '#include "faults/inject.h"'
breach "R5: the API includes test equipment" 'api/api.c:[0-9]+: .*faults/'
object api/planted_user 'void mctl_planted(void); void mctl_use(void); void mctl_use(void) { mctl_planted(); }'
object faults/planted 'void mctl_planted(void); void mctl_planted(void) { }'
breach "R5: the API calls test equipment" 'api/planted_user.c: needs mctl_planted of faults/planted.c'
into core/buddy.c '#include <linux/spinlock.h>'
breach "R6: core/ includes locks" 'core/buddy.c:[0-9]+: .*<linux/spinlock.h>'
into objects/cache.c 'static void *planted(void) { return vmalloc(1); }'
breach "R7: another file calls the allocator of the host" 'objects/cache.c:[0-9]+: calls vmalloc\(\)'
into objects/cache.c '/* vmalloc(1) */ static const char *planted = "vmalloc(1)";'
silent "R7: comments and strings are not calls" keeps
rebuild
into spaces/space.c '#include <net/genetlink.h>'
breach "R8: a space includes netlink" 'spaces/space.c:[0-9]+: .*netlink'
into frames/zone.c '#include <linux/proc_fs.h>'
breach "R8: a zone includes /proc" 'frames/zone.c:[0-9]+: .*<linux/proc_fs.h>'
into spaces/space.c '#include <linux/version.h>'
breach "R9: a source asks for the version" 'spaces/space.c:[0-9]+: .*version'
mkdir "$house/module/attic"
into attic/attic.c 'int mctl_attic;'
breach "R10: a source outside of the wings" 'attic/attic.c: is not in a wing'
into bench/bench_page.c '#include "frames/zone.h"'
breach "R10: another module includes a wing" 'bench/bench_page.c:[0-9]+: .*another module'
finish
