// The line that plugin log writes of a question (`plugin/log`, common format).
import type { Random } from '../../base/random.ts'
import type { DnsAnswer, DnsQuestion, DnsRecord } from '../dns-message.ts'
import { whole } from './plugin.ts'

/** Who asked what, and what was answered; ports, numbers and times are by chance. */
export function logLine(from: string, { name, type }: DnsQuestion, answer: DnsAnswer, random: Random): string {
  const asked = whole(name)
  const size = 12 + wire(asked) + 4
  const records = [...answer.answers, ...answer.authority, ...answer.additional]
  const total = records.reduce((sum, record) => sum + wire(`${record.name}.`) + 10 + dataLength(record), size)
  const flags = answer.own ? 'qr,aa,rd' : answer.answers.length + answer.authority.length > 0 ? 'qr,rd,ra' : 'qr,rd'
  const time = (60_000 + random.below(400_000)).toString().padStart(9, '0')
  const question = `"${type} IN ${asked} udp ${size} false 512"`
  return `[INFO] ${from}:${32_768 + random.below(28_232)} - ${random.below(65_536)} ${question} ${answer.status} ${flags} ${total} 0.${time}s\n`
}

/** The length of a name in a message, none of it compressed. */
function wire(name: string): number {
  return name === '.' ? 1 : name.replace(/\.$/, '').length + 2
}

const lengths: Readonly<Record<string, (data: string) => number>> = {
  A: () => 4,
  AAAA: () => 16,
  SRV: (data) => 6 + wire(data.split(' ')[3] ?? ''),
  SOA: (data) => 20 + wire(data.split(' ')[0] ?? '') + wire(data.split(' ')[1] ?? ''),
  TXT: (data) => data.length - 1,
}

function dataLength({ type, data }: DnsRecord): number {
  return lengths[type]?.(data) ?? wire(data)
}
