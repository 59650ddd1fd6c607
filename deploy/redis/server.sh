#!/bin/sh
# Starts a Redis: sh server.sh [its options]. With GROUP it is one of several, and Sentinels say who is the primary:
#   GROUP    the Sentinels, host:port, separated by commas
#   NAME, PORT  of this server, as the others reach it
#   FIRST    host:port of the server that is the primary when everything is new
#   DATA     its folder; SECRETS: the folder with what deploy/secrets.sh made
# A server that was in the group before never guesses: it waits for a Sentinel. The primary takes writes only while a
# replica is less than ten seconds behind, so one that is cut off with its clients stops accepting.
set -eu
[ -n "${GROUP:-}" ] || exec redis-server "$@"
umask 077
PORT=${PORT:-6379}

# "host port", or nothing while no Sentinel answers.
primary() {
    for sentinel in $(printf %s "$GROUP" | tr , ' '); do
        REDISCLI_AUTH=$(cat "$SECRETS/sentinel-password") timeout 2 redis-cli --no-auth-warning -h "${sentinel%:*}" \
            -p "${sentinel##*:}" SENTINEL get-master-addr-by-name kritiq 2> /dev/null | paste -s -d ' ' | grep ' [0-9]*$' && return
    done || true
}

found=$(primary)
if [ -e "$DATA/in-the-group" ]; then
    while [ -z "$found" ]; do
        echo "waiting for a Sentinel that names the primary"
        sleep 1
        found=$(primary)
    done
fi
: "${found:=${FIRST%:*} ${FIRST##*:}}"
{
    printf 'masteruser replica\nmasterauth %s\n' "$(cat "$SECRETS/redis-replica")"
    printf 'replica-announce-ip %s\nreplica-announce-port %s\n' "$NAME" "$PORT"
    printf 'min-replicas-to-write 1\nmin-replicas-max-lag 10\nrepl-diskless-sync-delay 0\n'
    [ "$found" = "$NAME $PORT" ] || printf 'replicaof %s\n' "$found"
} > "$DATA/server.conf"
: > "$DATA/in-the-group"
exec redis-server "$DATA/server.conf" --port "$PORT" --dir "$DATA" "$@"
