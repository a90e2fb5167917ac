#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# check-layers.sh - fails when a source includes or calls what its wing or room must not know
#
# Usage: scripts/check-layers.sh [--objects DIRECTORY] [module|cli]
#
# The wings of module/ (the default), the rooms of cli/, their floors and the rules, R1 to R13, are in layers.py beside it.
# Each breach is a line FILE:LINE: text. Calls are read from objects: of the module those of the newest complete build, or of
# the DIRECTORY that scripts/build-module --dir prints; of the tool those in build/cli.
set -eu
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
case ${1:-} in
-h | --help) usage; exit 0 ;;
esac
exec /usr/bin/python3 "$MEMCTL_TOP/scripts/layers.py" check "$MEMCTL_TOP" "$@"
