// Help pages of commands and groups, as az lays them out.
import type { ArgumentFacts, ChildFacts, CommandFacts, GroupFacts, StatusMark } from './command.ts'
import type { RootFacts } from './facts.ts'
import { allArguments } from './global-arguments.ts'
import { type Item, indented, itemLine, lineLength, tagText } from './help-text.ts'

/** A command's page. `home` stands where defaults name the home folder. */
export function commandHelp(name: string, command: CommandFacts, home: string): string {
  const header = pageHeader('Command', name, command)
  return `${header}${indented('Arguments')}${argumentList(allArguments(command), home)}${exampleList(command.examples)}`
}

/** A group's page. */
export function groupHelp(name: string, group: GroupFacts): string {
  return `${pageHeader('Group', name, group)}${childLists(group.children)}${exampleList(group.examples)}`
}

/** The page of az itself, from its cached index: laid out a little differently. */
export function rootHelp(root: RootFacts): string {
  const items = root.children.map(childItem)
  const longest = Math.max(...items.map(lineLength))
  const section = (title: string, type: ChildFacts['type']): string => {
    const lines = root.children
      .filter((child) => child.type === type)
      .map(childItem)
      .sort(byName)
    return lines.length === 0 ? '' : `\n${title}\n${lines.map((item) => itemLine(item, longest)).join('')}`
  }
  return `\nGroup\n    az\n${section('Subgroups:', 'group')}${section('Commands:', 'command')}\n`
}

function pageHeader(
  kind: string,
  name: string,
  page: { short: string; long?: string; deprecate?: StatusMark; preview?: StatusMark; experimental?: StatusMark },
): string {
  const marks = [page.deprecate, page.preview, page.experimental].flatMap((mark) => (mark === undefined ? [] : [`WARNING: ${mark.message}`]))
  const long = [...(page.long ? [page.long] : []), ...marks].join('\n')
  const title = `az ${name}${page.short === '' ? '' : ` : ${page.short}`}`
  const gap = page.long || page.deprecate !== undefined ? '\n' : ''
  return `\n${indented(kind)}${indented(title, 1)}${indented(long, 2)}${gap}`
}

function childLists(children: readonly ChildFacts[]): string {
  const groups = children.filter((child) => child.type === 'group').map(childItem)
  const commands = children.filter((child) => child.type === 'command').map(childItem)
  const longest = Math.max(0, ...[...groups, ...commands].map(lineLength))
  const list = (title: string, items: Item[]): string =>
    items.length === 0
      ? ''
      : `${title}\n${items
          .sort(byName)
          .map((item) => itemLine(item, longest))
          .join('')}\n`
  return list('Subgroups:', groups) + list('Commands:', commands)
}

function childItem(child: ChildFacts): Item {
  return { name: child.name, tags: tagText(child), summary: child.short.replaceAll('\n', ' ') }
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}

interface ArgumentLine extends Item {
  readonly group: string
  readonly required: boolean
  readonly long: string
}

function argumentList(specs: readonly ArgumentFacts[], home: string): string {
  const lines = specs.filter((spec) => spec.hidden !== true).flatMap((spec) => argumentLines(spec, home))
  const priorities = groupPriorities(lines)
  const key = (line: ArgumentLine): string => `${String(priorities.get(line.group) ?? 0).padStart(6, '0')}${line.required ? 'False' : 'True'}${line.name}`
  lines.sort((a, b) => (key(a) < key(b) ? -1 : 1))
  const longest = Math.max(...lines.map(lineLength))
  let last = ''
  let page = ''
  for (const line of lines) {
    if (line.group !== last && line.group !== '') page += `\n${line.group}\n`
    last = line.group
    page += itemLine(line, longest)
    if (line.long !== '') page += indented(line.long, 2)
  }
  return `${page}\n`
}

function groupPriorities(lines: readonly ArgumentLine[]): ReadonlyMap<string, number> {
  const names = [...new Set(lines.map((line) => line.group))].filter((name) => name !== '' && name !== 'Global Arguments').sort()
  return new Map([['', 0], ['Global Arguments', 1000], ...names.map((name, index) => [name, index + 2] as const)])
}

function argumentLines(spec: ArgumentFacts, home: string): ArgumentLine[] {
  const all = spec.deprecatedOptions ?? []
  const old = all.filter((entry) => entry.hidden !== true)
  const current = spec.options.filter((option) => !all.some((entry) => entry.option === option))
  const names = spec.options.length === 0 ? [`<${spec.dest.toUpperCase()}>`] : current
  const summary = shortSummary(spec, home)
  const line = (name: readonly string[], marked: ArgumentFacts): ArgumentLine => ({
    name: [...name].sort().join(' '),
    tags: tagText(spec.options.length > 0 ? marked : { ...marked, required: false }),
    summary,
    group: spec.group ?? '',
    required: spec.required === true && spec.options.length > 0,
    long: [spec.long, ...[marked.deprecate, marked.preview, marked.experimental].map((mark) => mark && `WARNING: ${mark.message}`)]
      .filter((part) => part)
      .join(' '),
  })
  const first = old[0]
  const deprecated =
    first === undefined
      ? []
      : [
          line(
            old.map((entry) => entry.option),
            { ...spec, deprecate: { tag: first.tag, message: first.message } },
          ),
        ]
  return [...deprecated, ...(names.length === 0 ? [] : [line(names, spec)])]
}

function shortSummary(spec: ArgumentFacts, home: string): string {
  const summary = spec.short ?? ''
  const cut = summary.indexOf(' Possible values include')
  const choices = spec.choices === undefined ? '' : `  Allowed values: ${[...spec.choices].sort().join(', ')}.`
  const value = isUnsaid(spec.default) ? '' : `  Default: ${pythonText(spec.default).replaceAll('$HOME', home)}.`
  const sources = spec.sources === undefined || spec.sources.length === 0 ? '' : `  Values from: ${spec.sources.join(', ')}.`
  return `${cut < 0 ? summary : summary.slice(0, cut)}${choices}${value}${sources}`.trim()
}

function isUnsaid(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

function pythonText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => `'${String(one)}'`).join(', ')}]`
  return value === true ? 'True' : String(value)
}

function exampleList(examples: CommandFacts['examples']): string {
  if (examples === undefined || examples.length === 0) return ''
  return `${indented('Examples')}${examples.map(([title, text]) => `${indented(title, 1)}${indented(text, 2)}\n`).join('')}`
}
