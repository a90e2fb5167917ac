#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# ynl-regen.sh - generates the netlink header and policies, and names for the tracepoint, from
#                Documentation/netlink/specs/memctl.yaml; and which attributes and words the tool knows
#
# Usage: scripts/ynl-regen.sh [--check]
#
# The generator is the kernel's own (tools/net/ynl/ynl-gen-c.py of linux-source-6.12). --check writes nothing: it
# validates the spec against the kernel's schema, compares the checked-in files with what the spec generates, prints TAP,
# and ends with 1 when any of them is out of date.
set -eu
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

check=
case ${1:-} in
--check) check=1 ;;
'') ;;
-h | --help) usage; exit 0 ;;
*) die "unknown option $1" ;;
esac

cd "$MEMCTL_TOP"
# Debian's python has the yaml and jsonschema packages; another one on the PATH may not.
python=/usr/bin/python3
need_groups test
"$python" -c 'import yaml, jsonschema' || die "install python3-yaml and python3-jsonschema"
kernel=$(scripts/kernel-source)

# The generator writes the spec's path, seen from the directory that has a MAINTAINERS file, into what it generates.
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/Documentation/netlink/specs" "$tree/out"
touch "$tree/MAINTAINERS"
cp "$kernel"/Documentation/netlink/*.yaml "$tree/Documentation/netlink/"
spec=$tree/Documentation/netlink/specs/memctl.yaml
cp Documentation/netlink/specs/memctl.yaml "$spec"

failed=0 number=0

# result STATUS NAME [DIAGNOSTIC-FILE]: one line of TAP.
result() {
	number=$((number + 1))
	if [ "$1" = 0 ]; then
		echo "ok $number - $2"
	else
		failed=1
		echo "not ok $number - $2"
		[ -z "${3:-}" ] || sed 's/^/# /' "$3"
	fi
}

# generate FILE MODE KIND: FILE, or with --check its comparison.
generate() {
	local file=$1 mode=$2 kind=$3 out=$tree/out/${1##*/}

	"$python" "$kernel/tools/net/ynl/ynl-gen-c.py" --mode "$mode" "--$kind" --spec "$spec" -o "$out" ||
		die "ynl-gen-c.py does not take the spec"
	# Its blanks are the generator's: an editor that formats what it saves would have the header differ from the spec.
	[ "$mode" != uapi ] || sed -i '/^\/\* YNL-GEN/a /* clang-format off */' "$out"
	compare "$file" "$out"
}

# compare FILE OUT: takes OUT for FILE, or with --check compares the two.
compare() {
	local file=$1 out=$2 status=0

	if [ -n "$check" ]; then
		diff -u "$file" "$out" >"$tree/diff" 2>&1 || status=1
		result "$status" "$file is what the spec generates" "$tree/diff"
	elif ! cmp -s "$file" "$out"; then
		mkdir -p "$(dirname "$file")"
		cp "$out" "$file"
		say "$file"
	fi
}

# enums FILE ENUM...: the values of these enums for TRACE_DEFINE_ENUM() and __print_symbolic(). Included for each stage of
# the tracing headers, so without a guard.
enums() {
	local file=$1 out=$tree/out/${1##*/}

	shift
	"$python" - "$spec" "$@" >"$out" <<-'EOF' || die "the spec has not all of: $*"
		import sys
		import yaml

		with open(sys.argv[1]) as file:
		    spec = yaml.safe_load(file)
		enums = {one["name"]: one for one in spec["definitions"] if one["type"] == "enum"}
		print("/* SPDX-License-Identifier: GPL-2.0 */")
		print("/* Do not edit directly, scripts/ynl-regen.sh makes it from: */")
		print("/*\tDocumentation/netlink/specs/memctl.yaml */")
		print("/* clang-format off */")
		for name in sys.argv[2:]:
		    names = [one["name"] if isinstance(one, dict) else one for one in enums[name]["entries"]]
		    prefix = enums[name].get("name-prefix", "memctl-" + name + "-")
		    symbols = [(prefix + one).upper().replace("-", "_") for one in names]
		    print()
		    for symbol in symbols:
		        print(f"TRACE_DEFINE_ENUM({symbol});")
		    macro = "MCTL_TRACE_" + name.upper().replace("-", "_")
		    print(f"\n#undef {macro}\n#define {macro} \\")
		    print(", \\\n".join(f'\t{{ {symbol}, "{one}" }}' for symbol, one in zip(symbols, names)))
	EOF
	compare "$file" "$out"
}

# words FILE ENUM...: the words of these enums, as the spec has them.
words() {
	local file=$1 out=$tree/out/${1##*/}

	shift
	"$python" - "$spec" "$@" >"$out" <<-'EOF' || die "the spec has not all of: $*"
		import sys
		import yaml

		with open(sys.argv[1]) as file:
		    spec = yaml.safe_load(file)
		enums = {one["name"]: one["entries"] for one in spec["definitions"] if one["type"] == "enum"}
		print("/* SPDX-License-Identifier: GPL-2.0 */")
		print("/* Do not edit directly, scripts/ynl-regen.sh makes it from: */")
		print("/*\tDocumentation/netlink/specs/memctl.yaml */")
		print("/* clang-format off */")
		for name in sys.argv[2:]:
		    print(f"\nstatic const char *const {name.replace('-', '_')}_names[] = {{")
		    for one in enums[name]:
		        print(f'\t"{one["name"] if isinstance(one, dict) else one}",')
		    print("};")
	EOF
	compare "$file" "$out"
}

# fields FILE: the attributes that the tool reads: those that a struct of model.h has a member for.
fields() {
	local file=$1 out=$tree/out/${1##*/}

	"$python" - "$spec" cli/wire/model.h cli/wire/decode.h >"$out" <<-'EOF' || die "the spec and model.h do not fit"
		import re
		import sys
		import yaml

		TYPES = {"u32": "U32", "s32": "S32", "u64": "U64", "flag": "FLAG", "string": "STRING", "binary": "U32S"}

		with open(sys.argv[1]) as file:
		    spec = yaml.safe_load(file)
		model = "".join(open(path).read() for path in sys.argv[2:])
		members = {}
		for name, body in re.findall(r"^struct (\w+) \{\n(.*?)^\};", re.sub(r"/\*.*?\*/", "", model, flags=re.S), re.S | re.M):
		    members[name] = {one: line.split()[:2] == ["struct", "list"] for line in body.split("\n")
		                     for one in re.findall(r"[ ,*](\w+)(?:\[[^\]]*\])*(?=[;,])", line)}

		def rows_of(attribute, name):
		    if attribute["type"] == "nest":
		        return attribute["nested-attributes"]
		    return attribute.get("struct", name if "sub-type" in attribute else "byte")

		def entry(row, prefix, attribute):
		    name = attribute["name"].replace("-", "_")
		    own = {"exec_reply": "exec"}.get(row, row)
		    # Of what comes more than once there are several; what a row itself is called is its name.
		    wanted = [name, name + "s", name + "es"] + (["name"] if name == own else [])
		    found = [one for one in wanted if one in members[row]]
		    if not found:
		        return None
		    place = f"{row}, {prefix}, {name.upper()}, {found[0]}"
		    if not members[row][found[0]]:
		        return f"\tFIELD({place}, {TYPES[attribute['type']]}),"
		    kind = "NEST" if attribute["type"] == "nest" else "ROWS"
		    return f"\tNESTED({place}, {kind}, {rows_of(attribute, name).replace('-', '_')}_schema),"

		print("/* SPDX-License-Identifier: GPL-2.0 */")
		print("/* Do not edit directly, scripts/ynl-regen.sh makes it from: */")
		print("/*\tDocumentation/netlink/specs/memctl.yaml, cli/wire/model.h */")
		print("/* clang-format off */")
		with_arena = []
		for one in spec["attribute-sets"]:
		    prefix = one["name"].upper().replace("-", "_")
		    row = {"exec": "exec_reply"}.get(one["name"], one["name"].replace("-", "_"))
		    if any(attribute["name"] == "arena" for attribute in one["attributes"]):
		        with_arena.append(prefix)
		    if row in members:
		        print(f"\nstatic const struct field {prefix.lower()}_fields[] = {{")
		        print("\n".join(filter(None, (entry(row, prefix, attribute) for attribute in one["attributes"]))))
		        print("};")
		print("\n/* One number stands for the arena in every request but an exec. */")
		for prefix in with_arena:
		    if prefix not in ("ARENA", "EXEC"):
		        print(f"_Static_assert((int)MEMCTL_A_{prefix}_ARENA == (int)MEMCTL_A_ARENA_ARENA, \"{prefix}\");")
	EOF
	compare "$file" "$out"
}

if [ -n "$check" ]; then
	echo "TAP version 13"
	echo "1..7"
	status=0
	"$python" - "$spec" "$tree/Documentation/netlink/genetlink-legacy.yaml" >"$tree/diff" 2>&1 <<-'EOF' || status=1
		import sys
		import jsonschema
		import yaml

		with open(sys.argv[1]) as spec, open(sys.argv[2]) as schema:
		    jsonschema.validate(yaml.safe_load(spec), yaml.safe_load(schema))
	EOF
	result "$status" "the spec is valid in the kernel's genetlink-legacy schema" "$tree/diff"
fi
generate include/uapi/linux/memctl.h uapi header
generate module/nl/generated/memctl_gen.h kernel header
generate module/nl/generated/memctl_gen.c kernel source
enums module/host/generated/trace_enums.h event-type reason zone-type
fields cli/wire/fields_gen.h
words cli/base/words_gen.h kind event-type fault refusal reason inject-site tlb-policy
exit "$failed"
