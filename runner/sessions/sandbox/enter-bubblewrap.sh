# Starts a program as the learner in a sandbox that bubblewrap has made. Run inside its namespaces, as their root.
# Arguments: user id inside, home, number of variables, these as NAME=VALUE, then the program.
id=$1 home=$2 count=$3
shift 3
words=(--unshare-user --disable-userns --uid "$id" --gid "$id" --dev-bind / / --cap-drop ALL --die-with-parent --chdir "$home" --clearenv)
for variable in "${@:1:count}"; do words+=(--setenv "${variable%%=*}" "${variable#*=}"); done
shift "$count"
# Nothing comes along: every descriptor but the standard ones is closed.
for descriptor in /proc/self/fd/*; do
  descriptor=${descriptor##*/}
  [ "$descriptor" -gt 2 ] && eval "exec $descriptor>&-"
done
ulimit -u 512 -n 1024 -c 0 -f 131072 -v 4194304
if [ -s /etc/drydock.seccomp ]; then
  words+=(--seccomp 10)
  exec 10</etc/drydock.seccomp
fi
# What bubblewrap is told does not show in the lists of processes inside.
exec 9< <(printf '%s\0' "${words[@]}")
exec bwrap --args 9 -- /usr/bin/prlimit --nproc=256:256 -- "$@"
