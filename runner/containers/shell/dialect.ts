// Which language a shell speaks: busybox's ash, Debian's dash, or bash.

/** The shells there are. */
export type Dialect = 'ash' | 'bash' | 'dash'

/** What of the wider language a shell knows. */
export interface Language {
  readonly dialect: Dialect
  /** `[[ … ]]`. */
  readonly conditions: boolean
  /** `((…))` and `for ((…))`, lists of values, `+=`, `<<<`, `|&`, braces, `time`, and further forms of `${…}`. */
  readonly wide: boolean
  /** `$'…'`, `<(…)`, `&>`, `function`, `${x:1:2}` and `${x/a/b}`. */
  readonly extended: boolean
}

/** What each shell knows. */
export const languages: Readonly<Record<Dialect, Language>> = {
  ash: { dialect: 'ash', conditions: true, wide: false, extended: true },
  bash: { dialect: 'bash', conditions: true, wide: true, extended: true },
  dash: { dialect: 'dash', conditions: false, wide: false, extended: false },
}

/** The shell behind a name on a system of this kind. */
export function dialectOf(name: string, flavor: 'busybox' | 'debian'): Dialect {
  if (/(^|\/)-?(ba|z)sh$/.test(name)) return 'bash'
  return flavor === 'busybox' ? 'ash' : 'dash'
}
