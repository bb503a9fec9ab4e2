// What is mounted in a container, in the form of `/proc/mounts`.
import type { Mount } from './files.ts'

/** What every container has mounted beside its own. */
const usual = [
  'proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0',
  'tmpfs /dev tmpfs rw,nosuid,size=65536k,mode=755,inode64 0 0',
  'devpts /dev/pts devpts rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=666 0 0',
  'mqueue /dev/mqueue mqueue rw,nosuid,nodev,noexec,relatime 0 0',
  'sysfs /sys sysfs ro,nosuid,nodev,noexec,relatime 0 0',
  'cgroup /sys/fs/cgroup cgroup2 ro,nosuid,nodev,noexec,relatime 0 0',
  'shm /dev/shm tmpfs rw,relatime,size=65536k,inode64 0 0',
]

const snapshots = '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots'
const layers = `lowerdir=${snapshots}/41/fs,upperdir=${snapshots}/42/fs,workdir=${snapshots}/42/work`

/** The memory of a node that a volume in memory may take, KiB. */
export const memoryOfNode = 8_028_932

/** The lines, of the root first; `limit` is how much memory the container may have, in bytes. */
export function mountLines(mounts: readonly Mount[], limit: number | undefined): string {
  const size = limit === undefined ? memoryOfNode : Math.floor(limit / 1024)
  const line = ({ path, readOnly, memory, size: own }: Mount): readonly string[] => {
    const access = `${readOnly ? 'ro' : 'rw'},relatime`
    if (path === '/') return [`overlay / overlay ${access},${layers} 0 0`, ...usual]
    return [memory ? `tmpfs ${path} tmpfs ${access},size=${own ?? size}k,inode64,noswap 0 0` : `/dev/sda1 ${path} ext4 ${access} 0 0`]
  }
  return mounts
    .toSorted((one, other) => one.path.length - other.path.length)
    .flatMap(line)
    .join('\n')
}
