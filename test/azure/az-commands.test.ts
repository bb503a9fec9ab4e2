// Our az against our Azure: what a command prints, one after the other in one subscription.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run } from '#runner/az/az.ts'
import { azOn } from './az-on.ts'
import { createSmallAzure, groupPath, subscriptionId } from './small-azure.ts'

const scope = `/subscriptions/${subscriptionId}`
const west = '{"if":{"field":"location","equals":"westus"},"then":{"effect":"deny"}}'
const audit = '{"if":{"field":"tags.owner","exists":"false"},"then":{"effect":"audit"}}'
const workspace = 'Microsoft.OperationalInsights/workspaces'

/** A command line (words may stand in single quotes), and what it prints; a text with `ERROR:` is looked for among its errors. */
type Step = readonly [command: string, printed: string]

const sessions: Readonly<Record<string, readonly Step[]>> = {
  'people and groups': [
    ['ad user create --display-name Bob --user-principal-name bob@contoso.test --password Secret-1 --query displayName', '"Bob"'],
    ['ad user update --id bob@contoso.test --display-name Bobby', ''],
    ['ad user show --id bob@contoso.test --query displayName', '"Bobby"'],
    ['ad group create --display-name ops --mail-nickname ops --query displayName', '"ops"'],
    ['ad group owner list -g ops --query [].userPrincipalName -o tsv', 'ada@contoso.test'],
    ['ad group show -g ops --query securityEnabled', 'true'],
    ['ad user get-member-groups --id bob@contoso.test', '[]'],
    ['ad group delete -g ops', ''],
    ['ad group show -g ops', "ERROR: No group matches the name of 'ops'"],
    ['ad user delete --id bob@contoso.test', ''],
  ],
  'an application with a role': [
    [`ad sp create-for-rbac -n ci --role Reader --scopes ${scope} --query displayName`, '"ci"'],
    [`ad sp create-for-rbac -n ci --role Reader`, 'ERROR: Usage error: To create role assignments, specify both --role and --scopes.'],
    [`role assignment list --all --query "length([?roleDefinitionName=='Reader'])"`, '2'],
    ['ad app list --display-name ci --query [].passwordCredentials[].displayName -o tsv', 'rbac'],
  ],
  policies: [
    [`policy definition create -n no-west --mode All --rules '${west}' --query policyType`, '"Custom"'],
    ['policy definition update -n no-west --description new --query description', '"new"'],
    [`policy assignment create -n a1 --policy no-west --query policyDefinitionId`, `"${scope}/providers/Microsoft.Authorization/policyDefinitions/no-west"`],
    ['policy assignment update -n a1 --display-name West --query displayName', '"West"'],
    ['group create -n west -l westus', "ERROR: (RequestDisallowedByPolicy) Resource 'west' was disallowed by policy."],
    [
      `policy exemption create -n e1 --policy-assignment ${scope}/providers/Microsoft.Authorization/policyAssignments/a1 --exemption-category Waiver --query name`,
      '"e1"',
    ],
    ['group create -n west -l westus --query location', '"westus"'],
    [`policy definition create -n owner --mode All --rules '${audit}' --query name`, '"owner"'],
    [
      `policy set-definition create -n set1 --definitions '[{"policyDefinitionId":"${scope}/providers/Microsoft.Authorization/policyDefinitions/owner"}]' --query name`,
      '"set1"',
    ],
    ['policy assignment create -n a2 --policy-set-definition set1 --query name', '"a2"'],
    ['policy state list --policy-assignment a2 --query "[].complianceState" -o tsv', 'NonCompliant\nNonCompliant'],
    ['policy state summarize --query results.nonCompliantResources', '2'],
    ['policy state trigger-scan', ''],
    ['policy set-definition list --query [].name -o tsv', 'set1'],
  ],
  'add-ons and keys of a cluster': [
    ['aks enable-addons -g rg-aks-fleet-lab -n aks-one -a azure-policy --query addonProfiles.azurepolicy.enabled', 'true'],
    ['aks disable-addons -g rg-aks-fleet-lab -n aks-one -a azure-policy --query addonProfiles.azurepolicy.enabled', 'false'],
    ['aks enable-addons -g rg-aks-fleet-lab -n aks-one -a nonsense', 'ERROR: "nonsense" is not a recognized addon option.'],
    ['aks disable-addons -g rg-aks-fleet-lab -n aks-one -a azure-keyvault-secrets-provider', 'ERROR: The addon azureKeyvaultSecretsProvider is not installed.'],
    ['aks rotate-certs -g rg-aks-fleet-lab -n aks-one --yes', ''],
    ['aks oidc-issuer rotate-signing-keys -g rg-aks-fleet-lab -n aks-one --yes', ''],
    ['aks command invoke -g rg-aks-fleet-lab -n aks-one -c "kubectl get ns"', 'ERROR: (NotSimulated) Run command is not simulated here'],
  ],
  'resources of any type, and what was done': [
    [`resource create -g rg-aks-fleet-lab -n logs --resource-type ${workspace} --properties '{}' --query location`, '"eastus"'],
    [`resource update -g rg-aks-fleet-lab -n logs --resource-type ${workspace} --set tags.a=b --query tags.a`, '"b"'],
    [`resource patch -g rg-aks-fleet-lab -n logs --resource-type ${workspace} --properties '{"retentionInDays":90}' --query properties.retentionInDays`, '90'],
    ['monitor log-analytics workspace update -n logs -g rg-aks-fleet-lab --retention-time 60 --query retentionInDays', '60'],
    ['monitor activity-log list -g rg-aks-fleet-lab --query "[].operationName.value" --max-events 1 -o tsv', `${workspace}/write`],
    ['monitor activity-log list --caller nobody@contoso.test', '[]'],
    ['monitor activity-log list --offset soon', "ERROR: argument --offset: invalid period_type value: 'soon'"],
    ['provider operation show --namespace Microsoft.ContainerService --query name', '"Microsoft.ContainerService"'],
    [
      'identity create -g rg-aks-fleet-lab -n id1 --tags a=b --query "sort(keys(@))" -o tsv',
      'clientId\nid\nlocation\nname\nprincipalId\nresourceGroup\nsystemData\ntags\ntenantId\ntype',
    ],
    ['identity update -g rg-aks-fleet-lab -n id1 --tags c=d --query "join(\',\', keys(tags))" -o tsv', 'a,c'],
    ['identity delete -g rg-aks-fleet-lab -n id1', ''],
    ['group export -n rg-aks-fleet-lab --query resources[].type -o tsv', workspace],
  ],
}

function words(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, plain]) => single ?? double ?? plain ?? '')
}

for (const [name, steps] of Object.entries(sessions)) {
  test(`az does: ${name}`, async () => {
    const small = await createSmallAzure({ now: Date.parse('2026-11-24T09:00:00Z') })
    await small.azure.seed([{ id: groupPath, location: 'eastus' }, ...(name.includes('cluster') ? [small.cluster('aks-one')] : [])])
    for (const [command, printed] of steps) {
      const { context, output } = azOn(small)
      const exit = await run(words(command), context)
      const failing = printed.startsWith('ERROR:')
      assert.equal(exit === 0, !failing, `${command}: ${output.stderr}`)
      if (failing) assert.ok(output.stderr.includes(printed), `${command}: ${output.stderr}`)
      else assert.equal(output.stdout.trimEnd(), printed, command)
      await small.clock.advance(2000)
    }
  })
}
