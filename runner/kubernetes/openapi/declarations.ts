// What descriptions are read from, and what they are.

/** Reads declarations by path: those of a group's version, as `core/v1`, and of a client's model, as `models/V1Pod`, which are newer and have no paragraphs; undefined if there are none. One reader is one set of packages: what it gave is remembered for it. */
export type ReadDeclarations = (path: string) => string | undefined

/** What is said of a type and of each of its fields. */
export interface TypeDescription {
  readonly text: string | undefined
  readonly fields: ReadonlyMap<string, string>
}
