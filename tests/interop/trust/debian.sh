# What a machine trusts before, while and after the root is installed.
set -eu
cd /t
java=/etc/ssl/certs/java/cacerts

fail() { echo "failed: $*"; exit 1; }
# expect STATUS COMMAND…: insists on an exit status.
expect() {
  local wanted=$1 got=0
  shift
  "$@" >said 2>&1 || got=$?
  [ "$got" = "$wanted" ] || { cat said; fail "$* gave $got, not $wanted"; }
}
says() { grep -q -- "$1" said || { cat said; fail "it does not say: $1"; }; }
# Everything but Java's file, in which the order and the times of entries change.
snapshot() {
  find /etc/ssl /usr/local/share/ca-certificates -path "${java%/*}" -prune -o -print | sort | while read -r path; do
    printf '%s %s %s\n' "$path" "$(readlink "$path" || :)" "$([ -f "$path" ] && sha256sum <"$path" || :)"
  done
}
# How many aliases Java's file has for the root, if there is one that the system's store feeds.
in_java() {
  [ -x /etc/ca-certificates/update.d/jks-keystore ] && [ -f $java ] && command -v keytool >/dev/null || { echo "$1"; return; }
  keytool -list -keystore $java -storepass changeit 2>/dev/null | grep -c certwright- || :
}
handshakes() {
  expect "$1" curl --silent --output /dev/null "https://localhost:$PORT/"
  expect "$2" openssl verify -CApath /etc/ssl/certs -no-CAfile -no-CAstore server.pem
  [ -x /usr/bin/python3 ] || return 0
  expect "$3" /usr/bin/python3 -c "import ssl, socket
ssl.create_default_context(cafile='/etc/ssl/certs/ca-certificates.crt').wrap_socket(
    socket.create_connection(('localhost', $PORT)), server_hostname='localhost')"
}
trusted() { handshakes 0 0 0; }
untrusted() { handshakes 60 2 1; }

# Java's hook takes seconds: it runs only where it is looked at.
hook() { [ ! -f /etc/ca-certificates/update.d/jks-keystore ] || chmod "$1" /etc/ca-certificates/update.d/jks-keystore; }

# What others left undone is done first, so that it is not taken for a change.
hook a-x
update-ca-certificates --fresh >/dev/null 2>&1
snapshot >before
hook a+x

untrusted
expect 3 certwright trust status root.pem --to system
expect 0 certwright trust install root.pem --to system --dry-run
says 'update-ca-certificates'
snapshot | cmp -s before || fail 'a dry run changed something'

expect 0 certwright trust install root.pem --to system
says installed
trusted
[ "$(in_java 1)" = 1 ] || fail 'Java did not follow'
expect 0 certwright trust status root.pem --to system
expect 0 certwright trust install root.pem --to system
says 'trusted already'

expect 0 certwright trust uninstall root.pem --to system
says removed
untrusted
snapshot >after
cmp -s before after || { diff before after || :; fail 'something was left'; }
[ "$(in_java 0)" = 0 ] || fail 'Java still trusts it'
expect 3 certwright trust status root.pem --to system
expect 0 certwright trust uninstall root.pem --to system
says 'not there'

hook a-x

# Installed by hand, under a name of the administrator's: it is theirs.
cp root.pem /usr/local/share/ca-certificates/by-hand.crt
update-ca-certificates >/dev/null 2>&1
expect 0 certwright trust install root.pem --to system
says 'trusted already'
expect 0 certwright trust uninstall root.pem --to system
says 'not ours, left'
says by-hand.crt
trusted
rm /usr/local/share/ca-certificates/by-hand.crt
update-ca-certificates --fresh >/dev/null 2>&1

# The update fails: said, with the command that finishes; the next run finishes.
printf '#!/bin/sh\necho "no space left" >&2\nexit 7\n' >update-ca-certificates
chmod 755 update-ca-certificates
expect 1 certwright trust install root.pem --to system
says 'no space left'
says 'run: /t/update-ca-certificates'
rm update-ca-certificates
untrusted
expect 0 certwright trust install root.pem --to system
trusted
expect 0 certwright trust uninstall root.pem --to system
untrusted

# Everything that is found: the system's store, what follows from it, and a database in the home.
if command -v certutil >/dev/null; then
  hook a+x
  export HOME=/t/home
  mkdir -p $HOME/.pki/nssdb
  certutil -N -d sql:$HOME/.pki/nssdb --empty-password
  expect 0 certwright trust install root.pem --dry-run
  expect 0 certwright trust install root.pem
  [ "$(in_java 1)" = 1 ] || fail 'Java has not one entry'
  trusted
  expect 0 certwright trust status root.pem
  expect 0 certwright trust uninstall root.pem
  untrusted
  [ "$(in_java 0)" = 0 ] || fail 'Java still trusts it'
  expect 3 certwright trust status root.pem
  certutil -L -d sql:$HOME/.pki/nssdb | grep certwright && fail 'the database still has it'
  export HOME=/nonexistent
fi

hook a-x

# Without the administrator's rights nothing is changed, and it is said how to get them.
expect 1 setpriv --reuid=65534 --regid=65534 --clear-groups certwright trust install root.pem --to system
says 'sudo /t/certwright trust install /t/root.pem --to system'
snapshot >after
cmp -s before after || { diff before after || :; fail 'something was left at the end'; }
hook a+x
