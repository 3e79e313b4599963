# Lays an overlay over the whole file system and runs the tests in it: the machine's own store stays as it is. To be run in a
# mount namespace of its own, whose end takes everything away.
set -eu
binary=$1 root=$2 server=$3 debian=$4 image=$5 port=$6 scratch=$7

mkdir -p "$scratch"
mount -t tmpfs machine "$scratch"
mkdir "$scratch/changes" "$scratch/work" "$scratch/root"
mount -t overlay -o "lowerdir=/,upperdir=$scratch/changes,workdir=$scratch/work" machine "$scratch/root"
mount --rbind /dev "$scratch/root/dev"
mount --rbind /proc "$scratch/root/proc"
mkdir "$scratch/root/t"
cp "$binary" "$scratch/root/t/certwright"
cp "$root" "$scratch/root/t/root.pem"
cp "$server" "$scratch/root/t/server.pem"
cp "$debian" "$scratch/root/t/debian.sh"

# Nothing of the caller's environment that names another store.
environment="env -i PATH=/t:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/nonexistent PORT=$port"
$environment chroot "$scratch/root" sh /t/debian.sh
$environment IMAGE="$scratch/root" CERTWRIGHT="$binary" sh "$image"
echo passed
