#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Regions for processes, from the shell: every command, alone and with
# processes that map a region (region_hold, told what to do through a pipe).
# HOST: mappings, faults, the files of /proc

. "$(dirname "$0")/lib.sh"
begin
hold=$(dirname "$0")/region_hold
[ -x "$hold" ] || skip_all "region_hold is not built"
load size=48M plant=1 || exit "$KSFT_FAIL"
start=$(frames)

# row REGION COLUMN: one cell of the list
row()
{
	"$MEMCTL" region list -r -n -o "NAME,$2" | awk -v name="$1" '$1 == name { print $2 }'
}

# hold NUMBER REGION: start a process that maps REGION
hold()
{
	mkfifo "$work/in$1" "$work/out$1"
	"$MEMCTL" region open "$2" -- "$hold" <"$work/in$1" >"$work/out$1" &
	case $1 in
	1) exec 7>"$work/in1" 8<"$work/out1" ;;
	2) exec 5>"$work/in2" 6<"$work/out2" ;;
	esac
}

# tell NUMBER WORDS: have the process do it, and print its answer
tell()
{
	case $1 in
	1) echo "$2" >&7; read -r answer <&8 ;;
	2) echo "$2" >&5; read -r answer <&6 ;;
	esac
	echo "$answer"
}

# let_go NUMBER: end the process
let_go()
{
	case $1 in
	1) exec 7>&- 8<&- ;;
	2) exec 5>&- 6<&- ;;
	esac
	rm -f "$work/in$1" "$work/out$1"
}

# --- make, access, ranges ---

check "add" "$MEMCTL" region add heap --size 4M
check "it is there" sh -c '"$1" region list | grep -q "^heap .*process"' - "$MEMCTL"
equal "a vma, all of it" "100000000000-100000400000 rw-p" "$("$MEMCTL" maps heap | cut -c -30)"
equal "touch to read maps zeros" "pages: 0 minor, 0 major, 16 zero, 0 new, 0 copied" \
	"$("$MEMCTL" region touch heap +0 64K)"
equal "zeros take no frame" 0 "$(row heap RSS | tr -dc 0-9)"
equal "touch to write maps frames" "pages: 0 minor, 0 major, 0 zero, 16 new, 0 copied" \
	"$("$MEMCTL" region touch heap +0 64K --write)"
equal "RSS is what was written" 64K "$(row heap RSS)"
head -c 100000 /dev/urandom >"$work/data"
check "write standard input" sh -c '"$1" region write heap +1M <"$2"' - "$MEMCTL" "$work/data"
"$MEMCTL" region read heap +1M 100000 -r >"$work/back"
check "read gives it back" cmp "$work/data" "$work/back"
check "write a text over the edge of a page" "$MEMCTL" region write heap +4090 --data "hello, region"
equal "read it" "hello, region" "$("$MEMCTL" region read heap +4090 13 -r)"
for view in maps smaps pmap smem; do
	arguments=heap
	check "$view" "$MEMCTL" "$view" "$arguments"
	check "$view -J" "$MEMCTL" "$view" "$arguments" -J
done
equal "pt verify of a region that no process maps" "nothing was compared: no process maps the region" \
	"$("$MEMCTL" pt verify heap)"
equal "in JSON" '"verdict":"nothing_compared"' "$("$MEMCTL" pt verify -J | tr -d ' \n' | grep -o '"verdict":"[a-z_]*"')"
check "unmap a part" "$MEMCTL" region unmap heap +2M 64K
refuse "a read of the hole" 2 'no vma' "$MEMCTL" region read heap +2M 1
check "map a file there" "$MEMCTL" region map heap 64K --address 0x100000200000 --rights r \
	--file "$work/data" --offset 4K
"$MEMCTL" region read heap +2M 64K -r >"$work/back"
tail -c +4097 "$work/data" | head -c 65536 >"$work/part"
check "it has the file's bytes" cmp "$work/part" "$work/back"
refuse "a write to it" 2 'does not allow' "$MEMCTL" region write heap +2M --data x
equal "vmas" 3 "$("$MEMCTL" maps heap | wc -l)"
check "protect" "$MEMCTL" region protect heap +2M 64K rw
check "now it can be written" "$MEMCTL" region write heap +2M --data x
check "discard" "$MEMCTL" region discard heap +2M 4K
equal "the file's bytes are back" "$(head -c 16 "$work/part" | hexdump -C | head -n 1 | cut -c 11-)" \
	"$("$MEMCTL" region read heap +2M 16 -r | hexdump -C | head -n 1 | cut -c 11-)"
check "pt walk" "$MEMCTL" pt walk 0x100000000000 --region heap
check "pt dump" "$MEMCTL" pt dump heap
pfn=$("$MEMCTL" pt walk 0x100000000000 --region heap | sed -n 's/^physical address //p')
equal "pt walk finds the region" "$pfn" "$("$MEMCTL" pt walk 0x100000000000 | sed -n 's/^physical address //p')"
equal "pt walk from its start" "$pfn" \
	"$("$MEMCTL" pt walk +0 --region heap | sed -n 's/^physical address //p')"
for words in "0x100000000000" "address:0x100000000000" "+0 --region heap"; do
	# shellcheck disable=SC2086
	equal "what $words" "heap $((pfn / 4096))" "$("$MEMCTL" what $words -r -n -o REGION,PFN)"
done
refuse "what of a page without a frame" 2 'no frame' "$MEMCTL" what +3M --region heap
refuse "an address behind the region" 2 'no frame is mapped' "$MEMCTL" what +8M --region heap
equal "rmap" "heap 0x100000000000" "$("$MEMCTL" rmap $((pfn / 4096)) -r -n -o REGION,ADDRESS)"
check "verify" "$MEMCTL" verify

# --- fork ---

check "fork" "$MEMCTL" region fork heap copy
refuse "an address of both is of none" 1 'heap, copy' "$MEMCTL" what address:0x100000000000
refuse "nor is it walked" 1 'heap, copy' "$MEMCTL" pt walk 0x100000000000
equal "a frame backs both" 2 "$("$MEMCTL" rmap $((pfn / 4096)) -r -n | wc -l)"
check "a write to the copy" "$MEMCTL" region write copy +4090 --data "HELLO"
equal "the copy has it" "HELLO, region" "$("$MEMCTL" region read copy +4090 13 -r)"
equal "the other has not" "hello, region" "$("$MEMCTL" region read heap +4090 13 -r)"
equal "the page that it wrote to was copied" 1 "$(row copy COW)"
check "verify" "$MEMCTL" verify
check "remove the copy" "$MEMCTL" region del copy

# --- processes ---

check "dd writes to the file" "$MEMCTL" region open heap -- \
	dd if="$work/data" of=/proc/self/fd/3 bs=4096 count=24 seek=512 conv=notrunc
equal "its bytes are there" "$(head -c 98304 "$work/data" | sha256sum)" \
	"$("$MEMCTL" region read heap +2M 98304 -r | sha256sum)"
equal "sha256sum reads it" "$(head -c 98304 "$work/data" | sha256sum)" \
	"$("$MEMCTL" region open heap -- dd if=/proc/self/fd/3 bs=4096 skip=512 count=24 2>/dev/null |
		sha256sum)"
refuse "a descriptor to read cannot be written" 1 'Bad file descriptor\|[Ee]rror' "$MEMCTL" region open heap --readonly -- \
	sh -c 'echo x >&3'
hold 1 heap
hold 2 heap
equal "a process reads what the shell wrote" 104 "$(tell 1 'r 4090')"
equal "and writes" ok "$(tell 1 'w 4090 72')"
equal "another sees it" 72 "$(tell 2 'r 4090')"
equal "so does the shell" "Hello" "$("$MEMCTL" region read heap +4090 5 -r)"
equal "two processes" 2 "$(row heap PROCS)"
equal "smem lists them" 2 "$("$MEMCTL" smem heap -r -n -o PID | grep -vc -- -)"
pid=$(tell 1 p)
equal "by their numbers" 1 "$("$MEMCTL" smem heap -r -n -o PID | grep -cx "$pid")"
check "pt verify" "$MEMCTL" pt verify
check "pt verify of one process" "$MEMCTL" pt verify heap --pid "$pid"
equal "it compares entries" 1 "$("$MEMCTL" pt verify heap --pid "$pid" -J |
	tr -d ' \n' | grep -c '"processes":1,"mappings":1')"
equal "its verdict" '"verdict":"verified"' "$("$MEMCTL" pt verify heap -J | tr -d ' \n' | grep -o '"verdict":"[a-z_]*"')"
refuse "remove it while it is mapped" 2 'held' "$MEMCTL" region del heap
check "protect takes the right from processes" "$MEMCTL" region protect heap +0 64K r
equal "a write is refused" SIGSEGV "$(tell 1 'w 0 1')"
equal "a read is not" 0 "$(tell 1 'r 0')"
check "give it back" "$MEMCTL" region protect heap +0 64K rw
equal "a write is there" ok "$(tell 1 'w 0 1')"
check "discard takes the frame" "$MEMCTL" region discard heap +0 4K
equal "both read zeros" "0 0" "$(tell 1 'r 0') $(tell 2 'r 0')"
check "unmap" "$MEMCTL" region unmap heap +3M 64K
equal "then there is nothing" SIGSEGV "$(tell 2 'r 3145728')"
check "pt verify" "$MEMCTL" pt verify

# Every bit that the comparison looks at, planted in the shadow.
equal "an entry to damage" ok "$(tell 1 'w 8192 9')"
for bit in 1 2 12 63; do
	check "flip bit $bit" "$MEMCTL" plant pte --region heap --address 0x100000002000 --level 1 --bit "$bit"
	"$MEMCTL" pt verify heap >"$work/found" 2>&1
	equal "it is found" 5 "$?"
	check "flip it back" "$MEMCTL" plant pte --region heap --address 0x100000002000 --level 1 --bit "$bit"
done
check "the tables are equal again" "$MEMCTL" pt verify

# Idle pages: what is touched while it waits.
"$MEMCTL" region idle heap --wait 4 -r -n -o ACCESSED,IDLE >"$work/idle" &
idle=$!
wait_until "idle waits" grep -q '^State:.S' /proc/$idle/status
"$MEMCTL" region touch heap +8K 1 >/dev/null
tell 1 'r 8192' >/dev/null
wait $idle
equal "one page was touched" 1 "$(cut -d' ' -f1 "$work/idle")"
at_least "the others were idle" 20 "$(cut -d' ' -f2 "$work/idle")"

# Once more until the trace has begun.
traced_write()
{
	"$MEMCTL" region discard heap +16K 4K
	tell 1 'w 16384 1'
	grep -q "write 0x100000004000" "$work/trace"
}
traced_refusal()
{
	tell 1 'r 3145728'
	grep -q "read 0x100000300000" "$work/trace"
}
"$MEMCTL" region trace heap >"$work/trace" &
trace=$!
wait_until "a write is traced" traced_write
wait_until "a refusal is traced" traced_refusal
kill -TERM "$trace"
wait "$trace"
equal "who is interrupted ends well" 143 "$?"
check "the trace has the write" grep -q "pid $pid write 0x100000004000 .*: new" "$work/trace"
check "and the refusal" grep -q "pid $pid read 0x100000300000 .*: refused, outside" "$work/trace"

refuse "a limit below what it has" 2 'limit' "$MEMCTL" region set heap --limit 1
check "a limit" "$MEMCTL" region set heap --limit $(($(row heap CHARGED) + 1))
"$MEMCTL" region touch heap +512K 64K --write >"$work/out" 2>&1
equal "it holds" 2 "$?"
equal "a process gets SIGBUS" SIGBUS "$(tell 2 'w 786432 1')"
check "no limit" "$MEMCTL" region set heap --limit 0
equal "now it gets the frame" ok "$(tell 2 'w 786432 1')"
check "a window" "$MEMCTL" region set heap --window 64
refuse "no power of two" 2 'power of two' "$MEMCTL" region set heap --window 63
refuse "a window that is none beside a limit" 2 'power of two' "$MEMCTL" region set heap --limit 100000 --window 63
refuse "a limit that is none beside a window" 2 'limit' "$MEMCTL" region set heap --limit 1 --window 32
equal "both change, or none" "0 64" "$("$MEMCTL" region show heap -n -r -o LIMIT,WINDOW)"
refuse "a process that maps nothing" 2 "maps none" "$MEMCTL" pt verify heap --pid 1

no_process()
{
	[ "$(row heap PROCS)" -eq 0 ]
}
let_go 1
let_go 2
wait_until "the processes are gone" no_process
equal "no process is left" 0 "$(row heap PROCS)"
check "pt verify" "$MEMCTL" pt verify

# --- refusals ---

refuse "a size that is no page" 2 'a multiple of' "$MEMCTL" region add bad --size 4097
refuse "size 0" 2 'a multiple of\|at least one page' "$MEMCTL" region add bad --size 0
refuse "more than 1 TiB" 2 'up to' "$MEMCTL" region add bad --size 2T
refuse "order 3" 2 'order 3: 0 or 9' "$MEMCTL" region add bad --size 4M --order 3
refuse "a name twice" 2 'exists' "$MEMCTL" region add heap --size 4K
refuse "a name with a slash" 2 'name' "$MEMCTL" region add a/b --size 4K
refuse "a fork of nothing" 2 'no region' "$MEMCTL" region fork nothing other
refuse "a fork over another" 2 'exists' "$MEMCTL" region fork heap heap
refuse "a vma over another" 2 'vma' "$MEMCTL" region map heap 4K --address 0x100000000000
refuse "no room for a vma" 2 'no gap of 1073741824 bytes' "$MEMCTL" region map heap 1G
refuse "a gap that is too short" 2 'no gap of 131072 bytes' "$MEMCTL" region map heap 128K
refuse "a file that is none" 2 'file' "$MEMCTL" region map heap 4K --address 0x100000300000 --file /nowhere
refuse "a directory" 2 'regular' "$MEMCTL" region map heap 4K --address 0x100000300000 --file /
refuse "half a page" 2 'pages' "$MEMCTL" region discard heap +0 100
refuse "behind the end" 2 'region heap is' "$MEMCTL" region read heap +4M 1
refuse "rmap of a frame that is free" 2 'no region' "$MEMCTL" rmap 1
refuse "a region that is none" 2 'no region' "$MEMCTL" maps nothing
refuse "a process that is none" 2 'no region\|no process' "$MEMCTL" pt verify nothing --pid 1
refuse "a kernel region's vmas" 2 'no region' sh -c '"$1" region add k --pages 1 >/dev/null; "$1" maps k' - "$MEMCTL"
check "remove both" sh -c '"$1" region del k && "$1" region del heap' - "$MEMCTL"

# --- blocks of 2 MiB ---

check "add with order 9" "$MEMCTL" region add huge --size 8M --order 9
check "touch" "$MEMCTL" region touch huge +2M 1 --write
equal "one leaf of 2 MiB" "$(large_leaves)" "$(row huge LARGE)"
check "unmap a page of it" "$MEMCTL" region unmap huge +2M 4K
equal "it is split" "0 $((2044 * $(large_leaves)))K" "$(row huge LARGE) $("$MEMCTL" region list -r -n -b -o NAME,RSS |
	awk '$1 == "huge" { print $2 / 1024 "K" }')"
check "verify" "$MEMCTL" verify
check "remove" "$MEMCTL" region del huge
equal "every frame is back" "$start" "$(frames)"

# A process that is killed does not go on to the end of its range.
check "add one of 16 GiB" "$MEMCTL" region add wide --size 16G
"$MEMCTL" region touch wide +0 16G >/dev/null &
sleep 0.5
kill -9 $!
wait $! 2>/dev/null
equal "who is killed ends" 137 "$?"
zeros=$("$MEMCTL" region touch wide +8G 8G | awk '{ sub(".*major, ", ""); print $1 }')
at_least "before it is through" 1 "$zeros"
check "remove it" "$MEMCTL" region del wide
equal "every frame is back" "$start" "$(frames)"

unload
load size=8M || exit "$KSFT_FAIL"
check "add" "$MEMCTL" region add heap --size 64K
refuse "damage without plant=1" 2 'plant=1' "$MEMCTL" plant pte --region heap --address 0x100000000000 \
	--level 1 --bit 1
check "remove it" "$MEMCTL" region del heap
unload
clean_log
finish
