// What programs say to whoever gives them too few words, or options that they do not have.
import { fail, type Process } from '../process.ts'

/** The first line of every applet's help. */
export const busyboxHead = 'BusyBox v1.36.1 (2023-05-18 22:34:17 UTC) multi-call binary.'

/** How applets are used, and what they do. */
const applets: Readonly<Record<string, readonly [use: string, does: string]>> = {
  cat: ['[-nbvteA] [FILE]...', 'Print FILEs to stdout'],
  chmod: ['[-Rcvf] MODE[,MODE]... FILE...', 'MODE is octal number (bit pattern sstrwxrwxrwx) or [ugoa]{+|-|=}[rwxXst]'],
  chown: ['[-RhLHPcvf]... USER[:[GRP]] FILE...', 'Change the owner and/or group of FILEs to USER and/or GRP'],
  cp: ['[-arPLHpfinlsTu] SOURCE DEST\nor: cp [-arPLHpfinlsu] SOURCE... { -t DIRECTORY | DIRECTORY }', 'Copy SOURCEs to DEST'],
  cut: ['[OPTIONS] [FILE]...', 'Print selected fields from FILEs to stdout'],
  find: ['[-HL] [PATH]... [OPTIONS] [ACTIONS]', 'Search for files and perform actions on them.\nFirst failed action stops processing of current file.'],
  grep: ['[-HhnlLoqvsrRiwFEz] [-m N] [-A|B|C N] { PATTERN | -e PATTERN... | -f FILE... } [FILE]...', 'Search for PATTERN in FILEs (or stdin)'],
  head: ['[OPTIONS] [FILE]...', 'Print first 10 lines of FILEs (or stdin).\nWith more than one FILE, precede each with a filename header.'],
  ln: ['[-sfnbtv] [-S SUF] TARGET... LINK|DIR', 'Create a link LINK or DIR/TARGET to the specified TARGET(s)'],
  mkdir: ['[-m MODE] [-p] DIRECTORY...', 'Create DIRECTORY'],
  mv: ['[-finT] SOURCE DEST\nor: mv [-fin] SOURCE... { -t DIRECTORY | DIRECTORY }', 'Rename SOURCE to DEST, or move SOURCEs to DIRECTORY'],
  nc: ['[-iN] [-wN] [-l] [-p PORT] [-f FILE|IPADDR PORT] [-e PROG]', 'Open a pipe to IP:PORT or FILE'],
  nslookup: ['[-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]', 'Query DNS about HOST'],
  ping: ['[OPTIONS] HOST', 'Send ICMP ECHO_REQUESTs to HOST'],
  rm: ['[-irf] FILE...', 'Remove (unlink) FILEs'],
  rmdir: ['[-p] DIRECTORY...', 'Remove DIRECTORY if it is empty'],
  sed: ['[-i[SFX]] [-nrE] [-f FILE]... [-e CMD]... [FILE]...\nor: sed [-i[SFX]] [-nrE] CMD [FILE]...', ''],
  sleep: [
    '[N]...',
    'Pause for a time equal to the total of the args given, where each arg can\nhave an optional suffix of (s)econds, (m)inutes, (h)ours, or (d)ays',
  ],
  sort: ['[-nrughMcszbdfiokt] [-o FILE] [-k START[.OFS][OPTS][,END[.OFS][OPTS]] [-t CHAR] [FILE]...', 'Sort lines of text'],
  stat: ['[-ltf] [-c FMT] FILE...', 'Display file (default) or filesystem status'],
  tar: ['c|x|t [-ZzJjahmvokO] [-f TARFILE] [-C DIR] [FILE]...', 'Create, extract, or list files from a tar file'],
  timeout: ['[-s SIG] [-k KILL_SECS] SECS PROG ARGS', 'Run PROG. Send SIG to it if it is not gone in SECS seconds.'],
  touch: ['[-cham] [-d DATE] [-t DATE] [-r FILE] FILE...', 'Update mtime of FILEs'],
  tr: ['[-cds] STRING1 [STRING2]', 'Translate, squeeze, or delete characters from stdin, writing to stdout'],
  watch: ['[-n SEC] [-t] PROG ARGS', 'Run PROG periodically'],
  wget: ['[-cqS] [--spider] [-O FILE] [-o LOGFILE] [-T SEC] URL...', 'Retrieve files via HTTP or FTP'],
  xargs: ['[OPTIONS] [PROG ARGS]', 'Run PROG on every item given by stdin'],
}

/** How an applet is used, as its help begins. */
export function helpOf(name: string): string {
  const [use = '', does = ''] = applets[name] ?? ['[OPTIONS]', '']
  return `${busyboxHead}\n\nUsage: ${name} ${use}\n${does === '' ? '' : `\n${does}\n`}`
}

/** Says that words are missing: `what` as GNU's programs name them. */
export function tooFew(process: Process, name: string, what = 'missing operand', code = 1): number {
  if (process.machine.flavor === 'debian') return fail(process, `${name}: ${what}\nTry '${name} --help' for more information.`, code)
  process.err(helpOf(name))
  return 1
}

/** Says that there is no such option. */
export function noOption(process: Process, name: string, letter: string, code = 1): number {
  const line = `${name}: invalid option -- '${letter}'\n`
  process.err(line + (process.machine.flavor === 'debian' ? `Try '${name} --help' for more information.\n` : helpOf(name)))
  return code
}

/** The letters that a program has, as busybox and as GNU have it; those that take a value stand in the options that are read. */
const letters: Readonly<Record<string, readonly [busybox: string, gnu: string]>> = {
  cat: ['nbvteA', 'AbeEnstTuv'],
  ls: ['1AaCxdLHRFplinshrSXvctukTw', 'aAbBcCdDfFgGhHiIklLmnNopqQrRsStTuUvwxXZ1'],
  rm: ['irfRv', 'firRIdv'],
  cp: ['arPLHpfinlsTudRtv', 'abdfHilLnPpRrsStTuvxZ'],
  mv: ['finTtv', 'bfintTuvSZ'],
  mkdir: ['mpv', 'mpvZ'],
  touch: ['chamdtrf', 'acdfhmrt'],
  head: ['ncqv', 'cnqvz'],
  tail: ['fcnqsvF', 'cfFnqsvz'],
  wc: ['clLmw', 'cmlLw'],
  sort: ['nrughMcszbdfiokStTV', 'bdfgiMhnRrVkmotSTucCsz'],
  uniq: ['cdufswiz', 'cdDfisuwz'],
}

/** The first letter among some options that a program does not have. */
export function strangeOption(name: string, words: readonly string[], flavor: 'busybox' | 'debian'): string | undefined {
  const known = letters[name]?.[flavor === 'busybox' ? 0 : 1]
  if (known === undefined) return undefined
  for (const word of words) {
    if (word === '--') return undefined
    if (!/^-[^-]/.test(word) || /^-\d/.test(word)) continue
    for (const letter of word.slice(1)) {
      if (!known.includes(letter)) return letter
      if (/[mtdrncsSkowwTfD]/.test(letter) && valued(name, letter)) break
    }
  }
  return undefined
}

function valued(name: string, letter: string): boolean {
  return (
    ({ mkdir: 'm', touch: 'dtr', head: 'nc', tail: 'nc', sort: 'kotST', uniq: 'fsw', cp: 'tS', mv: 'tS', ls: 'wTI' } as Readonly<Record<string, string>>)[
      name
    ]?.includes(letter) === true
  )
}
