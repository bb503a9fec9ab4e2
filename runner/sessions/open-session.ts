// One learner at one world: the world, its sockets, and a sandbox with the learner's home and programs.
import { openPortsOf } from '../edge/open-ports.ts'
import { createEdge } from '../edge/serve.ts'
import { type WorldFile, worldSchema } from '../labs/world-file.ts'
import { homeFiles, machineFiles } from '../world/home.ts'
import { createWorld, type World, type WorldOptions } from '../world/world.ts'
import { readDeclarations } from './declarations.ts'
import { type OwnShellOptions, openOwnSandbox } from './own-shell.ts'
import { openSandbox, type SandboxChoice } from './sandbox/choose.ts'
import type { Program, Sandbox, Shown } from './sandbox/sandbox.ts'

/** What a session is opened with. */
export interface SessionOptions {
  readonly file: WorldFile
  readonly sandbox: SandboxChoice
  readonly programs: readonly Program[]
  readonly shown: readonly Shown[]
  /** Where the world goes on from, and who is told of its changes. */
  readonly world?: Pick<WorldOptions, 'snapshot' | 'records' | 'record'>
}

/** A running session. */
export interface Session {
  readonly world: World
  readonly sandbox: Sandbox
  close(): Promise<void>
}

/** Makes the world, lets its time run, and opens a sandbox in it. */
export async function openSession({ file, sandbox: choice, programs, shown, world: options = {} }: SessionOptions): Promise<Session> {
  const world = await createWorld(file, { declarations: readDeclarations, ...options })
  world.clock.start()
  const edge = createEdge(world.internet)
  const openPorts = openPortsOf(world, edge)
  try {
    const home = homeFiles(world, Date.now())
    const hostName = hostNameOf(file)
    const etc = machineFiles(world, hostName)
    const sandbox = await openSandbox(choice, { user: file.user, hostName, internet: world.internet, edge, home, etc, programs, shown, openPorts })
    return {
      world,
      sandbox,
      async close() {
        await sandbox.close()
        openPorts.close()
        edge.close()
        world.close()
      },
    }
  } catch (error) {
    openPorts.close()
    edge.close()
    world.close()
    throw error
  }
}

/** The user's own shell in the place of a sandbox. Its world is an empty one: it has only the time, which is the machine's. */
export async function openOwnSession(shell: OwnShellOptions): Promise<Session> {
  const world = await createWorld(worldSchema.parse({}))
  world.clock.start()
  const sandbox = openOwnSandbox(shell)
  return {
    world,
    sandbox,
    async close() {
      await sandbox.close()
      world.close()
    },
  }
}

/** As root one sits at the control plane, as on a cluster that kubeadm made. */
function hostNameOf(file: WorldFile): string {
  return file.user === 'root' && file.clusters.some(({ flavor }) => flavor === 'kubeadm') ? 'controlplane' : 'drydock'
}
