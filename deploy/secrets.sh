#!/bin/sh
# Makes the secrets that docker-compose.yml mounts: sh deploy/secrets.sh [folder], `secrets` by default.
# What is there already stays; the users file is always written anew, from roles.acl and the passwords in the URLs.
# REDIS_HOST and REDIS_SCHEME (rediss for TLS, redis+sentinel) say where Redis is, `redis:6379` and `redis` by default; given
# again, they change the address in URLs that are there, and no password. ARCHIVE_URL says where the archive is; given again,
# it takes the place of what there is.
# Needs a POSIX shell, awk, od and sha256sum.
set -eu
umask 077
here=$(dirname "$0")
folder=${1:-secrets}
mkdir -p "$folder"

random() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }
# Readable for the containers' users, who are not this one; the folder lets nobody else of this machine in.
keep() { cat > "$folder/$1.new" && chmod 0444 "$folder/$1.new" && mv -f "$folder/$1.new" "$folder/$1"; }
make() { [ -s "$folder/$1" ] || printf '%s\n' "$2" | keep "$1"; }

to='\2'
[ -z "${REDIS_HOST:-}" ] || to=$REDIS_HOST/0
for role in api worker delivery reconciler archive flower celery-client; do
    file=redis-url-$role
    make "$file" "${REDIS_SCHEME:-redis}://$role:$(random 32)@${REDIS_HOST:-redis:6379}/0"
    # Not the celery-client's: Celery spells addresses in a way of its own.
    if [ -n "${REDIS_HOST:-}${REDIS_SCHEME:-}" ] && [ "$role" != celery-client ]; then
        moved=$(sed "s|^[a-z+]*://\([^@]*\)@\(.*\)|${REDIS_SCHEME:-redis}://\1@$to|" "$folder/$file")
        [ "$moved" = "$(cat "$folder/$file")" ] || printf '%s\n' "$moved" | keep "$file"
    fi
done
make redis-admin "$(random 32)"
# What replicas and Sentinels show the servers, and what everybody shows the Sentinels.
make redis-replica "$(random 32)"
make redis-sentinel "$(random 32)"
make sentinel-password "$(random 32)"
# A Fernet key: 32 bytes in URL-safe base64. Keep a copy elsewhere: without it no stored webhook secret can be read.
make secret-keys "$(head -c 32 /dev/urandom | base64 | tr '+/' '-_')"
# What API keys are hashed with. Keep a copy elsewhere: without it no API key is known any more.
make key-secret "$(random 32)"
# What Prometheus shows to read the API's /metrics.
make metrics-token "$(random 32)"
make flower-users "kritiq:$(random 12)"
make grafana-admin "$(random 12)"
# Where `kritiq archive` keeps results, and the API reads them: the volume of compose, unless ARCHIVE_URL says a PostgreSQL's.
[ -z "${ARCHIVE_URL:-}" ] || printf '%s\n' "$ARCHIVE_URL" | keep archive-url
make archive-url sqlite:////data/archive.sqlite
# Put your certificate with its chain and its key (PEM) here for the profile tls.
for file in tls-certificate tls-key; do [ -e "$folder/$file" ] || : | keep "$file"; done
# Put here what the API says when the endpoint of the example dashboard is made; see deploy/README.md.
[ -e "$folder/dashboard-secret" ] || : | keep dashboard-secret

password_of() {
    case $1 in
        admin | replica | sentinel) cat "$folder/redis-$1" ;;
        *) sed -n 's|^[a-z+]*://[^:]*:\([^@]*\)@.*|\1|p' "$folder/redis-url-$1" ;;
    esac
}

# One line a user, as Redis wants it.
awk '/^#/ || /^$/ { next } /^user / && line { print line; line = "" } { sub(/^ +/, ""); line = line (line ? " " : "") $0 }
     END { print line }' "$here/redis/roles.acl" |
while read -r user name rules; do
    case $name in
        default | health) printf '%s %s %s\n' "$user" "$name" "$rules" ;;
        *) printf '%s %s #%s %s\n' "$user" "$name" "$(printf %s "$(password_of "$name")" | sha256sum | cut -c1-64)" "$rules" ;;
    esac
done | keep redis-users.acl
