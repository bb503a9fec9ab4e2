# Starts a program as the learner in a sandbox that is ready. Run inside its namespaces, as their root.
# Arguments: user id inside, home, then what loads the filter of system calls (or nothing), `env -i` and the program with its variables.
id=$1
cd "$2"
shift 2
# Nothing comes along: every descriptor but the standard ones is closed.
for descriptor in /proc/self/fd/*; do
  descriptor=${descriptor##*/}
  [ "$descriptor" -gt 2 ] && eval "exec $descriptor>&-"
done
ulimit -u 512 -n 1024 -c 0 -f 131072 -v 4194304
# No further user namespace can be made in the one that is made here; then every capability goes, and with them some of the system calls.
exec unshare --user "--map-user=$id" "--map-group=$id" --keep-caps -- \
  bash --norc --noprofile -c 'echo 0 >/proc/sys/user/max_user_namespaces && ulimit -u 256 && exec "$@"' enter \
  setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all -- "$@"
