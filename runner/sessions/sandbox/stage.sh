# For a runner that is root: shows what only root can reach to the unprivileged user that the sandbox is outside,
# in a mount namespace of its own, then becomes that user. Arguments: session folder, user id, the program to go on with.
set -eu
session=$1 id=$2
shift 2
[ ! -s "$session/staged" ] || mount --no-mtab --all --fstab "$session/staged"
exec setpriv "--reuid=$id" "--regid=$id" --clear-groups -- "$@"
