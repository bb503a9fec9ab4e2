// Arguments that every command takes, and those that many take.
import type { ArgumentFacts, CommandFacts } from './command.ts'

const group = 'Global Arguments'
const policyGroup = 'Global Policy Arguments'

/** Names of the output formats, in the order in which az lists them. */
export const outputFormats = ['json', 'jsonc', 'yaml', 'yamlc', 'table', 'tsv', 'none'] as const

const help: ArgumentFacts = { dest: 'help', options: ['-h', '--help'], action: 'true', group, short: 'Show this help message and exit.' }

const common: readonly ArgumentFacts[] = [
  help,
  { dest: '_log_verbosity_verbose', options: ['--verbose'], action: 'true', group, short: 'Increase logging verbosity. Use --debug for full debug logs.' },
  { dest: '_log_verbosity_debug', options: ['--debug'], action: 'true', group, short: 'Increase logging verbosity to show all debug logs.' },
  { dest: '_log_verbosity_only_show_errors', options: ['--only-show-errors'], action: 'true', group, short: 'Only show errors, suppressing warnings.' },
  { dest: '_output_format', options: ['--output', '-o'], type: 'lower', choices: outputFormats, default: 'json', group, short: 'Output format.' },
  {
    dest: '_jmespath_query',
    options: ['--query'],
    type: 'jmespath_type',
    group,
    short: 'JMESPath query string. See http://jmespath.org/ for more information and examples.',
  },
]

const subscription: ArgumentFacts = {
  dest: '_subscription',
  options: ['--subscription'],
  group,
  short: 'Name or ID of subscription. You can configure the default subscription using `az account set -s NAME_OR_ID`.',
}

const policy: readonly ArgumentFacts[] = [
  {
    dest: '_change_reference',
    options: ['--change-reference'],
    group: policyGroup,
    short: 'The related change reference ID for this resource operation.',
  },
  {
    dest: '_acquire_policy_token',
    options: ['--acquire-policy-token'],
    action: 'true',
    group: policyGroup,
    short: 'Acquiring an Azure Policy token automatically for this resource operation.',
  },
]

/** All arguments of a command in the order in which the parser knows them. */
export function allArguments(command: CommandFacts): readonly ArgumentFacts[] {
  // Where --ids names a resource, its subscription is part of what names it.
  const ids = command.arguments.find(({ dest }) => dest === '_ids')?.group
  const own = command.subscription ? [ids === undefined ? subscription : { ...subscription, group: ids }] : []
  return [...common, ...own, ...command.arguments, ...(command.policy ? policy : [])]
}
