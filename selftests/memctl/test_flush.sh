#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# No processor uses an entry of a region after it was taken back: see
# region_flush.h. Each CPU but the first has a thread, so that it says most on
# four of them: VM_OPTIONS="--smp 4" scripts/kselftest-vm flush.
# FLUSH_ROUNDS makes it longer or shorter.
# HOST: who flushes which entries, and when

. "$(dirname "$0")/lib.sh"
begin
"$MEMCTL" region help 2>&1 | grep -q fork || skip_all "this memctl cannot fork a region"
load size=64M || exit "$KSFT_FAIL"
start=$(frames)
export MEMCTL
echo "# $(grep -c ^processor /proc/cpuinfo) CPUs"
report "$(dirname "$0")/region_user" flush
equal "every frame is back" "$start" "$(frames)"
unload
clean_log
finish
