# Starts a program as the learner in a sandbox that is ready. Run inside its namespaces.
# Arguments: user id inside, largest address space in bytes, home, then `env -i` and the program with its variables.
id=$1 space=$2
cd "$3"
shift 3
# Nothing of the runner's comes along: every descriptor but the standard ones is closed.
for descriptor in /proc/self/fd/*; do
  descriptor=${descriptor##*/}
  [ "$descriptor" -gt 2 ] && eval "exec $descriptor>&-"
done
# No further user namespace can be made in the one that is made here; then every capability goes.
exec prlimit --nproc=512:512 --nofile=1024:1024 --core=0:0 --fsize=134217728:134217728 "--as=$space:$space" -- \
  unshare --user "--map-user=$id" "--map-group=$id" --keep-caps -- \
  bash --norc --noprofile -c 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"' enter \
  setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all -- prlimit --nproc=256:256 -- "$@"
