const doors = [
  'base/',
  'kubernetes/(api-server|client|fetch-client|object|kind|status-error|identity|selectors|quantity|duration|json-path|request-log|heartbeats|bootstrap|bootstrap/complete|pod-connections)\\.ts',
  'kubernetes/kinds/',
  'kubernetes/admission/chain\\.ts',
  'containers/(runtime|connections|open-addresses|node-files)\\.ts',
  'controllers/(controller|index|run-controllers|work-queue|cluster-controllers)\\.ts',
  'controllers/template-hash/template-hash\\.ts',
  'controllers/fleet/(index|names|traffic-managers)\\.ts',
  'azure/(arm-server|resource-id|hooks|state)\\.ts',
  'az/(az|completion|kubelogin|context|seed-profile|token-cache)\\.ts',
  'world/(world|internet|hosts|named-worlds|snapshot|recovery|kubeconfig|clock-host|home)\\.ts',
  'labs/(lab-schema|load-labs|load-course|world-file)\\.ts',
  'real/(az-signed-in|inventory|kubeconfig|surroundings)\\.ts',
  'checks/(check|watch-world|watcher|load-checks|verdict|view|world-surroundings)\\.ts',
  'sessions/(live-session|terminal-session|session-house|session-ground|solved-worlds|open-session|declarations|run-lab|patience|own-shell|junit|tools|machine-error)\\.ts',
  'sessions/sandbox/(sandbox|probe|protections|choose)\\.ts',
  'sessions/screen/screens\\.ts',
  'edge/(serve|proxy|world-up|open-ports)\\.ts',
  'progress/(progress-store|stores/sqlite)\\.ts',
  'auth/identity\\.ts',
  'http/serve\\.ts',
].map((door) => `runner/${door}`)

const portable = '^runner/(base|kubernetes|containers|controllers|azure|az|world|checks|labs)/'
const floors = [
  ['base', 'auth', 'progress', 'labs', 'az'],
  ['kubernetes', 'azure'],
  ['containers', 'controllers'],
  ['world'],
  ['edge', 'sessions', 'checks', 'real'],
  ['http'],
  ['cli'],
]

/** A room never imports from a floor above its own. */
const upward = floors.slice(0, -1).map((rooms, floor) => ({
  name: `floor-${floor + 1}-looks-down-only`,
  comment: 'Floors are a promise: what is below can be used without what is above',
  severity: 'error',
  from: { path: `^runner/(${rooms.join('|')})/` },
  to: {
    path: `^runner/(${floors
      .slice(floor + 1)
      .flat()
      .join('|')})/`,
  },
}))

const only = (name, dependency, room, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^(runner|checks)/', pathNot: room },
  to: { path: `^(node_modules/)?${dependency}(/|$)` },
})

module.exports = {
  forbidden: [
    { name: 'no-circular', comment: 'A circle cannot be read from either end', severity: 'error', from: {}, to: { circular: true } },
    ...upward,
    {
      name: 'kubernetes-knows-no-azure',
      comment: 'Two products; world/bridges is the only meeting place',
      severity: 'error',
      from: { path: '^runner/kubernetes/' },
      to: { path: '^runner/azure/' },
    },
    {
      name: 'azure-knows-no-kubernetes',
      comment: 'Two products; world/bridges is the only meeting place',
      severity: 'error',
      from: { path: '^runner/azure/' },
      to: { path: '^runner/kubernetes/' },
    },
    {
      name: 'az-is-a-client',
      comment: 'A client knows only HTTP',
      severity: 'error',
      from: { path: '^runner/az/' },
      to: { path: '^runner/(azure|kubernetes|world|controllers)/' },
    },
    {
      name: 'content-is-data',
      comment: 'Labs, checks and tests are loaded, not imported',
      severity: 'error',
      from: { path: '^runner/' },
      to: { path: '^(labs|checks|site|test)/' },
    },
    {
      name: 'checks-enter-by-the-door',
      comment: 'A check is a client of one door',
      severity: 'error',
      from: { path: '^checks/' },
      to: { path: '^runner/', pathNot: '^runner/checks/check\\.ts$' },
    },
    {
      name: 'portable-rooms',
      comment: 'The whole world runs in a browser tab: no node module in these rooms',
      severity: 'error',
      from: { path: portable },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-doors',
      comment: 'A room is entered by its door',
      severity: 'error',
      from: { path: '^runner/([^/]+)/' },
      to: { path: '^runner/([^/]+)/', pathNot: ['^runner/$1/', ...doors.map((door) => `^${door}`)] },
    },
    only('pty-has-one-room', 'node-pty', '^runner/sessions/', 'One room per dependency'),
    only('sqlite-has-one-room', 'node:sqlite', '^runner/progress/', 'One room per dependency'),
    only('http-library-has-one-room', '(hono|@hono|ws)', '^runner/http/', 'One room per dependency'),
    only('metrics-have-one-room', 'prom-client', '^runner/http/', 'One room per dependency'),
    only('terminal-emulator-has-one-room', '@xterm', '^runner/sessions/screen/', 'One room per dependency'),
    only('log-has-one-room', 'pino', '^runner/cli/', 'One room per dependency'),
    only('schema-library-has-its-rooms', 'zod', '^runner/(labs|http|world)/', 'Parsing at the doors only'),
    only('markdown-has-one-room', 'markdown-it', '^runner/labs/', 'One parser (decision 17)'),
    only('kubeconfig-library-has-one-room', '@kubernetes/client-node', '^runner/real/', 'One room per dependency'),
    only('cel-has-one-room', '@marcbachmann/cel-js', '^runner/kubernetes/', 'One room per dependency'),
    only('jmespath-has-one-room', '@jmespath-community/jmespath', '^runner/az/', 'One room per dependency'),
    only('curves-have-one-room', '@noble/curves', '^runner/base/', 'One room per dependency'),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
}
