#!/usr/bin/env bash
# Installs what the tests need and this machine lacks: a C compiler (for the race detector), the
# Postgres server, a browser of the Chromium family with fonts, Node.js with npm, and the npm packages
# that the lock files below test pin. Does nothing, quickly, where all is there.
#
# System packages come from apt-get, as root or by a sudo that asks for no password. Where neither is
# possible, the script names what is missing and how to provide it, and fails.
#
#   HIREBOT_TEST_POSTGRES      URL of a Postgres server to use; none is installed then
#   HIREBOT_TEST_POSTGRES_BIN  directory of the Postgres server's programs; none is installed then
#   HIREBOT_TEST_BROWSER       program of the browser to use; none is installed then
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=() # Debian packages to install.
advice=()   # For each thing missing, what to do where we may not install.

need() { # need ADVICE PACKAGE...
	advice+=("$1")
	shift
	packages+=("$@")
}

have_program() { command -v "$1" >/dev/null 2>&1; }

have_postgres() {
	[[ -n ${HIREBOT_TEST_POSTGRES:-} || -n ${HIREBOT_TEST_POSTGRES_BIN:-} ]] && return
	have_program initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null ||
		compgen -G '/usr/pgsql-*/bin/initdb' >/dev/null ||
		compgen -G '/opt/homebrew/opt/postgresql*/bin/initdb' >/dev/null
}

have_browser() {
	[[ -n ${HIREBOT_TEST_BROWSER:-} ]] && return
	local name
	for name in chromium google-chrome google-chrome-stable chromium-browser; do
		# Ubuntu's chromium-browser may be a script that only explains how to install a snap.
		if have_program "$name" && "$name" --version >/dev/null 2>&1; then
			return
		fi
	done
	return 1
}

is_ubuntu() { grep -qsE '^(ID|ID_LIKE)="?.*ubuntu' /etc/os-release; }

as_root() {
	if [[ $(id -u) == 0 ]]; then
		"$@"
	else
		sudo -n "$@"
	fi
}

may_install() {
	have_program apt-get && { [[ $(id -u) == 0 ]] || { have_program sudo && sudo -n true 2>/dev/null; }; }
}

if ! have_program "${CC:-gcc}" && ! have_program cc; then
	need "a C compiler, for the race detector: install gcc and the C library's headers" gcc libc6-dev
fi
if ! have_postgres; then
	need "a Postgres server: install postgresql, or set HIREBOT_TEST_POSTGRES to the URL of a server" postgresql
fi
if ! have_browser; then
	browser="a browser: install Chromium or Google Chrome, or set HIREBOT_TEST_BROWSER to its program"
	if is_ubuntu; then
		echo "setup: missing $browser. Ubuntu's own Chromium is a snap, which this script does not install." >&2
		exit 1
	fi
	need "$browser" chromium fonts-dejavu-core fonts-noto-color-emoji
fi
if ! have_program node || ! have_program npm; then
	need "Node.js with npm: install nodejs and npm" nodejs npm
fi

if ((${#packages[@]} > 0)); then
	if ! may_install; then
		echo "setup: this machine lacks what the tests need, and this script may not install it" >&2
		echo "       (that takes apt-get, and root or a sudo without password). Please provide:" >&2
		printf '         - %s\n' "${advice[@]}" >&2
		exit 1
	fi
	echo "setup: installing ${packages[*]}"
	as_root apt-get update -qq
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
fi

# npm writes node_modules/.package-lock.json last, so that its age tells whether the lock file changed since.
for lock in test/*/package-lock.json; do
	directory=$(dirname "$lock")
	installed=$directory/node_modules/.package-lock.json
	if [[ ! -f $installed || $lock -nt $installed ]]; then
		echo "setup: installing the npm packages of $directory"
		(cd "$directory" && npm ci --no-audit --no-fund)
		touch "$installed"
	fi
done
echo "setup: all that the tests need is there"
