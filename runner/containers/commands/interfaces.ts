// Older programs that show a container's network, and `telnet`.
import { fail, type Process, type Program } from '../process.ts'

/** The hardware address that goes with an address, as many network plugins make it. */
export function hardwareAddress(address: string): string {
  return ['0a', '58', ...address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))].join(':')
}

const ifconfig: Program = (_, { machine, out }) => {
  const { address } = machine.net
  const counts = 'RX packets:312 errors:0 dropped:0 overruns:0 frame:0\n          TX packets:274 errors:0 dropped:0 overruns:0 carrier:0\n'
  out(
    `eth0      Link encap:Ethernet  HWaddr ${hardwareAddress(address).toUpperCase()}  \n          inet addr:${address}  Bcast:${address.replace(/\d+$/, '255')}  Mask:255.255.255.0\n          UP BROADCAST RUNNING MULTICAST  MTU:1450  Metric:1\n          ${counts}          collisions:0 txqueuelen:1000 \n\n`,
  )
  out('lo        Link encap:Local Loopback  \n          inet addr:127.0.0.1  Mask:255.0.0.0\n          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n\n')
  return 0
}

const route: Program = (_, { machine, out }) => {
  const gateway = machine.net.address.replace(/\d+$/, '1')
  out('Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface\n')
  out(`0.0.0.0         ${gateway.padEnd(15)} 0.0.0.0         UG    0      0        0 eth0\n`)
  out(`${machine.net.address.replace(/\d+$/, '0').padEnd(15)} 0.0.0.0         255.255.255.0   U     0      0        0 eth0\n`)
  return 0
}

/** Says whether somebody listens, and leaves when nothing more is typed. */
const telnet: Program = async ([name = '', port = '23'], process: Process) => {
  const { net, flavor } = process.machine
  const found = net.resolve(name)
  const busybox = flavor === 'busybox'
  if (!found) return fail(process, busybox ? `telnet: bad address '${name}'` : `telnet: could not resolve ${name}/${port}: Name or service not known`)
  const [address = ''] = found.addresses
  if (!busybox) process.out(`Trying ${address}...\n`)
  const connection = await net.connect(address, Number(port))
  if (connection === 'timeout') await process.sleep(130_000)
  if (typeof connection === 'string') {
    const why = connection === 'timeout' ? 'Connection timed out' : connection === 'refused' ? 'Connection refused' : 'No route to host'
    return fail(process, busybox ? `telnet: can't connect to remote host (${address}): ${why}` : `telnet: Unable to connect to remote host: ${why}`)
  }
  process.out(busybox ? `Connected to ${name}\n` : `Connected to ${name}.\nEscape character is '^]'.\n`)
  await process.halt.unless(process.stdin.readAll())
  return busybox ? 1 : 0
}

/** The programs by name. */
export const interfacePrograms: Readonly<Record<string, Program>> = { ifconfig, route, telnet }
