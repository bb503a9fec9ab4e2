// What of the recordings is not compared, and where ours differs from them: each case with its reason.
// The recordings' server was a stub; where the vendor does otherwise, so do we.

const notSimulated = 'Asks for what is not simulated'
const ownCluster = "What is printed is of the stub's own nodes, which no cluster here has"
const injected = 'The recording world was told to fail this one request'
const before = 'Needs what an earlier case of its area left behind'

/** Cases that are not sent at all. */
export const leftOut: Readonly<Record<string, string>> = {
  'aks/command-invoke': ownCluster,
  'aks/command-invoke-query': ownCluster,
  'aks/get-credentials-format-exec': before,
  'aks/maintenance-list': before,
  'error/conflict': injected,
  'error/lro-failed': injected,
  'error/policy-disallowed': injected,
  'error/provider-not-registered': injected,
  'error/server-error-500': injected,
  'error/validation-target-details': injected,
  'login/no-subscription-allowed': 'The recording world had taken the subscriptions away',
  'member/create-already-joined': before,
  'nodepool/get-upgrades': before,
  'output/preview-warning': notSimulated,
  'role/assignment-create-forbidden': injected,
  'deployment/group-list-table': before,
  'deployment/group-show': before,
  'tag/list-subscription': before,
  'tag/update-delete': before,
  'autoupgradeprofile/show': before,
  'gate/list': before,
  'gate/list-state': before,
  'gate/list-table': before,
  'gate/show': before,
  'gate/update-completed': before,
  'monitor/account-delete': before,
  'monitor/account-show': before,
  'namespace/list-table': before,
  'namespace/show': before,
  'policy/assignment-delete': before,
  'updaterun/create-control-plane': before,
  'updaterun/create-default-stages-none': before,
  'updaterun/create-output-none': before,
  'updaterun/list-sort-query': before,
  'updaterun/list-state-table': before,
  'updaterun/list-table': before,
  'updaterun/show-completed-yaml': before,
  'updaterun/show-running': before,
  'updaterun/show-stopped-state': before,
  'updaterun/skip-group': before,
  'updaterun/skip-many': before,
  'updaterun/skip-member': before,
  'updaterun/skip-unknown-target': before,
  'updaterun/start': before,
  'updaterun/start-again-no-wait': before,
  'updaterun/start-running': before,
  'updaterun/stop': before,
  'updaterun/stop-stopped': before,
  'updaterun/wait': before,
}

/** Cases in which an answer deviates. */
export const deviations: Readonly<Record<string, string>> = {
  'aks/get-credentials-admin': 'The service names the context after the cluster, and az adds -admin to it; the stub had added it already (aks1-admin-admin)',
  'aks/upgrade-control-plane': 'A change of version shows as Upgrading, not as Updating',
  'login/device-code': 'Entra says time and trace in this refusal too, and the code is confirmed a second later',
  'login/tenant-unknown': 'Entra says time and trace in this refusal too',
  'deployment/group-create-named-query': 'The hash of a template is reckoned otherwise: how the service does it is not published',
  'deployment/group-create-no-wait': 'The hash of a template is reckoned otherwise: how the service does it is not published',
  'deployment/group-validate': 'The hash of a template is reckoned otherwise: how the service does it is not published',
  'nodepool/add-no-wait': 'What is said of nodes that cannot be drained is kept',
  'policy/definition-list-query': 'The built-in definitions are others',
  'resource/list-group-table': 'What $expand asks for is given',
  'resource/list-type': 'What $expand asks for is given',
}
