// Parameters and variables that a shell knows by itself.

import type { Expander } from './expander.ts'
import { optionLetters } from './options.ts'

type Special = (shell: Expander) => string | undefined

const everywhere: Readonly<Record<string, Special>> = {
  '?': ({ scope }) => String(scope.last),
  '#': ({ scope }) => String(scope.parameters.length),
  $: ({ scope }) => String(scope.pid),
  '!': ({ scope }) => (scope.background === 0 ? undefined : String(scope.background)),
  '-': ({ scope }) => optionLetters(scope.options) + (scope.dialect === 'dash' ? '' : scope.origin === 'words' ? 'c' : scope.origin === 'input' ? 's' : ''),
  '0': ({ scope }) => scope.name,
  LINENO: ({ scope }) => (scope.dialect === 'dash' ? undefined : String(scope.origin === 'words' && scope.dialect === 'ash' ? scope.line : scope.line + 1)),
  PPID: ({ process }) => String(process.parent),
}

const own: Readonly<Record<string, Readonly<Record<string, Special>>>> = {
  ash: { RANDOM: ({ process }) => String(process.seed.below(32768)) },
  dash: {},
  bash: {
    RANDOM: ({ process }) => String(process.seed.below(32768)),
    SECONDS: ({ scope, process }) => String(Math.floor((process.now() - scope.started) / 1000)),
    EPOCHSECONDS: ({ process }) => String(Math.floor(process.now() / 1000)),
    UID: ({ process }) => String(process.machine.user.uid),
    EUID: ({ process }) => String(process.machine.user.uid),
    BASHPID: ({ process }) => String(process.pid),
    BASH_VERSION: () => '5.2.37(1)-release',
    BASH: () => '/bin/bash',
    HOSTNAME: ({ process }) => process.machine.hostname,
    COLUMNS: ({ scope, process }) => (scope.origin === 'words' ? undefined : sideOf(process.terminal?.screen.columns)),
    LINES: ({ scope, process }) => (scope.origin === 'words' ? undefined : sideOf(process.terminal?.screen.rows)),
    HOSTTYPE: () => 'x86_64',
    OSTYPE: () => 'linux-gnu',
    MACHTYPE: () => 'x86_64-pc-linux-gnu',
  },
}

/** A side of the terminal; a shell that reads no lines from it has not looked. */
function sideOf(cells: number | undefined): string | undefined {
  return cells ? String(cells) : undefined
}

/** The value of a name that the shell knows by itself, or of a variable; undefined if there is none. */
export function textOf(name: string, shell: Expander): string | undefined {
  const { scope } = shell
  if (/^[1-9]\d*$/.test(name)) return scope.parameters[Number(name) - 1]
  const special = Object.hasOwn(everywhere, name) ? everywhere[name] : Object.hasOwn(own[scope.dialect] ?? {}, name) ? own[scope.dialect]?.[name] : undefined
  if (special && (special === everywhere[name] || !scope.variables.has(name))) return special(shell)
  return scope.variables.get(name)
}
