// Who a request comes from (the room's door). Two ways for now; class codes and OIDC are further bodies of the same form.
import { createHash, randomBytes } from 'node:crypto'

/** A person as the runner knows them: an id that says nothing of who they are. */
export interface Identity {
  readonly learner: string
}

/** The parts of a request by which somebody is known. */
export interface Credentials {
  cookie(name: string): string | undefined
  header(name: string): string | undefined
}

/** Somebody new: who they are, and the cookie by which they are known from now on. */
export interface Welcome extends Identity {
  readonly cookie?: { readonly name: string; readonly value: string; readonly maxAgeSeconds: number }
}

/** A way to know people. `welcome` is asked where `identify` knows nobody; undefined means that they must sign in. */
export interface Authenticator {
  readonly kind: 'anonymous' | 'header'
  identify(credentials: Credentials): Identity | undefined
  welcome(credentials: Credentials): Welcome | undefined
}

const cookieName = 'drydock'
const year = 365 * 24 * 3600

/** Anybody may try: a random cookie, of which only a hash is stored. For the loopback alone. */
export function anonymous(knows: (learner: string) => boolean): Authenticator {
  return {
    kind: 'anonymous',
    identify(credentials) {
      const secret = credentials.cookie(cookieName)
      if (secret === undefined || !/^[\w-]{43}$/.test(secret)) return undefined
      const learner = learnerOf('cookie', secret)
      return knows(learner) ? { learner } : undefined
    },
    welcome() {
      const secret = randomBytes(32).toString('base64url')
      return { learner: learnerOf('cookie', secret), cookie: { name: cookieName, value: secret, maxAgeSeconds: year } }
    },
  }
}

/** A proxy in front has signed people in and names them in a header that it takes from nobody else. */
export function trustedHeader(name: string, knows: (learner: string) => boolean): Authenticator {
  const named = (credentials: Credentials): Identity | undefined => {
    const person = credentials.header(name)
    return person ? { learner: learnerOf(`header ${name.toLowerCase()}`, person) } : undefined
  }
  return {
    kind: 'header',
    identify(credentials) {
      const person = named(credentials)
      return person && knows(person.learner) ? person : undefined
    },
    welcome: named,
  }
}

function learnerOf(kind: string, secret: string): string {
  return createHash('sha256').update(`${kind}\n${secret}`).digest('hex').slice(0, 32)
}
