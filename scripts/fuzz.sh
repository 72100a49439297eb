#!/usr/bin/env bash
# Runs every fuzz target of the module, one after the other. A new target joins by existing.
#
#   scripts/fuzz.sh [TIME]     TIME for each target, 20s unless given
#
# Inputs that are merely interesting are made smaller by ten tries at most: else that takes the whole time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
time=${1:-20s}

output=$(mktemp)
trap 'rm -f "$output"' EXIT

# Up to Go 1.26 a run that finds nothing may, by a race at its very end, report the end of its own time
# as a failure (https://go.dev/issue/75804). Then this line is all that it says of the target; a true find
# names the input that fails, and a target's own complaint names the file and line.
only_time_ended() {
	[[ $(sed -n '/^--- FAIL: /,/^FAIL$/p' "$output" | sed '1d;$d') == '    context deadline exceeded' ]]
}

# To ask a package for its targets is to compile its tests: only those that have one are asked.
mapfile -t packages < <(grep -rlE --include='*_test.go' --exclude-dir=node_modules --exclude-dir='.?*' \
	'^func Fuzz' . | xargs -r -n1 dirname | sort -u)

count=0
for package in "${packages[@]}"; do
	# Not in a process substitution, whose failure would go unnoticed.
	list=$(go test -list '^Fuzz' "$package")
	for target in $(grep '^Fuzz' <<<"$list" || true); do
		echo "fuzz: $package $target for $time"
		if ! go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 10x "$package" 2>&1 | tee "$output" && ! only_time_ended; then
			exit 1
		fi
		count=$((count + 1))
	done
done
if ((count == 0)); then
	echo "fuzz: found no target" >&2
	exit 1
fi
echo "fuzz: $count targets ran for $time each"
