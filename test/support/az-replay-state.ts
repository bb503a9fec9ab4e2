// What each recorded case found in its files, where that is not what the others found: cases of an area shared their state.
import { type Before, type Recording, recordings } from './az-replay.ts'

type Files = Record<string, { text: string; mode?: number }>

const notInstalled = new Set([
  'exercise/1-03-extension-add',
  'extension/add',
  'extension/fleet-not-installed',
  'extension/fleet-not-installed-no-dynamic',
  'extension/list-empty-table',
  'extension/remove-missing',
  'extension/show-missing',
  'tty/dynamic-install-n',
])

const loggedOut = new Set([
  'account/list-logged-out',
  'login/not-logged-in-fleet-list',
  'login/user-password',
  'login/device-code',
  'login/password-stdin-missing',
])

/** Cases whose files are those that another case left. */
const follows: Readonly<Record<string, string>> = {
  'aks/get-credentials-admin': 'aks/get-credentials-file-context',
  'aks/get-credentials-format-exec': 'aks/get-credentials-admin',
  'fleet/get-credentials-context': 'fleet/get-credentials-file',
  'fleet/get-credentials-conflict': 'fleet/get-credentials-conflict',
  'fleet/get-credentials-file-again': 'fleet/get-credentials-file',
  'fleet/get-credentials-file-mode': 'fleet/get-credentials-file-mode',
  'fleet/get-credentials-overwrite': 'fleet/get-credentials-conflict',
  'member/get-credentials-member-default-context': 'member/get-credentials-member',
  'core/config-get': 'core/config-set',
  'core/config-get-all': 'core/config-set',
  'core/output-from-config': 'core/config-set',
  'core/group-from-defaults-show': 'core/configure-defaults',
}

const otherHub = `apiVersion: v1
clusters:
- cluster:
    server: https://other-hub.hcp.eastus.azmk8s.io:443
  name: hub
contexts: []
current-context: hub
kind: Config
preferences: {}
users: []
`
const ownFiles: Readonly<Record<string, Files>> = {
  'tty/get-credentials-conflict-n': { '$HOME/.kube/config': { text: otherHub, mode: 0o600 } },
  'tty/get-credentials-conflict-y': { '$HOME/.kube/config': { text: otherHub, mode: 0o600 } },
  'error/misspelt-group': { '$AZURE_CONFIG_DIR/extensionCommandTree.json': { text: '{"connectedk8s": {"list": "connectedk8s"}}' } },
  'help/root': { '$AZURE_CONFIG_DIR/config': { text: '' } },
}

/** The state before a case. */
export function before(recording: Recording): Before {
  const files: Files = { ...earlierFiles(recording), ...ownFiles[recording.case] }
  if (recording.case === 'core/cloud-register-discovery') {
    const path = '$AZURE_CONFIG_DIR/clouds.config'
    files[path] = { text: recording.filesAfter?.[path]?.text.split('[Disc]')[0] ?? '' }
  }
  if (recording.case === 'login/no-subscription-allowed') {
    const path = '$AZURE_CONFIG_DIR/azureProfile.json'
    const { subscriptions } = JSON.parse(recording.filesAfter?.[path]?.text ?? '{}') as { subscriptions: unknown[] }
    files[path] = { text: JSON.stringify({ subscriptions: subscriptions.slice(0, 2) }) }
  }
  const followed = follows[recording.case]
  if (followed !== undefined) addFilesAfter(files, find(followed))
  return { files, withoutExtension: notInstalled.has(recording.case), loggedOut: loggedOut.has(recording.case) }
}

function find(name: string): Recording {
  const found = recordings(name.split('/')[0] ?? '').find((recording) => recording.case === name)
  if (found === undefined) throw new Error(`There is no recording "${name}"`)
  return found
}

function addFilesAfter(files: Files, recording: Recording): void {
  for (const [path, file] of Object.entries(recording.filesAfter ?? {})) files[path] = { text: file.text, mode: Number.parseInt(file.mode.slice(2), 8) }
}

/** Files that earlier cases of the exercise brought or left. */
function earlierFiles(recording: Recording): Files {
  const files: Files = {}
  if (!recording.case.startsWith('exercise/')) return files
  for (const earlier of recordings('exercise')) {
    if (earlier.case >= recording.case) break
    for (const [name, content] of Object.entries(earlier.files ?? {}))
      files[`$WORK/${name}`] = { text: typeof content === 'string' ? content : JSON.stringify(content) }
    if (earlier.argv.includes('--generate-ssh-keys')) files['$HOME/.ssh/id_rsa.pub'] = { text: 'ssh-rsa AAAA' }
    addFilesAfter(files, earlier)
  }
  return files
}
