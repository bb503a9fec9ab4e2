// Whole processes: a prompt in a sandbox, az, and the exercise from its first step to its last.
import { spawnSync } from 'node:child_process'
import { type Figure, median } from './measure.ts'

const drydock = 'runner/drydock'

/** Figures of whole commands. */
export async function commandFigures(): Promise<Figure[]> {
  const loops = 'for i in 1 2 3 4 5 6 7; do s=$(date +%s%N); az account show >/dev/null; e=$(date +%s%N); echo $(( (e-s)/1000 )); done'
  const az = spawnSync(drydock, ['shell', 'azure', '-c', loops], { encoding: 'utf8' })
  const azMs = az.stdout
    .split('\n')
    .filter(Boolean)
    .map((micros) => Number(micros) / 1000)
  const exercise = JSON.parse(spawnSync(drydock, ['run', 'fleet-manager', '--json'], { encoding: 'utf8' }).stdout || '{}') as { durationMs?: number }
  return [
    { what: 'shell on a fresh cluster, whole process', budget: undefined, measured: median([0, 1, 2].map(() => timed(['shell', '-c', 'true']))), unit: 'ms' },
    { what: 'az account show, a process', budget: 150, measured: median(azMs), unit: 'ms' },
    { what: 'the exercise headless, less its own sleep 20', budget: 12, measured: (exercise.durationMs ?? 0) / 1000 - 20, unit: 's' },
  ]
}

function timed(words: readonly string[]): number {
  const began = performance.now()
  spawnSync(drydock, words)
  return performance.now() - began
}
