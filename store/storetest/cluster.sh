#!/bin/sh
# Runs one throw-away Postgres cluster for as long as standard input stays open, then removes it.
#
#   cluster.sh BINARIES DIRECTORY
#
# BINARIES holds initdb and pg_ctl. DIRECTORY is an empty private directory; it will hold the data,
# the log and the unix socket, and is removed at the end. "ready" on standard output means that the
# cluster answers. The starter's death, of whatever kind, closes standard input and so ends the cluster.
set -eu
binaries=$1
directory=$2

stop() {
	if [ -f "$directory/data/postmaster.pid" ]; then
		"$binaries/pg_ctl" -D "$directory/data" -m immediate -w stop >/dev/null 2>&1 || true
	fi
	rm -rf "$directory"
}
trap stop EXIT
# A key press meant for the tests must not end this script before it has cleaned up.
trap '' HUP INT TERM

"$binaries/initdb" -D "$directory/data" -U hirebot --auth=trust --encoding=UTF8 --locale=C --no-sync \
	>"$directory/initdb.log" 2>&1 || {
	cat "$directory/initdb.log" >&2
	exit 1
}

# Durability is given up for speed. The only way in is the socket, in a directory of our own.
cat >>"$directory/data/postgresql.conf" <<END
listen_addresses = ''
unix_socket_directories = '$directory'
port = 5432
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_connections = 500
shared_buffers = 64MB
END
"$binaries/pg_ctl" -D "$directory/data" -l "$directory/postgres.log" -w -t 60 start >/dev/null || {
	cat "$directory/postgres.log" >&2
	exit 1
}

echo ready
cat >/dev/null
