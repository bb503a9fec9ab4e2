// Hides what chance decided in a recording or in our own answer, as the recordings' README lists it, and nothing else.

/** Names of the recording world that stand for those of another. */
export interface RecordedWorld {
  readonly server: string
  readonly cluster: string
  readonly context: string
  readonly user: string
}

const alphabet = '[bcdfghjklmnpqrstvwxz2456789]'

/** Rows of pattern and replacement, applied in order to every text. */
const everywhere: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uid>'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>'],
  [/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, '<time>'],
  [/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC/g, '<time>'],
  [/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g, '<certificate>'],
  [/\b[EWIF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ (\w+\.go):\d+\]/g, '<log $1>'],
  [/(resourceVersion(?:\\?")?: ?\\?")\d+(?=\\?")/g, '$1<rv>'],
  [/(Resource Version:\s+)\d+/g, '$1<rv>'],
  [/("?continue"?: ?)"[^"]{8,}"/g, '$1"<continue>"'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '<token>'],
  [/\b[A-Za-z0-9+/]{200,}={0,2}/g, '<bytes>'],
  [/("?(?:pod-template-hash|controller-revision-hash|podTemplateHash)"?[=:]\s*"?)[a-z0-9-]+/g, '$1<hash>'],
  [new RegExp(`-${alphabet}{8,10}-${alphabet}{5}\\b`, 'g'), '-<hash>-<suffix>'],
  [new RegExp(`-${alphabet}{8,10}\\b`, 'g'), '-<hash>'],
  [new RegExp(`-${alphabet}{5}\\b`, 'g'), '-<suffix>'],
  [/-\d{8}\b/g, '-<minute>'],
  [/\.[0-9a-f]{16}\b/g, '.<event>'],
  [/https:\/\/127\.0\.0\.1:\d+/g, '<server>'],
  [/\b127\.0\.0\.1:\d+/g, '<server>'],
  [/\b10\.(?:0|96|97|98|99|1\d\d|244)\.\d{1,3}\.\d{1,3}\b/g, '<address>'],
  [/\b(?:172\.30\.\d+\.\d+|127\.0\.0\.1)\b/g, '<address>'],
  [/\b3[0-2]\d{3}\b/g, '<node port>'],
  [/\bnode-[12]\b/g, '<node>'],
  [/(imageID|containerID)(: |":\s*)"[^"]*"/g, '$1$2"<id>"'],
]

const age = /(?<![\w.:/-])(?:\d+[ydhms]){1,3}(?![\w.:/-]| \((?!x\d))/g

/** The text with chance hidden. Ages are hidden in tables and descriptions only, never inside YAML or JSON. */
export function mask(text: string, world: RecordedWorld): string {
  let masked = text.replaceAll(world.server, '<server>')
  for (const [pattern, replacement] of everywhere) masked = masked.replace(pattern, replacement)
  const structured = /^\s*[[{]|^apiVersion: |^- apiVersion: /.test(text)
  if (!structured) masked = masked.split('\n').map(maskLine).join('\n')
  return masked
}

function maskLine(line: string): string {
  const isQuantity = /\b(cpu|memory)\b.*\d+m\b/.test(line) && !/\bago\b/.test(line)
  const aged = line.replace(age, (word) => (isQuantity && /^\d+m$/.test(word) ? word : '<age>'))
  return aged
    .replace(/\(x\d+ over <age>\)/g, '')
    .replace(/ {2,}/g, '  ')
    .trimEnd()
}

const compareEvents = /^Events:/m

/** A description whose events are put in order: they are a set, the kubelet's own left out. */
export function sortEvents(text: string): string {
  const found = compareEvents.exec(text)
  if (!found) return text
  const before = text.slice(0, found.index)
  const lines = text
    .slice(found.index)
    .split('\n')
    .filter((line) => !/\bkubelet\b/.test(line))
  const kept = lines.length <= 4 && lines.every((line) => /^Events:|^\s+(Type|----)|^\s*$/.test(line)) ? ['Events:  <none>', ''] : [...lines].sort()
  return before + kept.join('\n')
}
