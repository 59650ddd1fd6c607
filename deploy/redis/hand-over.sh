#!/bin/sh
# Before a server of the group ends: if it is the primary, another one becomes it, and nothing that was answered is lost
# while KRITIQ_REDIS_REPLICAS says all replicas. Waits until the Sentinels name the other one, for 20 s at most. NAME,
# PORT, GROUP and SECRETS are server.sh's.
set -eu
PORT=${PORT:-6379}

ask() { # host:port, words
    sentinel=$1
    shift
    REDISCLI_AUTH=$(cat "$SECRETS/sentinel-password") timeout 2 redis-cli --no-auth-warning -h "${sentinel%:*}" \
        -p "${sentinel##*:}" SENTINEL "$@" 2> /dev/null | paste -s -d ' '
}
for sentinel in $(printf %s "$GROUP" | tr , ' '); do
    [ "$(ask "$sentinel" get-master-addr-by-name kritiq)" = "$NAME $PORT" ] || continue
    [ "$(ask "$sentinel" failover kritiq)" = OK ] || continue
    left=100
    while [ "$(ask "$sentinel" get-master-addr-by-name kritiq)" = "$NAME $PORT" ] && [ "$left" -gt 0 ]; do
        left=$((left - 1))
        sleep 0.2
    done
    exit 0
done
