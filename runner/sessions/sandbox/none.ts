// No sandbox at all, for machines that allow none: only where somebody asked for it by name. The shell is the operator's own.
import { once } from 'node:events'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createProxy } from '../../edge/proxy.ts'
import { trustVariables } from './etc-files.ts'
import { realPipes } from './processes.ts'
import type { SandboxBody, SandboxOptions } from './sandbox.ts'
import { createSessionFolder } from './session-folder.ts'

/** A body without walls: a home folder of its own, and the world's hosts behind a proxy that the environment names. */
export async function createNone(options: SandboxOptions): Promise<SandboxBody> {
  const folder = createSessionFolder(options)
  const proxy = createProxy(options.internet, options.edge).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const { port } = proxy.address() as AddressInfo
  const home = join(folder.path, 'home')
  const programs = join(folder.path, 'programs')
  const ca = join(folder.path, 'ca.pem')
  writeFileSync(join(home, '.bashrc'), `. ${join(folder.path, 'etc/drydock.bashrc')}\n`)
  writeFileSync(ca, options.internet.ca)
  mkdirSync(programs)
  for (const program of options.programs) {
    if ('path' in program) symlinkSync(program.path, join(programs, program.name))
    else writeFileSync(join(programs, program.name), withSources(program.script, options), { mode: 0o755 })
  }
  const environment = {
    HOME: home,
    USER: options.user,
    LOGNAME: options.user,
    SHELL: '/bin/bash',
    PATH: `${programs}:${process.env.PATH ?? '/usr/bin:/bin'}`,
    LANG: 'C.UTF-8',
    HTTPS_PROXY: `http://127.0.0.1:${port}`,
    HTTP_PROXY: `http://127.0.0.1:${port}`,
    NODE_USE_ENV_PROXY: '1',
    ...trustVariables(ca),
  }
  return {
    kind: 'none',
    home,
    enter(program, terminal) {
      const [file = '', ...args] = [...(terminal === undefined ? realPipes : []), ...program]
      return { file, arguments: args, environment: { ...environment, ...(terminal === undefined ? {} : { TERM: terminal }) }, folder: home }
    },
    async close() {
      proxy.close()
      proxy.closeAllConnections()
      folder.remove()
    },
  }
}

/** A script that names what is shown at a place of the sandbox finds it where it really is. */
function withSources(script: string, { shown }: SandboxOptions): string {
  return shown.reduce((text, { source, target }) => text.replaceAll(target, source), script)
}
