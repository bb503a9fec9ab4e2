// Containers as somebody at a shell meets them: real kubectl in `drydock shell`, and what it prints.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drydock } from '#test/support/drydock.ts'

/** Plays a script in a shell of its own; what it printed, both streams in one. */
async function play(script: string): Promise<string> {
  const { exit, stdout, stderr } = await drydock(['shell'], { stdin: `exec 2>&1\n${script}\nexit 0\n` })
  assert.equal(exit, 0, stderr)
  return stdout
}

const web = `
kubectl create deployment web --image=nginx >/dev/null
kubectl expose deployment web --port=80 --type=NodePort >/dev/null
kubectl run box --image=busybox -- sleep 3600 >/dev/null
kubectl wait --for=condition=Ready pod/box --timeout=60s >/dev/null
kubectl wait --for=condition=Available deployment/web --timeout=60s >/dev/null
`

test('exec carries input, output and exit codes', { timeout: 120_000 }, async () => {
  const printed = await play(`${web}
kubectl exec box -- sh -c 'echo out; echo err >&2; exit 7'; echo "exit $?"
echo 'read line; echo "got $line"' | kubectl exec -i box -- sh -c 'cat > /tmp/s; echo typed | sh /tmp/s'
kubectl exec box -- env | grep -E '^(HOSTNAME|WEB_SERVICE_PORT|HOME)='
kubectl exec box -- bash; echo "exit $?"
kubectl exec box -c nope -- ls; echo "exit $?"
`)
  assert.match(
    printed,
    /^(?:out\nerr|err\nout)\ncommand terminated with exit code 7\nexit 7\ngot typed\nHOSTNAME=box\nWEB_SERVICE_PORT=80\nHOME=\/root\nerror: Internal error occurred: .*exec: "bash": executable file not found in \$PATH\nexit 1\nError from server \(BadRequest\): container nope is not valid for pod box\nexit 1\n$/,
  )
})

test('services, DNS and node ports lead to pods, and a policy closes the way', { timeout: 120_000 }, async () => {
  const printed = await play(`${web}
kubectl exec box -- wget -qO- http://web.default.svc.cluster.local | grep title
kubectl exec box -- wget -qO- "http://$(kubectl get node -o jsonpath='{.items[0].status.addresses[0].address}'):$(kubectl get svc web -o jsonpath='{.spec.ports[0].nodePort}')" | grep -c nginx
kubectl exec box -- nslookup web.default.svc.cluster.local | grep Name
kubectl create service externalname moved --external-name nowhere.example >/dev/null
kubectl patch service moved -p '{"spec":{"type":"ClusterIP","clusterIP":"10.96.9.9","ports":[{"port":80}]}}' >/dev/null 2>&1
kubectl exec box -- nslookup moved.default.svc.cluster.local | tail -n 2 | grep Address
kubectl exec box -- wget -qO- http://nowhere; echo "exit $?"
kubectl exec deploy/web -- curl -s -o /dev/null -w '%{http_code}\\n' localhost/missing
kubectl get --raw /api/v1/namespaces/default/services/web:80/proxy/ | grep title
kubectl create -f - >/dev/null <<END
{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"deny"},"spec":{"podSelector":{},"policyTypes":["Ingress"]}}
END
kubectl exec box -- wget -qO- -T 1 http://web; echo "exit $?"
kubectl scale deployment web --replicas=0 >/dev/null; kubectl delete networkpolicy deny >/dev/null; kubectl wait --for=delete pod -l app=web --timeout=60s >/dev/null
kubectl exec box -- wget -qO- -T 1 http://web 2>&1 | sed 's/[0-9.]*)/ADDRESS)/'
`)
  assert.equal(
    printed,
    [
      '<title>Welcome to nginx!</title>',
      '6',
      'Name:\tweb.default.svc.cluster.local',
      'Address: 10.96.9.9',
      "wget: bad address 'nowhere'",
      'command terminated with exit code 1',
      'exit 1',
      '404',
      '<title>Welcome to nginx!</title>',
      'wget: download timed out',
      'command terminated with exit code 1',
      'exit 1',
      "wget: can't connect to remote host (ADDRESS): Connection refused",
      'command terminated with exit code 1',
      '',
    ].join('\n'),
  )
})

test('logs, copies, forwarded ports, and programs that somebody runs for a moment', { timeout: 120_000 }, async () => {
  const printed = await play(`${web}
kubectl logs deploy/web | head -1
kubectl run loop --image=busybox -- sh -c 'for i in 1 2 3; do echo line $i; done; sleep 3600' >/dev/null
kubectl wait --for=condition=Ready pod/loop --timeout=60s >/dev/null
kubectl logs loop --tail=2
kubectl logs -l run=loop --prefix --tail=1
kubectl logs loop --timestamps --tail=1 | grep -cE '^[0-9T:.-]+Z line 3$'
echo content > up; kubectl cp up box:/tmp/up; kubectl exec box -- cat /tmp/up; kubectl cp box:/tmp/up down >/dev/null; cat down
kubectl port-forward deploy/web 18080:80 >/dev/null & sleep 1; curl -s localhost:18080 | grep title; kill $!; wait $! 2>/dev/null
kubectl run -i --rm once --image=busybox --restart=Never -- sh -c 'echo from once; exit 3' 2>/dev/null; echo "exit $?"
echo 'echo typed; exit' | kubectl run -i --rm shell --image=busybox --restart=Never -- sh 2>/dev/null
kubectl run gone --image=busybox --restart=Never -- sh -c 'echo bye' >/dev/null; kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/gone --timeout=60s
kubectl logs gone; kubectl logs gone --previous
`)
  assert.equal(
    printed,
    [
      '/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration',
      'line 2',
      'line 3',
      '[pod/loop/loop] line 3',
      '1',
      'content',
      'content',
      '<title>Welcome to nginx!</title>',
      'from once',
      'pod "once" deleted from default namespace',
      'exit 3',
      'typed',
      'pod "shell" deleted from default namespace',
      'pod/gone condition met',
      'bye',
      'Error from server (BadRequest): previous terminated container "gone" in pod "gone" not found',
      '',
    ].join('\n'),
  )
})

test('probes, start faults and crashes are told in the words of a kubelet', { timeout: 120_000 }, async () => {
  const printed = await play(`
kubectl apply -f - >/dev/null <<END
{"apiVersion":"v1","kind":"List","items":[
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"live"},"spec":{"containers":[{"name":"c","image":"busybox","command":["sh","-c","touch /tmp/healthy; sleep 3; rm /tmp/healthy; sleep 600"],"livenessProbe":{"exec":{"command":["cat","/tmp/healthy"]},"periodSeconds":1,"failureThreshold":2}}]}},
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"unready"},"spec":{"containers":[{"name":"c","image":"nginx","readinessProbe":{"httpGet":{"path":"/","port":8080},"periodSeconds":1}}]}},
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"ready"},"spec":{"containers":[{"name":"c","image":"nginx","readinessProbe":{"httpGet":{"path":"/","port":80}}}]}},
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"noconfig"},"spec":{"containers":[{"name":"c","image":"nginx","envFrom":[{"configMapRef":{"name":"nope"}}]}]}},
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"noprogram"},"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"busybox","command":["foo"]}]}},
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"hog"},"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"polinux/stress","command":["stress","--vm","1","--vm-bytes","250M"],"resources":{"limits":{"memory":"100Mi"}}}]}},
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"inits"},"spec":{"initContainers":[{"name":"i","image":"busybox","command":["sh","-c","until nslookup later >/dev/null; do echo waiting; sleep 1; done"]}],"containers":[{"name":"c","image":"nginx"}]}}
]}
END
sleep 10
kubectl get pods --no-headers | grep -v ^live | awk '{print $1, $2, $3}'
for p in live unready noconfig; do kubectl get events --field-selector involvedObject.name=$p,type=Warning -o jsonpath='{range .items[*]}{.reason}: {.message}{"\\n"}{end}' | grep -E 'Unhealthy|Failed' | sed -E 's/10\\.[0-9]+\\.[0-9]+\\.[0-9]+/IP/g' | sort -u; done
kubectl create service clusterip later --tcp=80 >/dev/null; kubectl wait --for=condition=Ready pod/inits --timeout=30s
kubectl get pod hog noprogram -o jsonpath='{range .items[*]}{.status.containerStatuses[0].state.terminated.reason} {.status.containerStatuses[0].state.terminated.exitCode}{"\\n"}{end}'
kubectl wait --for=jsonpath='{.status.containerStatuses[0].lastState.terminated.exitCode}'=137 pod/live --timeout=30s
`)
  assert.equal(
    printed,
    [
      'hog 0/1 OOMKilled',
      'inits 0/1 Init:0/1',
      'noconfig 0/1 CreateContainerConfigError',
      'noprogram 0/1 StartError',
      'ready 1/1 Running',
      'unready 0/1 Running',
      "Unhealthy: Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory",
      'Unhealthy: Readiness probe failed: Get "http://IP:8080/": dial tcp IP:8080: connect: connection refused',
      'Failed: Error: configmap "nope" not found',
      'pod/inits condition met',
      'OOMKilled 137',
      'StartError 128',
      'pod/live condition met',
      '',
    ].join('\n'),
  )
})

test('health is asked over gRPC, and a probe does not follow a redirect to elsewhere', { timeout: 120_000 }, async () => {
  const image = '"name":"c","image":"registry.k8s.io/e2e-test-images/agnhost:2.56"'
  const printed = await play(`
kubectl apply -f - >/dev/null <<END
{"apiVersion":"v1","kind":"List","items":[
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"well"},"spec":{"containers":[{${image},"args":["grpc-health-checking","--port=7000","--service=db"],"readinessProbe":{"grpc":{"port":7000,"service":"db"},"periodSeconds":1}}]}},
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"wrong-port"},"spec":{"containers":[{${image},"args":["grpc-health-checking"],"readinessProbe":{"grpc":{"port":2333},"timeoutSeconds":2}}]}},
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"wrong-name"},"spec":{"containers":[{${image},"args":["grpc-health-checking"],"readinessProbe":{"grpc":{"port":5000,"service":"nope"}}}]}},
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"redirected"},"spec":{"containers":[{${image},"args":["liveness"],"livenessProbe":{"httpGet":{"path":"/redirect?loc=http%3A%2F%2F0.0.0.0%2F","port":8080}}}]}}
]}
END
kubectl wait --for=condition=Ready pod/well pod/redirected --timeout=30s
kubectl create service clusterip well --tcp=8080 >/dev/null; kubectl label pod well app=well >/dev/null
kubectl run ask --rm -i --image=busybox --restart=Never -q -- wget -qO /dev/null http://well:8080/make-not-serving
kubectl wait --for=condition=Ready=false pod/well --timeout=30s
for p in well wrong-port wrong-name redirected; do kubectl get events --field-selector involvedObject.name=$p,type=Warning -o jsonpath='{range .items[*]}{.reason}: {.message}{"\\n"}{end}' | sed -E 's/10\\.[0-9]+\\.[0-9]+\\.[0-9]+/IP/g' | grep . | sort -u; done
kubectl logs well | grep -c 'Mark as unhealthy'
`)
  assert.equal(
    printed,
    [
      'pod/well condition met',
      'pod/redirected condition met',
      'pod/well condition met',
      'Unhealthy: Readiness probe failed: service unhealthy (responded with "NOT_SERVING")',
      'Unhealthy: Readiness probe failed: timeout: failed to connect service "IP:2333" within 2s: context deadline exceeded',
      'Unhealthy: Readiness probe failed: error: health rpc probe failed: rpc error: code = NotFound desc = unknown service',
      'ProbeWarning: Liveness probe warning: Probe terminated redirects, Response body: <a href="http://0.0.0.0/">Found</a>.',
      '1',
      '',
    ].join('\n'),
  )
})
