# Builds a learner's machine in new namespaces and waits in it, as its process 1, until standard input ends.
# Run by `unshare` as the root of a user namespace. Arguments: session folder, user (learner or root), host name.
set -eu
session=$1 user=$2 host=$3
echo namespaces

read_only() { mount -o remount,bind,ro "$1"; }
memory() { mkdir -p "$3" && mount -t tmpfs -o "size=$1,nr_inodes=$2,mode=${4:-755},nosuid,nodev" tmpfs "$3"; }

# The loopback; every distribution has one of these.
ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null || perl -e '
  socket(my $s, 2, 2, 0) or die; ioctl($s, 0x8914, pack("a16 s x22", "lo", 0x49)) or die' || busybox ip link set lo up
hostname "$host" 2>/dev/null || echo "$host" 2>/dev/null >/proc/sys/kernel/hostname || true

root=$session/root
memory 16m 4096 "$root"
cd "$root"
mkdir usr proc dev etc run var var/tmp opt home mnt .old

# The machine's programs and libraries, read-only with all that is mounted below them.
mount --rbind /usr usr
while read -r _ _ _ _ point _; do
  point=$(printf '%b' "$point")
  case $point in "$root"/usr | "$root"/usr/*) read_only "$point" ;; esac
done </proc/self/mountinfo
for folder in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$folder" ]; then
    cp -P "/$folder" "$folder"
  elif [ -d "/$folder" ]; then
    mkdir "$folder"
    mount --rbind "/$folder" "$folder"
    read_only "$root/$folder"
  fi
done

memory 64m 20000 tmp 1777
memory 16m 2000 var/tmp 1777
memory 4m 1000 run
if [ "$user" = root ]; then
  home=root
  for folder in root data mnt; do memory 128m 20000 "$folder"; done
else
  home=home/learner
  memory 128m 20000 "$home"
fi
cp -a "$session/home/." "$home/"
mount --bind "$session/etc" etc
read_only "$root/etc"

# What else is shown: our programs, and folders asked for. A line for each: source, tab, target.
memory 16m 1000 usr/local/bin
while IFS='	' read -r source target; do
  mkdir -p "./${target%/*}"
  if [ -d "$source" ]; then mkdir -p "./$target"; else : >"./$target"; fi
  mount --bind "$source" "./$target"
  read_only "$root$target"
done <"$session/shown"
[ "$user" = root ] || read_only "$root/usr/local/bin"

mount -t proc proc proc
mount -t tmpfs -o size=64k,nr_inodes=64,mode=755 tmpfs dev
for device in null zero full random urandom tty; do
  : >"dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
memory 16m 1000 dev/shm 1777
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
read_only "$root/dev"

pivot_root . .old
cd /
umount -l .old
rmdir .old
read_only /

exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all -- \
  env -i PATH=/usr/bin:/bin bash --norc --noprofile -c 'echo ready; read -r _; exit 0'
