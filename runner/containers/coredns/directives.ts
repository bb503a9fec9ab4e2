// The plugins of CoreDNS 1.13 in the order in which a question goes through them (`core/dnsserver/zdirectives.go`).

/** Every directive that may stand in a server block. */
export const directives: readonly string[] = [
  ...['root', 'metadata', 'geoip', 'cancel', 'tls', 'quic', 'timeouts', 'multisocket', 'reload', 'nsid', 'bufsize', 'bind', 'debug', 'trace'],
  ...['ready', 'health', 'pprof', 'prometheus', 'errors', 'log', 'dnstap', 'local', 'dns64', 'acl', 'any', 'chaos', 'loadbalance', 'tsig', 'cache'],
  ...['rewrite', 'header', 'dnssec', 'autopath', 'minimal', 'template', 'transfer', 'hosts', 'route53', 'azure', 'clouddns', 'k8s_external'],
  ...['kubernetes', 'file', 'auto', 'secondary', 'etcd', 'loop', 'forward', 'grpc', 'erratic', 'whoami', 'on', 'sign', 'view', 'nomad'],
]

/** Plugins that would give other answers than those that are given without them. */
export const unsimulated: readonly string[] = [
  ...['dns64', 'acl', 'any', 'chaos', 'header', 'dnssec', 'route53', 'azure', 'clouddns', 'k8s_external', 'file', 'auto', 'secondary', 'etcd', 'grpc'],
  ...['erratic', 'whoami', 'sign', 'view', 'nomad'],
]
