#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# memctl bench: every benchmark runs and frees what it took; bad lines are
# refused; a run that is interrupted, killed or left alone leaves nothing.
# HOST: the allocators that ours are beside

. "$(dirname "$0")/lib.sh"
begin
modinfo memctl_bench >/dev/null 2>&1 || skip_all "no module memctl_bench for this kernel"
load size=64M || exit "$KSFT_FAIL"
proc=/proc/memctl_bench

refuse "bench without its module" 3 'memctl_bench is not loaded' "$MEMCTL" bench pair
modprobe memctl_bench || exit "$KSFT_FAIL"
start=$(frames)

# measured NAME ARGUMENT...: runs it; every row has figures of ours or of a rival, and no operation failed
measured()
{
	what=$1
	shift
	"$MEMCTL" bench "$@" --rounds 7 -r -n -o PATH,MEDIAN,FAILED,RIVAL_MEDIAN,RIVAL_FAILED >"$work/rows" 2>"$work/err"
	status=$?
	if [ $status -eq 0 ] && [ -s "$work/rows" ] &&
	   ! awk '{ bad += $3 != 0 || $5 > 0 || $2 !~ /^[0-9]+\.[0-9][0-9]$/ } END { exit !bad }' "$work/rows"; then
		result 0 "$what"
	else
		result 1 "$what"
		echo "#   exit $status: bench $*"
		why_not "$work/rows" "$work/err"
	fi
}

for order in 0 1 2 3 4 5 6 7 8 9 10; do
	measured "pairs of order $order" pair --order $order
done
measured "the worst pair" worst
equal "the worst pair splits ten blocks" 10.00 "$(awk '/splits/ { print $2 }' "$work/rows")"
for kind in burst bulk rand; do
	measured "$kind" "$kind"
	equal "$kind: every frame is back" "$start" "$(frames)"
done
for kind in pair burst bulk rand; do
	measured "object-$kind" "object-$kind"
	measured "object-$kind of 1000 bytes" "object-$kind" --size 1000
done
measured "kmalloc-pair" kmalloc-pair
measured "kmalloc-pair of 8 KiB" kmalloc-pair --size 8192
measured "kmalloc-mixed" kmalloc-mixed --batch 64
measured "kmalloc-grow" kmalloc-grow --batch 512
measured "safety" safety
measured "walk" walk
measured "map" map
measured "netlink" netlink
measured "netlink, 1024 operations in a request" netlink --batch 1024
measured "fault" fault
equal "no region is left" "" "$("$MEMCTL" region list -r -n -o NAME)"
equal "no handle is left" 0 "$("$MEMCTL" page list -r -n | wc -l)"
if [ "$(nproc)" -gt 1 ]; then
	measured "remote" remote
	measured "object-remote" object-remote
	measured "bursts on two CPUs" burst --threads 2
	measured "random frees across two CPUs" object-rand --threads 2
	measured "pages freed by another CPU" one-way
	measured "objects freed by another CPU" object-one-way
	measured "mixed sizes freed by another CPU" larson --batch 256
	measured "mixed sizes on two CPUs" kmalloc-mixed --threads 2 --batch 256
	measured "mixed sizes that grow and shrink on two CPUs" kmalloc-grow --threads 2 --batch 512
	"$MEMCTL" bench frag --rounds 3 --quiet >"$work/out" 2>&1
	equal "frag" 0 "$?"
fi
check "the document is JSON with our figures" sh -c \
	'"$1" bench pair --rounds 5 -J | grep -q "\"median\": *[0-9]"' - "$MEMCTL"
check "verify" "$MEMCTL" verify

refuse "an unknown benchmark" 1 'no benchmark' "$MEMCTL" bench nothing
refuse "more threads than CPUs" 2 'CPUs' "$MEMCTL" bench pair --threads 64
refuse "a batch above the limit" 2 'more than' "$MEMCTL" bench burst --batch 16385
refuse "too many samples" 2 'more than' "$MEMCTL" bench burst --rounds 100001
refuse "0 rounds" 2 'less or more than' "$MEMCTL" bench pair --rounds 0
refuse "order 11" 1 'order' "$MEMCTL" bench pair --order 11
refuse "an arena that is none" 2 'no such arena' "$MEMCTL" -a nothing bench pair
for line in "" " " "pair order=" "pair order=-1" "pair order=11" "pair batch=0" "pair rounds=99999999999" \
	    "pair order" "pair nothing=1" "pair arena=" "nothing" "walk" "walk region=nothing" "map region=nothing" \
	    "pair arena=$(printf '%0300d' 0)"; do
	if (echo "$line" >$proc) 2>/dev/null; then
		result 1 "refuse the line '$line'"
	else
		result 0 "refuse the line '$line'"
	fi
done
equal "the file is for root alone" "-rw-------" "$(stat -c %A $proc)"

# A run takes long enough to be met under way.
long="object-burst batch=4096 rounds=50000"
exec 3<>$proc
echo "$long" >&3
refuse "a second run while one is under way" 2 'another' "$MEMCTL" bench pair
(echo pair >&3) 2>/dev/null && status=0 || status=1
equal "a second line while the first is under way" 1 $status
rmmod memctl_bench 2>/dev/null && status=0 || status=1
equal "the module cannot go while its file is open" 1 $status
rmmod memctl 2>/dev/null && status=0 || status=1
equal "memctl cannot go while memctl_bench is there" 1 $status
exec 3>&-
check "closing the file ended the run" "$MEMCTL" bench pair --rounds 5
check "verify" "$MEMCTL" verify

# measuring PID: whether it has its file open, as long as a run is under way
measuring()
{
	for fd in /proc/"$1"/fd/*; do
		[ "$(readlink "$fd")" = "$proc" ] && return
	done
	return 1
}

# interrupted NAME SIGNAL STATUS: a long run gets the signal
interrupted()
{
	"$MEMCTL" bench object-burst --batch 4096 --rounds 50000 >"$work/out" 2>&1 &
	pid=$!
	wait_until "$1: it runs" measuring $pid
	kill -"$2" $pid
	wait $pid
	equal "$1" "$3" "$?"
	check "$1: the next one runs" "$MEMCTL" bench object-pair --rounds 5
}
# A shell has its background jobs ignore SIGINT, and ignored it stays.
timeout -s INT 3 "$MEMCTL" bench object-burst --batch 4096 --rounds 50000 >"$work/out" 2>&1
equal "SIGINT ends a run" 130 "$?"
check "SIGINT ends a run: the next one runs" "$MEMCTL" bench object-pair --rounds 5
interrupted "SIGTERM ends a run" TERM 143
interrupted "SIGKILL ends a run" KILL 137

for cache in $("$MEMCTL" cache list -r -n -o NAME); do
	"$MEMCTL" cache shrink "$cache" >/dev/null
done
equal "every frame is back" "$start" "$(frames)"
check "verify" "$MEMCTL" verify
check "the module goes" rmmod memctl_bench
unload
clean_log
finish
