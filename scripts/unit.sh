#!/usr/bin/env bash
# Runs the Go tests of packages. Property tests draw what SEED says, so that the same code gives the same
# result; 0 draws anew each time. Only packages with property tests know the flag, so that it is two runs.
#
#   scripts/unit.sh SEED [FLAG…] PACKAGE…
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seed=$1
shift
flags=() packages=()
for word in "$@"; do
	if [[ $word == -* ]]; then flags+=("$word"); else packages+=("$word"); fi
done

drawing=() others=()
list=$(go list -f '{{.ImportPath}} {{join .TestImports " "}} {{join .XTestImports " "}} ' "${packages[@]}")
while read -r package imports; do
	if [[ " $imports " == *' pgregory.net/rapid '* ]]; then drawing+=("$package"); else others+=("$package"); fi
done <<<"$list"

# SQLite is C turned into Go. Watched by the race detector it is ten times as slow, and what it does with
# its own memory is not ours to check. Its driver stays watched, and so does how we use it: a package that
# holds copies of the generic code of sync or sync/atomic must never be among these, since the linker may
# take its unwatched copy for the whole program, which then seems to race everywhere.
if [[ " ${flags[*]} " == *" -race "* ]]; then
	for package in modernc.org/sqlite/lib modernc.org/libc modernc.org/memory; do
		flags+=("-gcflags=$package=-race=false")
	done
fi

failed=0
if ((${#others[@]})); then
	go test "${flags[@]}" -shuffle=on -timeout=40m "${others[@]}" || failed=1
fi
if ((${#drawing[@]})); then
	go test "${flags[@]}" -shuffle=on -timeout=40m "${drawing[@]}" -rapid.seed="$seed" || failed=1
fi
exit "$failed"
