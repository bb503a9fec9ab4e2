// `coredns`: what it says of itself when it has read its configuration.
import { sha512 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { answerText } from '../commands/transfer.ts'
import { FileError } from '../files.ts'
import { forever, type Process, type Program } from '../process.ts'

/** The program. */
export const coredns: Program = async (_, process) => {
  const version = /:v?([\d.]+)/.exec(process.machine.image)?.[1] ?? '1.13.1'
  const digest = bytesToHex(sha512(new TextEncoder().encode(corefile(process))))
  process.out('maxprocs: Leaving GOMAXPROCS=4: CPU quota undefined\n.:53\n')
  process.out(`[INFO] plugin/reload: Running configuration SHA512 = ${digest}\nCoreDNS-${version}\nlinux/amd64, go1.25.2, 1db4568\n`)
  for (const port of [8080, 8181]) process.machine.net.listen(port, { http: () => answerText('OK') })
  return forever(process)
}

function corefile({ files }: Process): string {
  try {
    return files.read('/etc/coredns/Corefile')
  } catch (error) {
    if (error instanceof FileError) return ''
    throw error
  }
}
