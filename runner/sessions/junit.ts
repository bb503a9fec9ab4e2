// A lab's report as JUnit XML, as CI systems read it: a test case per block and per criterion.
import type { BlockReport, CriterionReport, LabReport, StepReport } from './run-lab.ts'

/** The report in JUnit's form. A verification that fails and a criterion that does not hold are failures; what could not be decided is skipped. */
export function toJunit(report: LabReport, undecided: ReadonlySet<string> = new Set()): string {
  const criteria = report.criteria.map((criterion) =>
    undecided.has(criterion.id) ? { xml: skippedCase(criterion.id, criterion.seen), failed: false } : criterionCase(criterion),
  )
  const suites = [...report.steps.map(stepSuite), suite('criteria', criteria)]
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${xmlText(report.lab)}" time="${seconds(report.durationMs)}">\n${suites.join('')}</testsuites>\n`
}

interface Case {
  readonly xml: string
  readonly failed: boolean
}

function suite(name: string, cases: readonly Case[]): string {
  const failures = cases.filter(({ failed }) => failed).length
  return `  <testsuite name="${xmlText(name)}" tests="${cases.length}" failures="${failures}">\n${cases.map(({ xml }) => xml).join('')}  </testsuite>\n`
}

function stepSuite(step: StepReport): string {
  if (step.notRun !== undefined) return suite(`step ${step.id}: ${step.title}`, [{ xml: skippedCase('not run', step.notRun), failed: false }])
  return suite(
    `step ${step.id}: ${step.title}`,
    step.blocks.map((block, index) => blockCase(block, `${index + 1}. ${block.kind}`)),
  )
}

function blockCase(block: BlockReport, name: string): Case {
  const failed = block.kind === 'verification' && block.exit !== 0
  const failure = failed ? `\n      <failure message="exit code ${block.exit}">${xmlText(block.stderr)}</failure>` : ''
  const outputs = `\n      <system-out>${xmlText(block.stdout)}</system-out>\n      <system-err>${xmlText(block.stderr)}</system-err>`
  return { xml: `    <testcase name="${xmlText(name)}" time="${seconds(block.durationMs)}">${failure}${outputs}\n    </testcase>\n`, failed }
}

function criterionCase({ id, verdict, says, expected, seen, where }: CriterionReport): Case {
  const failed = verdict !== 'done'
  const words = xmlText(`${says}\nexpected: ${expected}\nseen: ${seen}\nwhere: ${where}`)
  const failure = failed ? `\n      <failure message="${xmlText(verdict)}">${words}</failure>\n    ` : ''
  return { xml: `    <testcase name="${xmlText(id)}">${failure}</testcase>\n`, failed }
}

function skippedCase(name: string, why: string): string {
  return `    <testcase name="${xmlText(name)}"><skipped message="${xmlText(why)}"/></testcase>\n`
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

/** Text that XML can hold: no markup, and none of the control characters that it forbids. */
function xmlText(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to leave out
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '').replace(/[&<>"]/g, (character) => names[character] ?? character)
}
