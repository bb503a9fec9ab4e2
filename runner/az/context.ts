// What az is given of the outside: HTTP, files, environment, terminal, time, chance. Nothing else is reached.

/** The files that az may see and change. Paths are absolute. */
export interface AzFiles {
  /** The file's text, or undefined when there is none. */
  read(path: string): Promise<string | undefined>
  /** Writes a file and makes its folders. Without a mode an existing file keeps its own, a new one gets 644. */
  write(path: string, text: string, mode?: number): Promise<void>
  exists(path: string): Promise<boolean>
  remove(path: string): Promise<void>
  /** Names in a folder, sorted; empty when there is none. */
  list(path: string): Promise<readonly string[]>
  /** Permission bits of a file, or undefined when they are not known. */
  mode?(path: string): Promise<number | undefined>
}

/** Whether each stream is a terminal, and how wide it is. */
export interface AzTerminal {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly columns: number
}

/** A request as az sends it: no class of the web's, whose first use costs a process of Node more than the request itself. */
export interface AzRequest {
  readonly url: string
  /** Default: GET. */
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What az reads of an answer; a web `Response` is one. */
export interface AzResponse {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  text(): Promise<string>
  json(): Promise<unknown>
}

/** Everything that one run of az or kubelogin is given. */
export interface AzContext {
  /** Sends; follows no redirect. */
  fetch(request: AzRequest): Promise<AzResponse>
  readonly env: Readonly<Record<string, string>>
  readonly files: AzFiles
  readonly home: string
  readonly cwd: string
  stdin(): Promise<string>
  stdout(text: string): void
  stderr(text: string): void
  readonly terminal: AzTerminal
  /** Shows a prompt and reads a line; only where stdin is a terminal. A hidden line is not echoed. */
  ask?(prompt: string, options?: { readonly hidden?: boolean }): Promise<string>
  now(): number
  sleep(milliseconds: number): Promise<void>
  randomBytes(count: number): Uint8Array
}

/** A version 4 UUID from the context's randomness. */
export function randomUuid(context: Pick<AzContext, 'randomBytes'>): string {
  const bytes = context.randomBytes(16)
  const hex = [...bytes].map((byte, index) => (index === 6 ? (byte & 15) | 64 : index === 8 ? (byte & 63) | 128 : byte).toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}
