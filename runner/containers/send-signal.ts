// Sends signals to processes of a container.
import type { Process } from './process.ts'

/** Sends a signal; false if there is no process of that number. `EXIT`, the number 0, only asks. */
export function sendSignal(process: Process, pid: number, name: string): boolean {
  const { family, machine } = process
  if (pid <= 0) {
    for (const member of family.members) if (name !== 'EXIT') member.signal(name)
    return true
  }
  const member = family.find(pid)
  if (member) {
    if (name !== 'EXIT') member.signal(name)
    return true
  }
  if (name === 'EXIT') return machine.tasks().some((task) => task.pid === pid) || pid === process.pid
  return machine.kill(pid, name)
}
