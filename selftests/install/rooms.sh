#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# rooms.sh - scripts/check-layers.sh finds a breach of each rule that the rooms of the tool have
#
# Usage: selftests/install/rooms.sh
#
# Each breach is planted in a fresh copy of the tool's sources. Prints TAP; needs gcc and nm.
set -eu
# shellcheck source=selftests/install/breach.sh
. "$(dirname "$0")/breach.sh" cli

silent "the tool keeps all rules" keeps

into base/text.c '#include "wire/client.h"'
breach "an include of a higher floor" 'base/text.c:[0-9]+: base/ includes "wire/client.h", which is not on a lower floor'
into view/table.c '#include "trace/trace_file.h"'
breach "an include across the floor" 'view/table.c:[0-9]+: view/ includes "trace/trace_file.h", which is not on a lower floor'
into cmd/cmd_page.c '#include "table.h"'
breach "an include without its room" 'cmd/cmd_page.c:[0-9]+: includes "table.h", which is not there'
into cmd/cmd_page.c '#include "wire/client_priv.h"'
breach "a private header of another room is included" 'cmd/cmd_page.c:[0-9]+: .*private to wire/'
into replay/trace_plan.c '#include "core/report.h"'
breach "a header of the module's core outside of lab" 'replay/trace_plan.c:[0-9]+: .*headers of module/core are for lab/ alone'
into attic.c 'int memctl_attic;'
breach "a source in no room" 'attic.c: is not in a room'
mkdir "$house/cli/attic"
into attic/attic.c 'int memctl_attic;'
breach "a folder that is no room" 'attic/attic.c: is not in a room'

object base/planted_user 'void planted(void); void use(void); void use(void) { planted(); }'
object cmd/planted 'void planted(void); void planted(void) { }'
breach "a call of a higher floor, without an include" 'base/planted_user.c: needs planted of cmd/planted.c, which is not on a lower floor'
object bench/planted_user 'extern int planted; int *use(void); int *use(void) { return &planted; }'
object trace/planted 'int planted = 1;'
breach "a variable across the floor" 'bench/planted_user.c: needs planted of trace/planted.c'
object base/one 'void one(void); void two(void); void one(void) { two(); }'
object base/two 'void one(void); void two(void); void two(void) { one(); }'
breach "a circle in one room" 'base/one.c: calls itself by way of base/two.c'
object base/planted 'int planted(void);
int planted(void) { return 1; }'
into base/text.h 'int planted(void);'
breach "a header declares a function of another file" 'base/text.h:[0-9]+: declares planted, which base/planted.c defines'
object base/planted 'int planted = 1;'
into base/text.h 'extern int planted;'
breach "a header declares a variable of another file" 'base/text.h:[0-9]+: declares planted, which base/planted.c defines'
object wire/client 'void request_new(void); void request_new(void) { }'
silent "a private header declares what the file without _priv defines" keeps
finish
