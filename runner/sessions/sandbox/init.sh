# Builds a learner's machine in new namespaces and waits in it, as its process 1, until standard input ends.
# Run by `unshare` as the root of a user namespace. Arguments: session folder, home, host name, and "fixed" where /usr/local/bin is not the learner's.
set -eu
session=$1 home=$2 host=$3 programs=$4
echo namespaces

# The loopback; every distribution has one of these.
ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null || busybox ip link set lo up 2>/dev/null || perl -e '
  socket(my $s, 2, 2, 0) or die; ioctl($s, 0x8914, pack("a16 s x22", "lo", 0x49)) or die'
hostname "$host" 2>/dev/null || true

# A root in memory with the folders and links of the skeleton, and on them everything that the table names, in its order.
root=$session/root
mount -t tmpfs -o size=16m,nr_inodes=4096,mode=755 tmpfs "$root"
cd "$root"
cp -a "$session/skeleton/." .
mount --no-mtab --all --fstab "$session/fstab"
while read -r point; do mount -o remount,bind,ro "$root$point"; done <"$session/read-only"
cp -a "$session/home/." ".$home/"
cp -a "$session/bin/." usr/local/bin/
[ "$programs" != fixed ] || mount -o remount,bind,ro "$root/usr/local/bin"

pivot_root . .old
umount -l .old
rmdir .old
mount -o remount,bind,ro /

exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all -- \
  env -i PATH=/usr/bin:/bin bash --norc --noprofile -c 'echo ready; read -r _; exit 0'
