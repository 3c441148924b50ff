#!/bin/sh
# Starts a PostgreSQL of its own for the evidence store, on the loopback address alone, and prints its address.
#   sh tools/postgres.sh start [FOLDER] [PORT]     sh tools/postgres.sh stop [FOLDER]
set -eu
folder=${2:-results/postgres}
port=${3:-54329}
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb 2>/dev/null || echo /nowhere/initdb)")
[ -x "$bin/initdb" ] || { echo "no PostgreSQL server found (Debian: apt-get install postgresql)" >&2; exit 3; }
as=""
if [ "$(id -u)" = 0 ]; then as="runuser -u postgres --"; fi # the server refuses to run as root
case "$1" in
start)
  mkdir -p "$folder"
  folder=$(cd "$folder" && pwd)
  if [ -n "$as" ]; then data=$(mktemp -d); chown postgres "$data"; ln -sfn "$data" "$folder/data"; else data="$folder/data"; fi
  $as "$bin/initdb" -D "$data/db" -A trust -U pulposus -E UTF8 --locale=C >/dev/null
  $as "$bin/pg_ctl" -D "$data/db" -l "$data/log" -w -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$data" start >/dev/null
  "$bin/createdb" -h 127.0.0.1 -p "$port" -U pulposus pulposus
  echo "postgresql://pulposus@127.0.0.1:$port/pulposus"
  ;;
stop)
  data=$(readlink -f "$folder/data") # a folder of its own when started as root: the server's user cannot pass through the caller's
  cd /
  $as "$bin/pg_ctl" -D "$data/db" -m fast -w stop >/dev/null
  ;;
*) echo "start or stop" >&2; exit 2 ;;
esac
