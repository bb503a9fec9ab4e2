// Programs that ask a terminal what it is, or set it: `stty`, `tput`.
import { fail, isTerminal, type Process, type Program } from '../process.ts'

const noTerminal = { columns: 0, rows: 0 }

/** How large the terminal is. It is told by whoever connected, which takes a moment longer than a program does. */
async function sizeOf(process: Process): Promise<{ readonly columns: number; readonly rows: number }> {
  if (process.terminal?.screen.columns === 0) await process.sleep(50)
  return process.terminal?.screen ?? noTerminal
}

const settings = `intr = ^C; quit = ^\\; erase = ^?; kill = ^U; eof = ^D; eol = <undef>; eol2 = <undef>; swtch = <undef>; start = ^Q;
stop = ^S; susp = ^Z; rprnt = ^R; werase = ^W; lnext = ^V; discard = ^O; min = 1; time = 0;
-parenb -parodd -cmspar cs8 -hupcl -cstopb cread -clocal -crtscts
-ignbrk -brkint -ignpar -parmrk -inpck -istrip -inlcr -igncr icrnl ixon -ixoff -iuclc -ixany -imaxbel -iutf8
opost -olcuc -ocrnl onlcr -onocr -onlret -ofill -ofdel nl0 cr0 tab0 bs0 vt0 ff0
isig icanon iexten echo echoe echok -echonl -noflsh -xcase -tostop -echoprt echoctl echoke -flusho -extproc
`

/** `stty`: shows the terminal, and sets how large it is; of its other settings none makes a difference. */
const stty: Program = async (words, process) => {
  const screen = isTerminal(process, process.stdin) ? process.terminal?.screen : undefined
  if (!screen) return fail(process, `stty: ${process.machine.flavor === 'busybox' ? 'standard input' : "'standard input'"}: Inappropriate ioctl for device`)
  if (words.length === 0) process.out('speed 38400 baud; line = 0;\n-brkint -imaxbel\n')
  for (const [index, word] of words.entries()) {
    const next = Number(words[index + 1])
    if (word === 'rows' && next >= 0) screen.rows = next
    if ((word === 'cols' || word === 'columns') && next >= 0) screen.columns = next
    if (word !== 'size' && word !== '-a') continue
    const { columns, rows } = await sizeOf(process)
    process.out(word === 'size' ? `${rows} ${columns}\n` : `speed 38400 baud; rows ${rows}; columns ${columns}; line = 0;\n${settings}`)
  }
  return 0
}

/** What the terminal `xterm` is told. */
const capabilities: Readonly<Record<string, string>> = {
  bel: '\x07',
  bold: '\x1b[1m',
  civis: '\x1b[?25l',
  clear: '\x1b[H\x1b[2J\x1b[3J',
  cnorm: '\x1b[?12l\x1b[?25h',
  dim: '\x1b[2m',
  ed: '\x1b[J',
  el: '\x1b[K',
  op: '\x1b[39;49m',
  rev: '\x1b[7m',
  rmcup: '\x1b[?1049l\x1b[23;0;0t',
  rmso: '\x1b[27m',
  rmul: '\x1b[24m',
  sgr0: '\x1b(B\x1b[m',
  smcup: '\x1b[?1049h\x1b[22;0;0t',
  smso: '\x1b[7m',
  smul: '\x1b[4m',
}

/** `tput`, for `xterm`. */
const tput: Program = async ([name = '', ...parameters], process) => {
  if (name === '') return fail(process, 'usage: tput [-V] [-S] [-x] [-T term] capname', 2)
  if (!process.env.get('TERM')) return fail(process, 'tput: No value for $TERM and no -T specified', 2)
  const { columns, rows } = await sizeOf(process)
  const numbers: Readonly<Record<string, number>> = { cols: columns || 80, lines: rows || 24, colors: 8 }
  const [first = 0, second = 0] = parameters.map(Number)
  if (Object.hasOwn(numbers, name)) process.out(`${numbers[name]}\n`)
  else if (name === 'setaf' || name === 'setab') process.out(`\x1b[${name === 'setaf' ? 3 : 4}${first}m`)
  else if (name === 'cup') process.out(`\x1b[${first + 1};${second + 1}H`)
  else if (Object.hasOwn(capabilities, name)) process.out(capabilities[name] ?? '')
  else return fail(process, `tput: unknown terminfo capability '${name}'`, 4)
  return 0
}

/** The programs of this file by name. */
export const screenPrograms: Readonly<Record<string, Program>> = { stty, tput }
