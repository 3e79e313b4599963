# The same machine as an image: changed from outside, looked at from inside.
set -eu
fail() { echo "failed: $*"; exit 1; }
inside() { chroot "$IMAGE" "$@" >/dev/null 2>&1; }

inside curl --silent "https://localhost:$PORT/" && fail 'the image trusts the root already'
"$CERTWRIGHT" trust install "$IMAGE/t/root.pem" --root "$IMAGE"
inside curl --silent "https://localhost:$PORT/" || fail 'the image does not trust the root'
"$CERTWRIGHT" trust status "$IMAGE/t/root.pem" --root "$IMAGE"
"$CERTWRIGHT" trust uninstall "$IMAGE/t/root.pem" --root "$IMAGE"
inside curl --silent "https://localhost:$PORT/" && fail 'the image still trusts the root'
if inside test -f /etc/ssl/certs/java/cacerts && inside test -x /usr/bin/keytool; then
  chroot "$IMAGE" keytool -list -keystore /etc/ssl/certs/java/cacerts -storepass changeit 2>/dev/null |
    grep certwright- && fail 'Java in the image still trusts the root'
fi
exit 0
