// perl, as far as Jobs in textbooks use it: digits of pi.
import { fail, type Program } from '../process.ts'

/** `perl -Mbignum=bpi -wle "print bpi(2000)"`. */
export const perl: Program = async (words, process) => {
  const digits = words.join(' ').match(/bpi\((\d+)\)/)?.[1]
  if (digits === undefined)
    return fail(process, "perl: this program is not simulated: only digits of pi are, as in `perl -Mbignum=bpi -wle 'print bpi(2000)'`", 2)
  await process.sleep(2000)
  process.out(`${pi(Math.min(Number(digits), 10_000))}\n`)
  return 0
}

/** Pi with so many digits, by Machin's formula in whole numbers. */
function pi(digits: number): string {
  const scale = 10n ** BigInt(digits + 10)
  const inverse = (x: bigint): bigint => {
    let term = scale / x
    let sum = term
    for (let n = 3n; term !== 0n; n += 2n) {
      term /= -(x * x)
      sum += term / n
    }
    return sum
  }
  const text = String(4n * (4n * inverse(5n) - inverse(239n)))
  return `3.${text.slice(1, digits)}`
}
