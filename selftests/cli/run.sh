#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh - golden tests of the memctl tool, without a kernel module: replies
# come from captures that mkcapture.py writes or that a real module sent, output and exit status are
# compared with expected/NAME.txt. Prints TAP.
#
# usage: run.sh [--update] [BINARY...]
#   --update   write what comes out to expected/ in place of comparing
#   BINARY     test these; default: cli/memctl and its sanitized twin, built first
# PATIENCE=SECONDS: what a command may take (20)
# T=WORD: only the cases that have it in their names
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
update=
[ "${1:-}" = --update ] && { update=1; shift; }
binaries=("$@")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C
# What sanitizers find is in files, so that report() sees it whatever a case looks at. At the end of the tool nothing on
# the stack is in use: what is left there must not hide a leak.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=1:exitcode=99:log_path=$work/sanitizer"
export UBSAN_OPTIONS=halt_on_error=1:log_path=$work/sanitizer LSAN_OPTIONS=use_stacks=0:use_registers=0
number=0
failed=0

wanted() { [ -z "${T:-}" ] || [[ $1 == *"$T"* ]]; }

# report STATUS NAME [FILE WITH DETAILS]: a case, which is bad if a sanitizer has found anything since the last one
report() {
	local status=$1 found=("$work"/sanitizer.*)
	: >"$work/found"
	if [ -e "${found[0]}" ]; then
		status=99
		cat "${found[@]}" >"$work/found"
		rm "${found[@]}"
	fi
	wanted "$2" || return 0
	number=$((number + 1))
	if [ "$status" = 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		sed 's/^/# /' ${3:+"$3"} "$work/found"
		failed=$((failed + 1))
	fi
}

# run CAPTURE ARGUMENT...: stdout, stderr and the exit status into $work/out; with input=FILE from that
run() {
	local capture=$1
	shift
	local words=${*//"$work"/WORK}
	printf '# %s\n' "${words//"$here"/HERE}" >>"$work/asked"
	env MEMCTL_REPLAY="$work/$capture.cap" MEMCTL_MODULES="$here/${modules:-modules}" \
		MEMCTL_HOLDERS="$here/${holders:-none}" MEMCTL_ASKED="$work/asked" \
		timeout "${PATIENCE:-20}" "$memctl" "$@" >"$work/stdout" 2>"$work/stderr" <"${input:-/dev/null}"
	status=$?
	{
		cat "$work/stdout"
		[ -s "$work/stderr" ] && sed 's/^/stderr: /' "$work/stderr"
		echo "exit $status"
	} >"$work/out"
}

# run_json CAPTURE ARGUMENT...: the same words with -J, for json_contract.py
run_json() {
	local capture=$1 directory
	shift
	nr_json=$((nr_json + 1))
	directory=$work/json/$nr_json
	mkdir -p "$directory"
	printf '%s\n' -J "$@" >"$directory/args"
	env MEMCTL_REPLAY="$work/$capture.cap" MEMCTL_MODULES="$here/modules" \
		timeout "${PATIENCE:-20}" "$memctl" -J "$@" >"$directory/stdout" 2>/dev/null <"${input:-/dev/null}"
	echo $? >"$directory/status"
}

# filled: what is empty in JSON on one line, as newer versions of json-c print it
filled() { sed -z 's/\[\n *\]/[]/g; s/{\n *}/{}/g'; }

# golden NAME CAPTURE ARGUMENT...
golden() {
	local name=$1
	wanted "$label$name" || return 0
	shift
	run_json "$@"
	run "$@"
	if [ -n "$update" ]; then
		cp "$work/out" "$here/expected/$name.txt"
	fi
	diff -u <(filled <"$here/expected/$name.txt") <(filled <"$work/out") >"$work/diff" 2>&1
	report $? "$label$name" "$work/diff"
}

# expect NAME STATUS CAPTURE ARGUMENT...: the exit status alone, and a line on stderr if it is not 0
expect() {
	local name=$1 want=$2
	wanted "$label$name" || return 0
	shift 2
	run_json "$@"
	run "$@"
	[ "$status" = "$want" ] && { [ "$want" = 0 ] || [ -s "$work/stderr" ]; }
	report $? "$label$name" "$work/out"
}

# json NAME FILTER CAPTURE ARGUMENT...: stdout is JSON, and jq says true to FILTER
json() {
	local name=$1 filter=$2
	wanted "$label$name" || return 0
	shift 2
	run "$@"
	jq -e -s "$filter" <"$work/stdout" >"$work/jq" 2>&1
	report $? "$label$name" "$work/jq"
}

# A tool with sanitizers tells leaks here: without its globals, what the C library keeps to the end is one.
leaks() {
	grep -q __asan_init "$memctl" || return 0
	LSAN_OPTIONS=$LSAN_OPTIONS:use_globals=0 "$memctl" -V >"$work/stdout" 2>"$work/stderr"
	[ $? = 99 ] && grep -q 'LeakSanitizer: detected memory leaks' "$work"/sanitizer.*
	status=$?
	rm -f "$work"/sanitizer.*
	report "$status" "${label}leaks are told" "$work/stderr"
}

views() {
	golden status status status
	golden status-json status -J status
	holders=holders golden status-held status status
	holders=holders golden status-held-json status -J status
	modules=modules-free golden status-free unheld status
	golden arena status arena
	golden arena-list status arena list
	golden arena-by-option arena -a b arena -o ARENA,SIZE
	golden status-by-option status-one -a main status -o ARENA,SIZE
	golden nothing nothing region list
	golden nothing-json nothing -J page list
	golden texts texts maps heap
	golden texts-json texts -J maps heap -o file
	golden abbreviated space reg sh heap -o name,rss
	golden arena-one arena arena show b -o ARENA,SIZE -b -n
	golden buddyinfo zones buddyinfo
	golden buddyinfo-columns zones buddyinfo -o +GENERATION
	golden buddyinfo-json zones -J buddyinfo
	golden zoneinfo zones zoneinfo
	golden zoneinfo-hidden zones-hidden zoneinfo
	golden zoneinfo-cpu-off zones-cpu-off zoneinfo
	golden zoneinfo-cpu-off-json zones-cpu-off zoneinfo -J
	golden zoneinfo-hidden-column zones-hidden zoneinfo -o zone,start_pfn
	golden zoneinfo-json zones zoneinfo show -J
	golden pagetypeinfo zones pagetypeinfo
	golden pagetypeinfo-raw zones pagetypeinfo -r
	golden slabinfo caches slabinfo
	golden slabinfo-columns caches slabinfo -o name,active,size,waste,flags
	golden slabinfo-all caches slabinfo --output-all -r -n
	golden iomem chunks iomem
	golden iomem-json chunks iomem -J
	golden vmallocinfo regions vmallocinfo
	golden region regions region
	golden spaces spaces region
	golden spaces-json spaces -J region list
	golden spaces-vmallocinfo spaces vmallocinfo
	golden space space region show heap
	golden maps vmas maps heap
	golden maps-columns vmas maps heap -o +OFFSET
	golden smaps vmas smaps heap
	golden smaps-json vmas -J smaps heap
	golden pmap vmas pmap heap
	golden smem smem smem
	golden smem-one smem smem fork
	golden smem-json smem -J smem heap
	golden rmap rmap rmap 0x12345
	golden rmap-json rmap -J rmap 74565
	golden page-list handles page list --all
	golden page-list-kernel owned page list --kernel
	golden page-list-kernel-json owned -J page list --kernel
	golden cache-list caches cache list
	golden pt-dump pt pt dump
	golden pt-walk walk pt walk 0xffffc90000400000
	golden pt-walk-json walk -J pt walk 0xffffc90000400000
	golden pt-walk-hole walk-hole pt walk 0xffffc90000400000
	golden pt-walk-region one-space pt walk 0x100000001010
	golden pt-walk-offset one-offset pt walk +4K --region heap
	golden pt-walk-regions two-spaces pt walk 0x100000001010
	golden what-region one-space what 0x100000001010
	golden what-address one-address what address:0x100000001010 -J
	golden what-offset one-offset what +4K --region heap
	golden what-regions two-spaces what address:0x100000001010
	golden what-hole one-space-hole what address:0x100000001010
	golden pt-formats formats pt formats
	golden pt-formats-json formats pt formats -J
	golden fault faults fault
	golden fault-json faults fault list -J
	golden tlb tlbs tlb
	golden tlb-one tlb tlb show a
	golden tlb-json tlb tlb show a -J
	golden tlb-columns tlbs tlb list -o name,l1,l2,valid,cycles
	golden what what what 0xffff888012345010
	golden what-json what what -J 0xffff888012345010
	golden what-kernel what-kernel what pfn:0x12345
	golden why-granted why-granted why --order 3
	golden why-refused why-refused why --order 10
	golden why-refused-json why-refused -J why --order 10
	golden why-quiet why-refused why --order 10 -q
	json slabinfo-sixteen-fields '.[0].slabinfo | length == 2' caches -J slabinfo
	run caches slabinfo
	tail -n +3 "$work/stdout" | head -2 | awk 'NF != 16 || / $/ { bad = 1 } END { exit bad }'
	report $? "${label}slabinfo-split"
}

# What a real module said: MEMCTL_CAPTURE=FILE memctl ... in a guest of two nodes, kernel 6.12.
recorded() {
	golden real-status real-status status
	golden real-buddyinfo real-zones buddyinfo
	golden real-zoneinfo real-zones zoneinfo
	golden real-slabinfo real-caches slabinfo
	golden real-handles real-handles page list --all
	golden real-region real-regions region list
	golden real-pt-walk real-walk pt walk 0xff719982016c5000
	golden real-pt-dump real-pt pt dump
	golden real-what real-what what 0x1
	golden real-why real-why why --order 10
	golden real-verify real-verify verify
	golden real-refused real-refused page free 0x77
}

checks() {
	golden verify verified verify
	golden verify-json verified -J verify
	golden verify-damaged damaged verify
	golden verify-damaged-json damaged -J verify
	golden verify-leaks leaks verify
	golden verify-leaks-json leaks -J verify
	golden verify-views-differ views-differ verify
	golden verify-views-move views-move verify
	golden pt-verified pt-verified pt verify
	golden pt-nothing pt-nothing pt verify heap
	golden pt-nothing-json pt-nothing pt verify heap -J
	golden pt-untouched pt-untouched pt verify heap
	golden pt-no-region pt-no-region pt verify
	golden pt-damaged pt-damaged pt verify r1
	golden pt-damaged-json pt-damaged -J pt verify
	golden pt-refused pt-refused pt verify r1
	golden pt-refused-all pt-refused pt verify
	golden pt-processes pt-processes pt verify
	golden pt-processes-json pt-processes -J pt verify heap --pid 321
	golden pt-no-process pt-no-process pt verify heap --pid 5
	golden pt-different pt-different pt verify heap
	golden pt-different-json pt-different -J pt verify heap
	golden space-idle space-idle region idle heap --clear
	golden space-trace traces region trace heap
	golden space-trace-json traces -J region trace heap
	golden space-trace-columns traces region trace heap -o sequence,pid,access,fault,refusal
	golden space-trace-count traces region trace heap --count 3
	golden monitor events monitor
	golden monitor-json events monitor -J
	golden monitor-columns events monitor -o event,zone,text
	golden monitor-count events monitor --count 2
	golden monitor-arena no-arena -a nosuch monitor
	json monitor-lines 'length == 9 and all(.monitor.event)' events -J monitor
}

changes() {
	golden page-alloc alloc page alloc --order 1 --count 2 --owner 7
	golden page-alloc-json alloc -J page alloc --order 1 --count 2
	golden page-alloc-partial alloc-partial page alloc --order 10 --count 2
	golden page-alloc-partial-json alloc-partial -J page alloc --order 10 --count 2
	golden page-alloc-refused alloc-refused page alloc --order 10
	golden page-alloc-refused-json alloc-refused -J page alloc --order 10
	run alloc-5000 page alloc --order 0 --count 5000
	[ "$status" = 0 ] && [ "$(wc -l <"$work/stdout")" = 5000 ] && grep -qx 0x1388 "$work/stdout"
	report $? "${label}page-alloc-5000"
	golden page-free free page free 0x100000001 --owner 7
	golden page-free-owner free-owner page free --all --owner 7
	golden cache-add cache-add cache add foo --size 100 --align 8 --redzone -J
	golden cache-alloc object cache alloc foo
	golden cache-free free cache free 0x2a
	golden cache-shrink shrink cache shrink foo
	expect cache-del 0 arena-ok cache del foo
	golden kmalloc alloc kmalloc 1K --count 2
	golden kfree free kfree 0x2a
	golden region-add region-add region add r1 --pages 16
	expect region-del 0 arena-ok region del r1
	expect tlb-add 0 tlb-add tlb add a l1=32x2 l1large=none l2=64x8 policy=RANDOM seed=0x7 asids=6 page=2m \
		format=pae cycles=1,9,30
	golden tlb-add-refused tlb-add-refused tlb add a l1=3x4
	expect tlb-del 0 tlb-del tlb del a
	expect tlb-clear 0 tlb-clear tlb clear a
	printf '%s\n' '# two spaces' '1 0x7f0000401000 r' '' '2 4096 w # a write' >"$work/trace"
	golden fault-add fault-add fault add --site ALLOC --nth 3 --order 9 --times 2
	golden fault-add-json fault-add -J fault add --site slab --probability 0.0125 --seed 0x10 --cache kmalloc-64
	golden fault-add-refused fault-add-refused fault add --site map --nth 1 --order 3
	expect fault-del 0 fault-del fault del 3
	expect fault-del-all 0 fault-del fault del --all
	golden fault-del-refused fault-del-refused fault del 9
	for words in "add" "add --site alloc" "add --site x --nth 1" "add --site alloc --nth 1 --probability 1" \
		"add --site alloc --probability 0" "add --site alloc --probability 1.000001" \
		"add --site alloc --probability 0.0000001" "add --site alloc --probability 2" \
		"add --site alloc --probability .5" "add --site alloc --nth x" "add --site alloc --nth 1 --order 11" \
		"del" "del x" "del 1 --all" "del 1 2"; do
		# shellcheck disable=SC2086
		expect "fault $words" 1 fault-add fault $words
	done
	golden tlb-feed tlb-feed tlb feed a "$work/trace"
	golden tlb-compare tlb-compare tlb compare "$work/trace" asids=4
	local line n=0
	for line in '1 2' '1 2 x' '1 2 r r' '1 2 rw' '-1 2 r' '4294967295 2 r' '1 0x10000000000000000 r' 'r 1 2'; do
		n=$((n + 1))
		printf '1 1 r\n%s\n' "$line" >"$work/bad-trace"
		expect "tlb-bad-trace-$n" 1 tlb-feed tlb feed a "$work/bad-trace"
		grep -q 'line 2 ' "$work/stderr"
		report $? "${label}tlb-bad-trace-$n names the line"
	done
	expect tlb-no-trace 1 tlb-feed tlb feed a "$work/nothing"
	golden space-add space-add region add heap --size 4M --limit 512 --order 9 --window 32 --empty
	golden space-add-json space-add -J region add heap --size 4M
	expect space-set 0 space-ok region set heap --limit 512 --window 32
	expect space-fork 0 space-ok region fork heap fork
	golden space-map space-ok region map heap 64K --rights r --file /etc/passwd --offset 4K
	golden space-map-json space-ok -J region map heap 64K --address 0x100000001000
	local size
	for size in 1.5M 4095B 10MB 10MiB 10m 0.3G 1.001K 0x10K 1E; do
		golden "size $size" space-ok region map heap "$size"
	done
	golden space-map-offset space-ok region map heap 64K --address +1M
	golden space-map-refused space-refused region map heap 64K
	expect space-unmap 0 space-ok region unmap heap +1M 64K
	expect space-protect 0 space-ok region protect heap 0x100000000000 64K rw
	expect space-discard 0 space-ok region discard heap +0 4M
	golden space-read space-read region read heap +0 20
	golden space-read-raw space-read region read heap +0 20 -r
	golden space-read-json space-read -J region read heap +0 20
	golden space-write space-ok region write heap +0 --data hello
	golden space-write-nothing space-ok region write heap +0
	golden space-touch space-touch region touch heap 0x100000000000 64K --write
	golden space-touch-json space-touch -J region touch heap 0x100000000000 64K
	expect arena-add 0 arena-ok arena add x --size 64M --dma 2M --dma32 16M --nodes 0-3,5
	expect arena-del 0 arena-ok arena del x
	golden arena-grow arena-ok arena grow x --size 4M
	golden arena-shrink arena-ok arena shrink x --size 8M -b
	golden arena-drain arena-ok arena drain x
	golden name-long arena-ok arena drain a-name-of-thirty-two-characters-
	golden name-long-json arena-ok arena drain a-name-of-thirty-two-characters- -J
	golden arena-drain-json arena-ok arena drain x -J
	golden arena-hash arena-ok arena hash
	golden arena-hash-json arena-ok arena hash -J
	expect plant 0 arena-ok plant pte --address 0xffffc90000400000 --level 1 --bit 1
	expect plant-offset 0 plant-space plant pte --region heap --address +4K --level 1 --bit 1
}

# fed NAME TRACE ARGUMENT...: golden, of memctl replace with TRACE on a line for each word, as commas say
fed() {
	local name=$1 trace=$2
	shift 2
	tr , '\n' <<<"$trace" >"$work/references"
	golden "replace-$name" nothing replace "$work/references" "$@"
}

# Models of page replacement: no module is asked, so the capture is never read.
replaces() {
	local belady=1,2,3,4,1,2,5,1,2,3,4,5 line wrong n=0
	fed anomaly "$belady" --frames 4,3 --policies fifo,lru,opt
	fed anomaly-json "$belady" --frames 3,4 --policies fifo -J
	fed all "$belady" --frames 3 -n
	fed writes "1 w,2 r,1,3 w,# a comment,,4 W # and one,0x1 R" --frames 2 --policies fifo,wsclock window=1 -o +pages
	fed step "$belady" --frames 3 --policies fifo --step
	fed step-json "1 w,2,3" --frames 2 --policies lru --step -J
	fed step-ws "1 w,2,3,3,3" --frames 3 --policies ws window=1 --step -q
	fed csv "$belady" --frames 3 --policies fifo,opt --csv
	fed page "0x1000,0x1fff w,0x2000" --frames 2 --policies lru page=4K --step
	fed tlb "1 0x1000 r,2 0x1000 w,1 0x1ff8 r" --frames 1 --policies lru --step
	fed range "$belady" --frames 1-3,5 --policies lr,2q,sieve -r
	input=$here/traces/lackey.txt golden replace-lackey nothing replace - --frames 2,3 --policies fifo,opt
	input=$here/traces/region.txt golden replace-region nothing replace - --frames 2 --policies lru --step
	input=$here/traces/region.json golden replace-region-json nothing replace - --frames 2 --policies lru --step
	while IFS='|' read -r line wrong; do
		n=$((n + 1))
		printf '1 r\n%s\n' "$line" >"$work/bad-references"
		expect "replace-bad-$n" 1 nothing replace "$work/bad-references" --frames 3
		grep -q "line 2, column $wrong" "$work/stderr"
		report $? "${label}replace-bad-$n says column $wrong" "$work/stderr"
	done <<-'LINES'
		1 x|3: it is r or w
		1 r r|5: nothing more
		1 rw|4: nothing more
		-1|1: a number is missing
		x|1: a number is missing
		0x|3: a number is missing
		1x|2: this belongs to no number
		18446744073709551616|1: the number is 2^64 or more
		1 0x1000 r|3: it is r or w
		 S 1000,8|2: a number is missing
	LINES
	printf '1\n2\0\n' >"$work/bad-references"
	expect replace-zero-byte 1 nothing replace "$work/bad-references" --frames 3
	: >"$work/bad-references"
	expect replace-empty 1 nothing replace "$work/bad-references" --frames 3
	expect replace-no-trace 1 nothing replace "$work/nowhere" --frames 3
	expect replace-directory 1 nothing replace "$work" --frames 3
	printf '1\n2' >"$work/references"
	expect replace-cut 0 nothing replace "$work/references" --frames 3
	grep -q 'line 2 does not end' "$work/stderr"
	report $? "${label}replace-cut is noted" "$work/stderr"
	printf ' L 1000,8\n S 20' >"$work/bad-references"
	expect replace-cut-lackey 1 nothing replace "$work/bad-references" --frames 3
	grep -q 'line 2, column 6: a comma and the size are missing' "$work/stderr"
	report $? "${label}replace-cut-lackey says where" "$work/stderr"
	seq 1001 >"$work/references"
	expect replace-step-long 1 nothing replace "$work/references" --frames 3 --step
	expect replace-step-wide 1 nothing replace "$here/traces/lackey.txt" --frames 33 --step
	seq 1000000 | awk '{ print ($1 * 7919) % 20011 + ($1 % 3 ? 0 : 5000), $1 % 4 ? "r" : "w" }' >"$work/references"
	PATIENCE=60 expect replace-million 0 nothing replace "$work/references" --frames 4000
	# With a sanitizer a tenth of the lines.
	if [[ $memctl == *-asan ]]; then seq 1000000; else seq 10000000; fi >"$work/references"
	PATIENCE=60 expect replace-ten-million 0 nothing replace "$work/references" --frames 100 --policies sieve
	rm -f "$work/references" "$work/bad-references"
}

# Models of what a machine does: no module is asked, so the capture is never read.
models() {
	local line wrong n=0
	golden model-list nothing model
	golden model-list-json nothing model list -J
	models_bootmem
	models_e820
	models_ipt
	golden model-real nothing model real F000:FFF0 07c0:0 0000:7c00 0xFFFF:0x0010 ffff:ffff
	golden model-real-a20-off nothing model real ffff:10 a000:0 a20=off
	golden model-real-step nothing model real ffff:10 --step a20=off
	golden model-real-json nothing model real ffff:10 a20=off -J
	golden model-real-columns nothing model real ffff:10 -o logical,aliases -r
	models_seg
}

models_e820() {
	golden model-e820-8g nothing model e820 --size 8G
	golden model-e820-8g-json nothing model e820 --size 8G -J
	golden model-e820-4g nothing model e820 --size 4G hole=3328M remap=off
	golden model-e820-32-bits nothing model e820 --size 8G bits=32 -b
	golden model-e820-small nothing model e820 --size 16M -o start,mib -r
	input=$here/traces/dmesg.txt golden model-e820-dmesg nothing model e820 -
	input=$here/traces/dmesg.txt golden model-e820-dmesg-json nothing model e820 - -J
	input=$here/traces/dmesg-old.txt golden model-e820-old nothing model e820 - -q
	while IFS='|' read -r line wrong; do
		n=$((n + 1))
		printf 'BIOS-provided physical RAM map:\n BIOS-e820: %s\n' "$line" >"$work/dmesg"
		expect "model-e820-bad-$n" 1 nothing model e820 "$work/dmesg"
		grep -q "line 2, column $wrong" "$work/stderr"
		report $? "${label}model-e820-bad-$n says column $wrong" "$work/stderr"
	done <<-'LINES'
		[mem 0x0000-0x0fff] usabel|33: this type of memory is not known
		[mem 0x1000-0x0fff] usable|31: the range ends before it begins
		[mem 0x1000-0x1fff|31: ] and a type are missing
		[mem 1000-1fff] usable|18: an address with 0x is missing
		[mem 0x10000000000000-0x1] usable|20: a physical address has 52 bits
		1000 1fff (usable)|17:  - and the end are missing
	LINES
	for n in 1 2; do echo "BIOS-e820: [mem 0x$n-0x2] usable"; done >"$work/dmesg"
	expect model-e820-overlap 1 nothing model e820 "$work/dmesg"
	for n in {1..1025}; do echo "BIOS-e820: [mem 0x${n}0-0x${n}1] usable"; done >"$work/dmesg"
	expect model-e820-long 1 nothing model e820 "$work/dmesg"
	seq 1000000 >"$work/dmesg"
	expect model-e820-none 1 nothing model e820 "$work/dmesg"
	expect model-e820-nowhere 1 nothing model e820 "$work/nowhere"
	expect model-e820-directory 1 nothing model e820 "$work"
	rm -f "$work/dmesg"
}

models_seg() {
	local line wrong n=0 tables=$here/traces/descriptors.txt
	local words=(fs=0x23 'write=fs:0x1000,4' 'read=fs:0xffc,4' fs=0x2b read=fs:0xfff read=fs:0x1000 ss=0x23 write=ss:0x1000)
	local gate=(call=0x33:0 ss0=0x10 jump=0x33:0 call=0x33:0 cpl=3 ss0=0x40 call=0x33:0 jump=0x3b:0 gs=0x44 gs=0 read=gs:0)
	golden model-seg nothing model seg "$tables" "${words[@]}"
	golden model-seg-json nothing model seg "$tables" "${words[@]}" -J
	golden model-seg-gate nothing model seg "$tables" "${gate[@]}" -q
	golden model-seg-gate-json nothing model seg "$tables" "${gate[@]}" -J
	golden model-seg-columns nothing model seg "$tables" fs=0x23 -o selector,limit -r
	input=$tables golden model-seg-stdin nothing model seg -
	golden model-seg-empty nothing model seg /dev/null fs=8
	while IFS='|' read -r line wrong; do
		n=$((n + 1))
		printf '# comment\n%s\n' "$line" >"$work/tables"
		expect "model-seg-bad-$n" 1 nothing model seg "$work/tables" fs=8
		grep -q "line 2, column $wrong" "$work/stderr"
		report $? "${label}model-seg-bad-$n says column $wrong" "$work/stderr"
	done <<-'LINES'
		idt 0 0|1: a line begins with gdt or ldt
		gdt|1: a line begins with gdt or ldt
		gdt x 0|5: an index from 0 to 8191
		gdt 8192 0|5: an index from 0 to 8191
		ldt 1|6: a descriptor of 64 bits
		ldt 1 0x|7: a descriptor of 64 bits
		ldt 1 0x10000000000000000|7: a descriptor of 64 bits
		ldt 1 18446744073709551616|7: a descriptor of 64 bits
		ldt 1 -1|7: a descriptor of 64 bits
		ldt 1 1 1|9: nothing more is expected
	LINES
	printf 'gdt 1 1\ngdt 1 1\n' >"$work/tables"
	expect model-seg-twice 1 nothing model seg "$work/tables"
	printf 'gdt 1 1\0\n\ngdt' >"$work/tables"
	expect model-seg-cut 1 nothing model seg "$work/tables"
	expect model-seg-nowhere 1 nothing model seg "$work/nowhere"
	expect model-seg-directory 1 nothing model seg "$work"
	rm -f "$work/tables"
}

models_bootmem() {
	local words=(reserve=1M@16M alloc=16K alloc=100 alloc=100 'alloc=4K,4K' 'alloc=1M,1M@8M' alloc=22M alloc=8M alloc=8K free=64K@64K alloc=1)
	golden model-bootmem nothing model bootmem --size 32M "${words[@]}"
	golden model-bootmem-json nothing model bootmem --size 32M "${words[@]}" -J
	golden model-bootmem-columns nothing model bootmem --size 32M alloc=1G -o operation,address,free -r
	golden model-bootmem-quiet nothing model bootmem --size 4M kernel=2M alloc=640K alloc=632K alloc=1020K -q
	golden model-bootmem-4g nothing model bootmem --size 4G kernel=4000K
}

models_ipt() {
	printf '%s\n' 1 2 3 4 1 2 5 1 2 3 4 5 >"$work/references"
	golden model-ipt nothing model ipt "$work/references" frames=3 buckets=4
	golden model-ipt-json nothing model ipt "$work/references" frames=3 buckets=4 -J
	golden model-ipt-step nothing model ipt "$work/references" frames=3 buckets=2 hash=modulo evict=clock --step
	golden model-ipt-columns nothing model ipt "$work/references" frames=4 -o probes,chains -r
	golden model-ipt-lackey nothing model ipt "$here/traces/lackey.txt"
	printf '%s\n' '1 0x1000 r' '2 0x1000 w' '1 0x1000 r' '1 0x7ffffffff000 r' >"$work/references"
	golden model-ipt-spaces nothing model ipt "$work/references" frames=2 buckets=1 --step
	seq 1000000 | awk '{ print ($1 * 7919) % 20011 + ($1 % 3 ? 0 : 5000), $1 % 4 ? "r" : "w" }' >"$work/references"
	golden model-ipt-million nothing model ipt "$work/references" frames=8192 buckets=4096
	printf '1\n2 x\n' >"$work/references"
	expect model-ipt-bad 1 nothing model ipt "$work/references"
	grep -q 'line 2, column 3' "$work/stderr"
	report $? "${label}model-ipt-bad says where" "$work/stderr"
	seq 1001 >"$work/references"
	expect model-ipt-step-long 1 nothing model ipt "$work/references" --step
	expect model-ipt-nowhere 1 nothing model ipt "$work/nowhere"
	expect model-ipt-directory 1 nothing model ipt "$work"
	rm -f "$work/references"
}

# In the directory of this script, as the path of a trace is in what is printed.
comparisons() {
	local was=$memctl name
	memctl=$(realpath "$memctl")
	cd "$here" || exit 1
	golden compare-holes status compare traces/holes.txt --size 408K --map --policies first,next,best,worst
	golden compare-sixteen status compare traces/sixteen.txt --size 64K --map --policies buddy
	golden compare-65 status compare traces/65.txt --size 1M -b
	golden compare-programs status compare traces/programs.txt --granule 1K --size 2700K -o +too_large,internal_end
	golden compare-recorded status compare ../unit/traces/golden.mct
	golden compare-recorded-bytes status compare ../unit/traces/golden.mct --granule 1K
	golden compare-objects status compare ../unit/traces/golden.mct --granule 64 --objects-only --policies be,seg
	golden compare-json status compare traces/sixteen.txt --size 64K --policies buddy,first --every 2 --map -J
	golden compare-csv status compare traces/sixteen.txt --csv
	golden compare-csv-samples status compare traces/sixteen.txt --csv --samples 2
	golden compare-csv-map status compare traces/sixteen.txt --csv --map --policies buddy
	golden compare-raw status compare traces/sixteen.txt -r -o policy,steps,hash
	golden compare-columns status help --columns compare
	golden compare-large status compare traces/large.txt --size 16M
	input=traces/sixteen.txt golden compare-input status compare - --policies best
	for name in traces/bad-*.txt; do
		golden "compare-$(basename "$name" .txt)" status compare "$name"
	done
	golden compare-directory status compare traces
	golden compare-missing status compare traces/nothing.txt
	golden compare-empty status compare /dev/null
	golden compare-zeros status compare /dev/zero
	golden compare-capture status compare captures/status.cap
	golden compare-too-many-units status compare traces/65.txt --size 1T
	head -c 100 ../unit/traces/golden.mct >"$work/cut.mct"
	expect compare-cut-recording 1 status compare "$work/cut.mct"
	# With a sanitizer a tenth of the lines.
	if [[ $memctl == *-asan ]]; then seq 1000000; else seq 10000000; fi |
		awk '$1 % 2 { print "a", $1, $1 % 31 + 1; next } { print "f", $1 - 1 }' >"$work/lines"
	PATIENCE=60 expect compare-ten-million 0 status compare "$work/lines" --policies segregated
	rm -f "$work/lines" "$work/cut.mct"
	memctl=$was
	cd "$OLDPWD" || exit 1
}

hostile() {
	local name
	for name in short-header long-message zero-message no-genl command attr-long attr-short \
		attr-rest attr-missing attr-type attr-array attr-rows string-open string-long empty cut \
		error-short error-range error-unknown; do
		golden "bad-$name" "bad-$name" buddyinfo
	done
	for name in receive done-error error error-plain error-escape ext-ack attr-unknown done-empty \
		enum interrupted; do
		golden "bad-$name" "bad-$name" buddyinfo
	done
	golden bad-error-json bad-error -J buddyinfo
	golden bad-magic bad-magic buddyinfo
	golden bad-no-answer status buddyinfo
	golden bad-string-escape bad-string-escape slabinfo
	golden bad-string-escape-columns bad-string-escape slabinfo -o name
	golden bad-string-escape-json bad-string-escape slabinfo -o name -J
	for name in nested nested-empty twice only-ack; do
		golden "bad-$name" "bad-$name" why --order 1
	done
	golden bad-results-many bad-results-many page alloc --order 0 --count 2
	golden bad-results-few bad-results-few page alloc --order 0 --count 2
	golden bad-results-cut bad-results-cut page alloc --order 0 --count 2
	golden bad-trace bad-trace region trace heap
	golden bad-data bad-data region read heap 0
	golden bad-event bad-event monitor
	golden bad-event-kind bad-event-kind monitor
	run bad-rows page list -r -n
	[ "$status" = 0 ] && [ "$(wc -l <"$work/stdout")" = 100000 ]
	report $? "${label}rows-100000"
	json rows-100000-json '.[0].page | length == 100000' bad-rows -J page list
}

usage() {
	local line
	# One a line: everything that is wrong on the command line has its own words and exit 1.
	while IFS= read -r line; do
		[ -n "$line" ] || continue
		# shellcheck disable=SC2086 # words are what is tested
		golden "usage $line" zones $line
	done <<-'LINES'
		bogus
		-x
		--bogus
		--arena
		-o nothing buddyinfo
		-o , buddyinfo
		-o node, buddyinfo
		-o nod buddyinfo
		-o ndoe buddyinfo
		-o o buddyinfo
		BUDDYINFO
		fault add --site alloc --nth 0
		-o node buddyinfo -o zone
		-o node buddyinfo --output-all
		-a b buddyinfo -a main
		page alloc --order 1 --order 2
		page alloc --order 1 --zero --zero
		region add r --size 4K --size 4K
		record -o . -o .. true
		record --buffer 1M --buffer 2M -o . true
		record -a main -o . true
		replay --cpu 0 --cpu 1 a
		replay --pages-only --slab-pages a
		replay --objects-only --slab-pages a
		replay -r a
		replay -o EVENTS a
		replay a b
		load size=1M size=2M
		tlb add a l1=8x4 l1=16x4
		tlb add a seed=4
		tlb compare trace page=4K
		tlb compare trace asids=0
		tlb compare trace region=heap
		compare
		compare a b
		compare a --policies frist
		compare a --policies b
		compare a --policies first,first
		compare a --policies first,
		compare a --policies
		compare a --size 0
		compare a --size 5000
		compare a --size x
		compare a --granule 0
		compare a --granule 2G
		compare a --samples 0
		compare a --samples 100001
		compare a --every 0
		compare a --samples 1 --every 1
		compare a --objects-only
		compare a --csv -J
		compare a --csv -r
		compare a --csv --map --samples 2
		compare a --plicies first
		compare a -o polcy
		compare -a main a
		replace
		replace trace
		replace trace --frames 0
		replace trace --frames 3,0
		replace trace --frames 4-3
		replace trace --frames 3,3
		replace trace --frames 2-4,3
		replace trace --frames x
		replace trace --frames 3-
		replace trace --frames 3,
		replace trace --frames 4294967296
		replace trace --frames 1-5000
		replace trace --frames 3 --frames 4
		replace trace --frames 3 --policies fif0
		replace trace --frames 3 --policies lruu,fifo
		replace trace --frames 3 --policies fifo,fifo
		replace trace --frames 3 --policies fifo,
		replace trace --frames 3 --policies l
		replace trace --frames 3 more
		m
		model e8 e9
		model bootmem
		model bootmem --size 3M
		model bootmem --size 5G
		model bootmem --size 4194305
		model bootmem --size 32M more
		model bootmem --size 32M aloc=1K
		model bootmem --size 32M alloc
		model bootmem --size 32M alloc=
		model bootmem --size 32M alloc=0
		model bootmem --size 32M alloc=20G
		model bootmem --size 32M alloc=11111111111111111111111111111111111
		model bootmem --size 32M alloc=1K,3
		model bootmem --size 32M alloc=1K,4G
		model bootmem --size 32M alloc=1K,4@x
		model bootmem --size 32M reserve=1K
		model bootmem --size 32M reserve=1K,4@4K
		model bootmem --size 32M reserve=32M@4K
		model bootmem --size 32M free=1K@4G
		model bootmem --size 32M free=8K@3M
		model bootmem --size 32M kernel=31M
		model bootmem --size 32M kernel=1M kernel=1M
		model e820
		model e820 --size 8G trace
		model e820 trace hole=3G
		model e820 hole=3G
		model e820 --size 8G hole=3G hole=3G
		model e820 --size 8G hole=1M
		model e820 --size 8G hole=4G
		model e820 --size 8G hole=3221225473
		model e820 --size 8G remap=yes
		model e820 --size 8G bits=31
		model e820 --size 8G bits=53
		model e820 --size 8G hoel=3G
		model e820 --size 15M
		model e820 --size 4P
		model e820 --size 16777217
		model e820 --size 8G -a main
		model ipt
		model ipt frames=3
		model ipt trace frames=0
		model ipt trace frames=16777217
		model ipt trace buckets=0
		model ipt trace buckets=x
		model ipt trace hash=md5
		model ipt trace evict=lru
		model ipt trace page=3K
		model ipt trace format=csv
		model ipt trace more
		model ipt trace fraems=3
		model ipt trace frames=3 frames=4
		model ipt trace --step -J
		model ipt trace --frames 3
		model nosuch
		model real
		model real a20=off
		model real f000
		model real 10000:0
		model real 0:10000
		model real 0:0g
		model real 0:0 a20=no
		model real 0:0 a20=on 0:1
		model real 0:0 --step -J
		model real 0:0 --size 4K
		model seg
		model seg fs=8
		model seg tables more
		model seg tables cs=8
		model seg tables ip=8
		model seg tables fs=
		model seg tables fs=65536
		model seg tables fs=8x
		model seg tables cpl=4
		model seg tables ss0=x
		model seg tables ss3=8
		model seg tables read=fs
		model seg tables read=xs:0
		model seg tables read=fs:0x100000000
		model seg tables read=fs:0,0
		model seg tables read=fs:0,17
		model seg tables write=fs:0,4,4
		model seg tables jump=8
		model seg tables fs=0 call=8:-1
		model seg tables --step
		replace trace --frames 3 pgae=4K
		replace trace --frames 3 page=3K
		replace trace --frames 3 page=0
		replace trace --frames 3 page=4K page=8K
		replace trace --frames 3 format=cvs
		replace trace --frames 3 bits=9
		replace trace --frames 3 moves=0
		replace trace --frames 3 hir=x
		replace trace --frames 3 --policies fifo tick=4
		replace trace --frames 3 -a main
		replace trace --frames 3 --csv --step
		page free 1 --owner 5 --force
		page free --all --owner 5 --force
		cache free 1 --owner 5 --force
		kfree 1 --owner 5 --force
		monitor --count 0
		region trace r --count 0
		fault add --site alloc --probability 1.
		region map r 4K --rights rr
		region map r 4K --rights wr
		region protect r 0 4K ---
		help maps bogus
		help record bogus
		help replay bogus
		help --columns maps bogus
		region help add more
		region add help more
		region help bogus
		maps help bogus
		help help bogus
		buddyinfo -o +
		buddyinfo more
		buddyinfo -J -r
		buddyinfo --json=1
		buddyinfo --outptu node
		-a nosuch arena add x --size 1M
		-a nosuch arena shrink x --size 1M
		-a nosuch arena show b
		-a nosuch arena hash main
		-a nosuch pt formats
		-a nosuch version
		-a nosuch load
		-a nosuch unload
		-a nosuch help
		-a nosuch verify --all
		-a nosuch bench scale
		-r arena del x
		-n arena del x
		--output-all arena del x
		bench worst --order 1
		bench pair --size 8
		bench object-pair --order 1
		bench fault --threads 2
		bench pairs
		help region bogus
		help --objects region
		help --columns
		load -- -r
		load =5
		load size:5
		p
		re
		regoin list
		region lsit
		region d x
		region add x --sise 4K
		arena add x --size 1.5
		arena add x --size 1.5B
		arena add x --size .5M
		arena add x --size 1.M
		arena add x --size 0x1.8M
		arena add x --size 1KBB
		arena add x --size 1kib
		arena add x --size 16E
		fault add --site alloc --nth 1 --seed 3
		region map r 4K --offset 4K
		plant frame-stat
		pt walk +4K
		what +4K
		arena bogus
		arena show a b
		arena add
		arena add x
		arena add x --size
		arena add x --size -1
		arena add x --size 1Q
		arena add x --size 1M1
		arena add x --size 99999999999999999999
		arena add x --size 17179869184G
		arena add x --size 1M --nodes 3-1
		arena add x --size 1M --nodes 1,,2
		arena add x --size 1M --nodes 1,1
		arena add x --size 1M --nodes 0-2,2
		arena add x --size 1M --nodes 0-4096
		arena add x --size 1M --order 1
		arena hash -o arena
		page alloc
		page alloc --order 11
		page alloc --order x
		page alloc --order 0x
		page alloc --order 1 --count 0
		page alloc --order 1 --zone High
		page alloc --order 1 --migratetype Fixed
		page alloc --order 1 --owner 4294967296
		page alloc --order 1 --node 40000
		page alloc --order 1 --size 5
		page free
		page free x
		page free 1 --all
		page free --all
		cache add x
		cache add x --size 5G
		cache alloc
		cache free
		kmalloc
		kmalloc 1x
		kmalloc 8 --count 0
		kfree
		region add r
		region add r --pages 1 --size 4K
		region add r --pages 1 --limit 5
		region add r --size 4K --readonly
		region add r --size 4K --order 11
		region set r
		region fork r
		region map r
		region map r 1Q
		region map r 4K --rights x
		region unmap r 0
		region unmap r here 4K
		region unmap r + 4K
		region protect r 0 4K rx
		region read r
		region read r 0 0
		region idle r --wait -1
		region open r
		maps
		smem a b
		rmap here
		pt verify --pid x
		pt walk
		pt walk here
		pt formats x
		tlb add
		tlb add a l1
		tlb add a l1=16
		tlb add a l1=0x4
		tlb add a policy=x
		tlb add a page=8K
		tlb add a cycles=1,2
		tlb add a bogus=1
		tlb add abcdefghijklmnopqrstuvwxyzabcdef
		tlb feed a
		tlb compare
		what
		what pfn:x
		what x
		why
		why --order 1 --zone x
		plant
		plant nowhere
		monitor --timeout x
		help bogus
	LINES
	golden "usage no file to write" zones record -o '' true
	golden "usage no file to read" zones replay ''
	# Control characters that differ from digits in one bit.
	golden "usage no digits" zones kmalloc $'\x11\x12'
	golden "usage-json" zones -J page alloc --order 11
	for line in "--js" "-nJ" "-Jo node" "-qJ"; do
		# shellcheck disable=SC2086
		json "usage-json $line" '.[0].error.exit == 1' zones buddyinfo --bogus $line
	done
	for line in "status -V" "status -V -J" "record -V" "replay -V"; do
		# shellcheck disable=SC2086
		json "version-json $line" '.[0].version.memctl' zones -J $line
	done
	golden "usage-none" zones
}

# completes NAME WORD... = WANTED...: what bash offers for the last word
completes() {
	local name=$1
	shift
	COMP_WORDS=("$memctl")
	while [ "$1" != = ]; do
		COMP_WORDS+=("$1")
		shift
	done
	shift
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMPREPLY=()
	_memctl 2>"$work/stderr"
	printf '%s\n' "offered: ${COMPREPLY[*]}" "wanted: $*" >"$work/diff"
	[ "${COMPREPLY[*]}" = "$*" ]
	report $? "${label}completion $name" "$work/diff"
}

completion() {
	compopt() { :; }
	# shellcheck source=cli/memctl.bash
	. "$top/cli/memctl.bash"
	completes object budd = buddyinfo
	completes verb arena sh = show shrink
	completes option page alloc --mig = --migratetype
	completes zone page alloc --zone D = DMA DMA32
	completes value page alloc --order '' =
	completes columns zoneinfo -o NODE,PR = NODE,PRESENT NODE,PROTECTION
	completes columns-plus region list -o +LEV = +LEVELS
	completes orders buddyinfo --output OR = ORDER0 ORDER1 ORDER2 ORDER3 ORDER4 ORDER5 \
		ORDER6 ORDER7 ORDER8 ORDER9 ORDER10 ORDERS
	completes site plant fra = frame-state frame-link frame-prev frame-tag
	completes help help slab = slabinfo
	completes rights region map heap 4K --rights r = r rw
	completes verbs region f = fork
	completes policies replace trace --policies fifo,s = fifo,sieve fifo,s3fifo
	completes compared compare trace --policies first,b = first,bitmap first,best first,boot first,buddy first,bitfield
	completes key replace trace --frames 3 wi = window=
	completes model model e8 = e820
	completes model-key model e820 --size 8G ho = hole=
	completes model-ipt-key model ipt trace bu = buckets=
	export MEMCTL_REPLAY=$work/spaces.cap
	completes region region fork '' = r1 heap fork
	completes maps maps h = heap
	completes plant-region plant pte --region f = fork
	unset MEMCTL_REPLAY
}

# every_help: what the tool says of each object, without what it says of all, and of columns
every_help() {
	local object
	for object in $("$memctl" help --objects); do
		echo "# $object"
		"$memctl" "$object" --help
	done | awk '/^# / || /^$/ { skip = 0 } /^Options everywhere/ { skip = 1 } !skip; /^Columns of/ { skip = 1 }'
}

helps() {
	local object objects words
	expect help 0 zones help
	objects=$("$memctl" help --objects)
	for object in $objects; do
		"$memctl" "$object" --help >"$work/a" 2>&1 && grep -q "^Usage: memctl" "$work/a" &&
			case $object in
			help | record | replay | bench) true ;;
			*)
				"$memctl" "$object" help >"$work/b" 2>&1 && cmp -s "$work/a" "$work/b" &&
					"$memctl" help "$object" >"$work/c" 2>&1 && cmp -s "$work/a" "$work/c"
				;;
			esac
		report $? "${label}help $object" "$work/a"
	done
	every_help >"$work/out" 2>&1
	[ -z "$update" ] || cp "$work/out" "$here/expected/help-all.txt"
	diff -u "$here/expected/help-all.txt" "$work/out" >"$work/diff" 2>&1
	report $? "${label}help of everything" "$work/diff"
	golden columns zones help --columns region list
	golden columns-record zones help --columns record
	golden help-verb zones region add -h
	for words in "region add --help" "help region add" "region add help" "region help add" "reg ad -h" "help reg ad" \
		"region --size 4K add -h" "region -a foo add r -h" "region -h --bogus add" "region -h add --order x"; do
		# shellcheck disable=SC2086
		run zones $words
		diff -u "$here/expected/help-verb.txt" "$work/out" >"$work/diff" 2>&1
		report $? "${label}help-verb $words" "$work/diff"
	done
	completion
	MEMCTL_REPLAY=$work/zones.cap "$memctl" zoneinfo >/dev/full 2>"$work/stderr"
	[ $? = 1 ] && grep -q 'could not be written' "$work/stderr"
	report $? "${label}full-device" "$work/stderr"
	(trap '' PIPE; MEMCTL_REPLAY=$work/bad-rows.cap "$memctl" page list 2>"$work/stderr"
		echo $? >"$work/status") | true
	[ "$(cat "$work/status")" = 1 ] && grep -q 'could not be written' "$work/stderr"
	report $? "${label}closed-pipe" "$work/stderr"
}

# All that was run above was run with -J too.
contract() {
	"$memctl" help --objects >"$work/objects"
	python3 "$here/json_contract.py" "$work/json" "$work/objects" >"$work/faults"
	report $? "${label}the contract of JSON, $(tail -n 1 "$work/faults")" "$work/faults"
}

# What was asked for to get all that: each request, attribute by attribute.
requests() {
	python3 "$here/requests.py" "$work/asked" >"$work/requests"
	[ -z "$update" ] || cp "$work/requests" "$here/expected/requests.txt"
	diff -u "$here/expected/requests.txt" "$work/requests" >"$work/diff" 2>&1
	report $? "${label}the requests" "$work/diff"
}

# Good captures with bytes changed: never a crash, never a hang, always a known exit status.
fuzz() {
	local seed=${MEMCTL_FUZZ_SEED:-$((RANDOM * 32768 + RANDOM))} capture name command bad=0
	mkdir "$work/fuzz"
	python3 "$here/mkcapture.py" "$work/fuzz" "$seed" "${MEMCTL_FUZZ_NUMBER:-400}"
	for capture in "$work"/fuzz/*.cap; do
		name=${capture##*/fuzz-}
		name=${name#*-}
		name=${name%.cap}
		read -ra command <<<"$(fuzz_command "$name")"
		run "fuzz/$(basename "$capture" .cap)" "${command[@]}"
		[ "$status" -le 5 ] && [ "$status" != 1 ] && continue
		bad=1
		{ echo "$(basename "$capture"), seed $seed"; cat "$work/out"; } >>"$work/fuzz-report"
	done
	report $bad "${label}fuzz, seed $seed" "$work/fuzz-report"
	rm -rf "$work/fuzz" "$work/fuzz-report"
}

fuzz_command() {
	case $1 in
	status | unheld) echo status ;;
	arena) echo arena show b ;;
	zones*) echo zoneinfo ;;
	caches) echo slabinfo ;;
	chunks) echo iomem ;;
	regions | spaces) echo region ;;
	space) echo region show heap ;;
	space-add) echo region add heap --size 4M ;;
	space-ok | space-refused) echo region map heap 4K ;;
	space-read) echo region read heap +0 20 ;;
	space-touch) echo region touch heap 0 4K ;;
	space-idle) echo region idle heap ;;
	vmas) echo smaps heap ;;
	smem) echo smem ;;
	rmap) echo rmap 1 ;;
	traces) echo region trace heap ;;
	handles) echo page list -J ;;
	owned) echo page list --kernel -J ;;
	walk*) echo pt walk 0xffffc90000400000 ;;
	pt) echo pt dump -J ;;
	pt-*) echo pt verify ;;
	what | what-kernel) echo what 1 ;;
	one-space | one-address) echo what address:0x100000001010 ;;
	one-offset) echo what +4K --region heap ;;
	status-one | no-arena) echo arena show main ;;
	one-space-hole) echo pt walk 1 --region heap ;;
	two-spaces | nothing) echo region list ;;
	plant-space) echo region show heap ;;
	texts) echo maps heap -J ;;
	why-*) echo why --order 3 ;;
	verified | damaged | leaks | views-*) echo verify ;;
	alloc*) echo page alloc --order 1 --count 2 ;;
	free) echo page free 1 ;;
	free-owner) echo page free --all --owner 1 ;;
	cache-add) echo cache add x --size 1 -J ;;
	object) echo cache alloc foo ;;
	shrink) echo cache shrink foo ;;
	region-add) echo region add x --pages 1 ;;
	formats) echo pt formats -J ;;
	faults) echo fault list -J ;;
	fault-add*) echo fault add --site alloc --nth 1 ;;
	fault-del*) echo fault del 1 ;;
	tlbs) echo tlb list ;;
	tlb) echo tlb show a -J ;;
	tlb-add*) echo tlb add a ;;
	tlb-feed) echo tlb feed a "$work/trace" ;;
	tlb-compare) echo tlb compare "$work/trace" ;;
	tlb-del) echo tlb del a ;;
	tlb-clear) echo tlb clear a ;;
	arena-ok) echo arena hash ;;
	events) echo monitor --count 20 ;;
	esac
}

if [ ${#binaries[@]} = 0 ]; then
	make -C "$top" cli >"$work/make" 2>&1 && make -C "$top" cli CLI_SANITIZE=1 >>"$work/make" 2>&1
	report $? "build" "$work/make"
	binaries=("$top/cli/memctl" "$top/cli/memctl-asan")
fi
python3 "$here/mkcapture.py" "$work" || exit 1
for capture in "$here"/captures/*.cap; do
	cp "$capture" "$work/real-${capture##*/}"
done
# shellcheck source=selftests/cli/endings.sh
. "$here/endings.sh"
for memctl in "${binaries[@]}"; do
	label="$(basename "$memctl"): "
	nr_json=0
	rm -rf "$work/json"
	: >"$work/asked"
	[ -x "$memctl" ] || { report 1 "${label}is there"; continue; }
	leaks
	views
	recorded
	checks
	changes
	comparisons
	replaces
	models
	hostile
	usage
	helps
	endings
	[ -z "${T:-}" ] || continue
	requests
	contract
	fuzz
done
echo "1..$number"
[ "$number" -gt 0 ] || { echo "no case has $T in its name" >&2; exit 1; }
[ "$failed" = 0 ]
