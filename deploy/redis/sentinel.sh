#!/bin/sh
# Starts a Sentinel of the group that server.sh tells of; NAME and PORT are the Sentinel's own. It writes what it learns
# into DATA/sentinel.conf, which is made once: remove the file to start it anew (with new passwords, say).
# DOWN_MS: for how long the primary may be silent, in milliseconds.
set -eu
umask 077
file=$DATA/sentinel.conf
PORT=${PORT:-26379}
if [ ! -s "$file" ]; then
    password=$(cat "$SECRETS/sentinel-password")
    cat > "$file.new" <<END
port $PORT
dir "$DATA"
protected-mode no
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip "$NAME"
sentinel announce-port $PORT
requirepass $password
sentinel sentinel-pass $password
sentinel monitor kritiq ${FIRST%:*} ${FIRST##*:} 2
sentinel auth-user kritiq sentinel
sentinel auth-pass kritiq $(cat "$SECRETS/redis-sentinel")
sentinel down-after-milliseconds kritiq ${DOWN_MS:-5000}
sentinel failover-timeout kritiq 30000
sentinel parallel-syncs kritiq 1
END
    mv "$file.new" "$file"
fi
exec redis-server "$file" --sentinel "$@"
