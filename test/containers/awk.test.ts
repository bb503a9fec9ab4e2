// awk in containers: each line and what the awk of busybox 1.35 printed for it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drydock } from '#test/support/drydock.ts'

const rows: readonly (readonly [line: string, printed: string])[] = [
  [`awk 'BEGIN{for(i=1;i<=3;i++) s+=i; print s}'`, '6'],
  [`printf 'a b\\nc d\\n' | awk '{a[NR]=$1} END{print a[2] a[1], NR, NF}'`, 'ca 2 2'],
  [`echo 'foo.bar' | awk -F. '{print toupper($1) length($2)}'`, 'FOO3'],
  [`printf 'x 1\\ny 2\\nx 3\\n' | awk '{s[$1]+=$2} END{for(k in s) print k, s[k]}' | sort | tr '\\n' ';'; echo`, 'x 4;y 2;'],
  [`awk -v n=3 'BEGIN{while(n-->0) printf "%d ", n; do {print "once"} while(0)}'`, '2 1 0 once'],
  [`echo 'a,b,c' | awk -F, -v OFS=- '{$1=$1; print; NF=2; print; print NF}' | tr '\\n' ' '; echo`, 'a-b-c a-b 2 '],
  [`echo 'hello world' | awk '{gsub(/o/,"[&]"); print; print sub(/h/,"J"), $0}' | tail -1`, '1 Jell[o] w[o]rld'],
  [`awk 'BEGIN{printf "%5.2f|%-5s|%05d|%x|%c|%e|%g|%%\\n", 3.14159,"ab",42,255,65,12345.678,0.0001}'`, ' 3.14|ab   |00042|ff|A|1.234568e+04|0.0001|%'],
  [`awk 'BEGIN{print 1/3, 1e6, 1e20, 100000*100000, 0.1+0.2, 3.0, -0}'`, '0.333333 1000000 1e+20 10000000000 0.3 3 0'],
  [`awk 'function f(n){return n<2?n:f(n-1)+f(n-2)} BEGIN{print f(15)}'`, '610'],
  [`printf '1\\n2\\n3\\n' | awk '{if($1>1) exit 3; print} END{print "e"}' | tr '\\n' ' '; echo`, '1 e '],
  [`awk 'BEGIN{"echo hi" | getline x; print x; system("echo sys"); print "b" | "cat"; close("cat"); print "done"}' | tr '\\n' ' '; echo`, 'hi sys b done '],
  [`printf 'a\\n\\nb\\nc\\n\\n\\nd\\n' | awk 'BEGIN{RS=""}{printf "%s:%s:%s ", NR, $1, NF} END{print ""}'`, '1:a:1 2:b:2 3:d:1 '],
  [`echo '10 9' | awk '{print ($1<$2), ($1<$2"")}'`, '0 1'],
  [`awk 'BEGIN { a = 5; a += 2; a *= 3; print a, a++, a, ++a, a--; print a }' | tr '\\n' ' '; echo`, '21 21 22 23 23 22 '],
  [`printf 'b\\na\\nb\\n' | awk '!seen[$0]++' | tr '\\n' ' '; echo`, 'b a '],
  [`awk 'BEGIN{a[1,2]=3; for(k in a){split(k,p,SUBSEP); print p[1],p[2]}; if((1,2) in a) print "in"}' | tr '\\n' ' '; echo`, '1 2 in '],
  [`awk 'BEGIN{print foo(1)}' 2>&1`, 'awk: cmd. line:1: Call to undefined function'],
  [`awk 'BEGIN{print 1/0}' 2>&1`, 'awk: cmd. line:1: Division by zero'],
  [`awk '{print}' /nope 2>&1`, 'awk: /nope: No such file or directory'],
  [`timeout 1 awk 'BEGIN{while(1);}'; echo over`, 'over'],
]

test('programs do what they do elsewhere', { timeout: 120_000 }, async () => {
  const script = rows.map(([line]) => line).join('\n')
  const start = 'kubectl run box --image=busybox -- sleep 3600 >/dev/null; kubectl wait --for=condition=Ready pod/box --timeout=60s >/dev/null'
  const { exit, stdout, stderr } = await drydock(['shell'], { stdin: `${start}\nkubectl exec -i box -- sh <<'END'\n${script}\nEND\nexit 0\n` })
  assert.equal(exit, 0, stderr)
  assert.deepEqual(
    stdout.split('\n').slice(0, -1),
    rows.map(([, printed]) => printed),
  )
})
