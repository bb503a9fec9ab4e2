// Programs that show a container's network: `ip`, `netstat`, `ss`, `arp`, `traceroute`.
import { fail, type Process, type Program, unkeyed } from '../process.ts'
import { hardwareAddress } from './interfaces.ts'
import { may } from './kernel.ts'
import { readOptions } from './options.ts'
import { tooFew } from './usage.ts'

interface Device {
  readonly name: string
  readonly head: string
  readonly link: string
  readonly address: string
  readonly scope: string
}

function devicesOf({ machine }: Process): readonly Device[] {
  const { address } = machine.net
  const group = machine.flavor === 'busybox' ? '' : ' group default'
  const length = machine.flavor === 'busybox' ? 'qlen 1000' : 'group default qlen 1000'
  return [
    {
      name: 'lo',
      head: `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue ${machine.flavor === 'busybox' ? '' : 'state UNKNOWN '}${length}`,
      link: 'link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00',
      address: '127.0.0.1/8',
      scope: 'scope host lo',
    },
    {
      name: 'eth0',
      head: `2: eth0@if8: <BROADCAST,MULTICAST,UP,LOWER_UP${machine.flavor === 'busybox' ? ',M-DOWN' : ''}> mtu 1450 qdisc noqueue ${machine.flavor === 'busybox' ? '' : 'state UP'}${group}`,
      link: `link/ether ${hardwareAddress(address)} brd ff:ff:ff:ff:ff:ff${machine.flavor === 'busybox' ? '' : ' link-netnsid 0'}`,
      address: `${address}/24`,
      scope: `brd ${address.replace(/\d+$/, '255')} scope global eth0`,
    },
  ]
}

type Show = (device: Device) => string

const whole: Show = ({ head, link, address, scope }) => `${head}\n    ${link}\n    inet ${address} ${scope}\n       valid_lft forever preferred_lft forever\n`
const linkOnly: Show = ({ head, link }) => `${head}\n    ${link}\n`
const familyOnly: Show = ({ head, address, scope }) => `${head}\n    inet ${address} ${scope}\n       valid_lft forever preferred_lft forever\n`
const brief: Show = ({ name, address }) => `${(name === 'lo' ? name : `${name}@if8`).padEnd(16)} ${(name === 'lo' ? 'UNKNOWN' : 'UP').padEnd(14)} ${address} \n`
const oneLine: Show = ({ name, address, scope }) =>
  `${name === 'lo' ? 1 : 2}: ${name}    inet ${address} ${scope}\\       valid_lft forever preferred_lft forever\n`

function routes({ machine }: Process, words: readonly string[]): string {
  const { address } = machine.net
  const gateway = address.replace(/\d+$/, '1')
  const [asked, target = ''] = words.filter((word) => !word.startsWith('-'))
  if (asked === 'get') return `${target} via ${gateway} dev eth0 src ${address} uid 0 \n    cache \n`
  return `default via ${gateway} dev eth0 \n${address.replace(/\d+$/, '0')}/24 dev eth0 ${machine.flavor === 'busybox' ? 'scope link ' : 'proto kernel scope link '} src ${address} \n`
}

const ip: Program = (words, process) => {
  const options = words.filter((word) => word.startsWith('-'))
  const [object = '', ...rest] = words.filter((word) => !word.startsWith('-'))
  const busybox = process.machine.flavor === 'busybox'
  if (['add', 'del', 'set', 'change', 'replace', 'flush'].some((verb) => rest[0] === verb)) {
    if (may(process, 'NET_ADMIN')) return 0
    return fail(process, `${busybox ? 'ip: ' : ''}RTNETLINK answers: Operation not permitted`, 2)
  }
  if (/^r(o(u(te?)?)?)?$/.test(object)) process.out(routes(process, rest))
  else if (/^n(e(i(gh(bou?r)?)?)?)?$/.test(object))
    process.out(
      `${process.machine.net.address.replace(/\d+$/, '1')} dev eth0 lladdr ${hardwareAddress(process.machine.net.address.replace(/\d+$/, '1'))} ref 1 used 0/0/0 probes 1 REACHABLE\n`,
    )
  else if (/^ru(le?)?$/.test(object)) process.out('0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n')
  else if (/^(a(d(dr(ess?)?)?)?|l(i(nk?)?)?)$/.test(object)) return showDevices({ object, rest, options }, process)
  else
    return fail(
      process,
      busybox
        ? 'BusyBox v1.36.1 (2023-05-18 22:34:17 UTC) multi-call binary.\n\nUsage: ip [OPTIONS] address|route|link|tunnel|neigh|rule [ARGS]'
        : object === ''
          ? 'Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }'
          : `Object "${object}" is unknown, try "ip help".`,
      1,
    )
  return 0
}

function showDevices(
  { object, rest, options }: { readonly object: string; readonly rest: readonly string[]; readonly options: readonly string[] },
  process: Process,
): number {
  const wanted = rest.filter((word) => !/^(s(h(ow?)?)?|l(i(st?)?)?|dev|up)$/.test(word))[0]
  const devices = devicesOf(process).filter(({ name }) => wanted === undefined || name === wanted)
  if (devices.length === 0)
    return fail(process, process.machine.flavor === 'busybox' ? `ip: can't find device '${wanted}'` : `Device "${wanted}" does not exist.`)
  const has = (...names: readonly string[]): boolean => options.some((option) => names.includes(option))
  const show = has('-br', '-brief') ? brief : has('-o', '-oneline') ? oneLine : object.startsWith('l') ? linkOnly : has('-4') ? familyOnly : whole
  process.out(has('-6') ? '' : devices.map(show).join(''))
  return 0
}

/** What listens, as lines of `netstat`. */
function listening({ machine }: Process): readonly { readonly protocol: string; readonly number: number; readonly program: string }[] {
  const [first] = machine.tasks()
  const name = (first?.command ?? '').replace(/^.*?([^/ ]+?):?( .*)?$/, '$1').replace(/^nginx.*/, 'nginx: master pro')
  return machine.net.listening.map((port) => {
    const { protocol, number } = unkeyed(port)
    return { protocol: protocol.toLowerCase(), number, program: `1/${name}` }
  })
}

const netstat: Program = (words, process) => {
  const letters = words.filter((word) => word.startsWith('-')).join('')
  if (letters.includes('r')) return routeTable(process)
  const all = letters.includes('l') ? 'only servers' : letters.includes('a') ? 'servers and established' : 'w/o servers'
  const programs = letters.includes('p')
  process.out(
    `Active Internet connections (${all})\nProto Recv-Q Send-Q Local Address           Foreign Address         State       ${programs ? 'PID/Program name    ' : ''}\n`,
  )
  if (!/[la]/.test(letters)) return 0
  for (const { protocol, number, program } of listening(process)) {
    if ((letters.includes('t') && !letters.includes('u') && protocol !== 'tcp') || (letters.includes('u') && !letters.includes('t') && protocol !== 'udp'))
      continue
    const state = protocol === 'tcp' ? 'LISTEN' : ''
    process.out(`${protocol}        0      0 ${`0.0.0.0:${number}`.padEnd(23)} ${'0.0.0.0:*'.padEnd(23)} ${state.padEnd(11)} ${programs ? program : ''}\n`)
  }
  return 0
}

/** The kernel's routes, as `route` and `netstat -r` print them. */
function routeTable({ machine, out }: Process): number {
  const gateway = machine.net.address.replace(/\d+$/, '1')
  out('Kernel IP routing table\nDestination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n')
  out(`0.0.0.0         ${gateway.padEnd(15)} 0.0.0.0         UG        0 0          0 eth0\n`)
  out(`${machine.net.address.replace(/\d+$/, '0').padEnd(15)} 0.0.0.0         255.255.255.0   U         0 0          0 eth0\n`)
  return 0
}

const ss: Program = (words, process) => {
  const letters = words.filter((word) => word.startsWith('-')).join('')
  const programs = letters.includes('p')
  process.out(
    `${letters.includes('t') && !letters.includes('u') ? '' : 'Netid '}State  Recv-Q Send-Q Local Address:Port Peer Address:Port ${programs ? 'Process' : ''}\n`,
  )
  if (!/[la]/.test(letters)) return 0
  for (const { protocol, number, program } of listening(process)) {
    const [pid, name] = program.split('/')
    const kind = letters.includes('t') && !letters.includes('u') ? '' : `${protocol}   `
    process.out(
      `${kind}${protocol === 'tcp' ? 'LISTEN' : 'UNCONN'} 0      511          0.0.0.0:${String(number).padEnd(9)} 0.0.0.0:*    ${programs ? `users:(("${name}",pid=${pid},fd=6))` : ''}\n`,
    )
  }
  return 0
}

const arp: Program = (_, { machine, out }) => {
  const gateway = machine.net.address.replace(/\d+$/, '1')
  out(`? (${gateway}) at ${hardwareAddress(gateway)} [ether]  on eth0\n`)
  return 0
}

/** The way to an address: over the node, and where it answers to the end of it. */
const traceroute: Program = async (words, process) => {
  const options = readOptions(words, ['m', 'q', 'w', 'p', 'i', 's', 'f'])
  const [name] = options.rest
  if (name === undefined) return tooFew(process, 'traceroute')
  const { net, flavor } = process.machine
  const found = net.resolve(name)
  if (!found)
    return fail(process, flavor === 'busybox' ? `traceroute: bad address '${name}'` : `${name}: Name or service not known`, flavor === 'busybox' ? 1 : 2)
  const [address = ''] = found.addresses
  const most = Number(options.value('m') ?? 30)
  process.out(`traceroute to ${name} (${address}), ${most} hops max, ${flavor === 'busybox' ? '46' : '60'} byte packets\n`)
  const connection = await net.connect(address, 0)
  const answers = connection !== 'timeout' && connection !== 'no route'
  const time = (): string => `0.0${10 + process.seed.below(80)} ms`
  const gateway = net.address.replace(/\d+$/, '1')
  const local = address === net.address || address.startsWith('127.')
  if (!local) process.out(` 1  ${gateway} (${gateway})  ${time()}  ${time()}  ${time()}\n`)
  if (answers) {
    process.out(` ${local ? 1 : 2}  ${found.name || name} (${address})  ${time()}  ${time()}  ${time()}\n`)
    return 0
  }
  for (let hop = 2; hop <= most; hop += 1) {
    await process.sleep(15_000)
    process.out(`${String(hop).padStart(2)}  *  *  *\n`)
  }
  return 0
}

/** Programs that show a network by name. */
export const addressPrograms: Readonly<Record<string, Program>> = { ip, netstat, ss, arp, traceroute }
