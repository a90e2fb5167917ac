#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# docs.sh - what is written for readers can be read: docutils has no complaint about any .rst, mandoc none about the page
#
# A row of a table whose first column goes on in the next line is a row too many, and nobody complains: such rows are looked
# for here. Prints TAP.
set -u
# shellcheck source=selftests/install/tap.sh
. "$(dirname "$0")/tap.sh"
cd "$top" || exit 1

cat >"$work/render.py" <<'EOF'
"""Reads .rst files, prints what docutils reports from "warning" on, and table rows that have a first cell alone."""
import sys

# Which colours code, where it is installed, and is missed with a warning where it is not.
sys.modules['pygments'] = None
import docutils.core
import docutils.nodes

for path in sys.argv[1:]:
    with open(path, encoding='utf-8') as file:
        tree = docutils.core.publish_doctree(file.read(), source_path=path, settings_overrides={
            'report_level': 2, 'halt_level': 5, 'warning_stream': sys.stdout})
    for row in tree.findall(docutils.nodes.row):
        cells = [cell.astext().strip() for cell in row]
        if len(cells) > 1 and cells[0].endswith(',') and not any(cells[1:]):
            print(f'{path}: the row "{cells[0]}" has no more than its first cell')
EOF
while read -r file; do
	silent "$file is read without a warning" python3 "$work/render.py" "$file"
done < <(scripts/sources '*.rst')

# The names of files that the documents send a reader to, and where the links of a page lead.
scripts/sources '*.rst' '*.md' | while read -r file; do
	grep -oP '\]\(\K[^)#]+' "$file" | while read -r name; do
		case $name in
		*://* | mailto:*) ;;
		*) [ -e "$(dirname "$file")/$name" ] || echo "$file: there is no $name" ;;
		esac
	done
	grep -oP '(?<![\w./-])(Documentation|scripts|selftests|module|cli|bench|include)/[A-Za-z0-9_./-]+[A-Za-z0-9]' "$file" | sort -u |
		while read -r name; do
			compgen -G "$name*" >/dev/null || echo "$file: there is no $name"
		done
done >"$work/names"
silent "every file that they name is there" cat "$work/names"

make -s man >"$work/make" 2>&1
result $? "the manual page is made" "$work/make"
silent "mandoc -Tlint has nothing to say about it" mandoc -Tlint cli/memctl.8
mandoc -Tutf8 cli/memctl.8 >"$work/page" 2>&1 && ! sed 's/.\x08//g' "$work/page" | grep -nE '(^|[^A-Za-z0-9/*])[*_][A-Za-z-]+[*_]|[A-Za-z]_([^A-Za-z0-9_]|$)' >"$work/out"
result $? "none of its marks is left in what is shown" "$work/out"
finish
