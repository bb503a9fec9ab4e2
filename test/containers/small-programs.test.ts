// Small programs as busybox has them: what they print was read off busybox 1.35 itself.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drydock } from '#test/support/drydock.ts'

/** What each line prints in a container, errors within it. */
async function inBox(lines: readonly string[]): Promise<readonly string[]> {
  const start = 'kubectl run box --image=busybox -- sleep 3600 >/dev/null; kubectl wait --for=condition=Ready pod/box --timeout=60s >/dev/null'
  const quoted = lines.map((line) => `echo @next@; sh -c '${line.replaceAll("'", "'\\''")}' 2>&1 </dev/null`)
  const script = `kubectl exec box -- sh -c "$(cat <<'LINES'\n${quoted.join('\n')}\nLINES\n)"`
  const { exit, stdout, stderr } = await drydock(['shell'], { stdin: `${start}\n${script}\nexit 0\n` })
  assert.equal(exit, 0, stderr)
  return stdout.split('@next@\n').slice(1)
}

/** Holds what is printed against what busybox prints. */
async function prints(pairs: readonly (readonly [line: string, printed: string])[]): Promise<void> {
  const printed = await inBox(pairs.map(([line]) => line))
  assert.deepEqual(
    pairs.map(([line], index) => [line, printed[index]]),
    pairs.map(([line, wanted]) => [line, wanted === '' ? '' : `${wanted}\n`]),
  )
}

test('lines are set side by side, numbered, broken, compared and packed', { timeout: 120_000 }, async () => {
  await prints([
    ['seq 1 5 | paste -sd+ | bc', '15'],
    ['cd /tmp; seq 2 > a; printf "x\\ny\\nz\\n" > b; paste a b; paste -d, b a; seq 4 | paste - -', '1\tx\n2\ty\n\tz\nx,1\ny,2\nz,\n1\t2\n3\t4'],
    ['printf "a\\n\\nb\\n" | nl; printf "a\\n\\n" | nl -ba', '     1\ta\n       \n     2\tb\n     1\ta\n     2\t'],
    ['echo abcdefghij | fold -w 4; echo "aa bb cc dd" | fold -s -w 6', 'abcd\nefgh\nij\naa bb \ncc dd'],
    ['echo "1+2*3" | bc; echo "scale=2; 10/3" | bc; echo "2^10; 7%3; -(1+2)*3; x=5; x*2" | bc', '7\n3.33\n1024\n1\n-9\n10'],
    ['cd /tmp; printf "a\\nb\\nc\\n" > a; printf "a\\nB\\nc\\nd\\n" > b; diff a b; echo $?', '--- a\n+++ b\n@@ -1,3 +1,4 @@\n a\n-b\n+B\n c\n+d\n1'],
    ['cd /tmp; echo x > a; cp a b; diff a b; echo $?; cmp a b; echo y > b; diff -q a b; cmp a b', '0\nFiles a and b differ\na b differ: char 1, line 1'],
    ['cd /tmp; echo hey > p; gzip p; ls p*; zcat p.gz; gunzip p.gz; cat p; echo hello | gzip -c | gunzip', 'p.gz\nhey\nhey\nhello'],
    ['shuf -i 1-3 | sort | paste -sd, ; shuf -e a b | sort | paste -sd" "', '1,2,3\na b'],
  ])
})

test('numbers and forms: expr, seq, printf', { timeout: 120_000 }, async () => {
  await prints([
    ['expr 2 + 3 \\* 4; expr \\( 2 + 3 \\) \\* 4; expr 7 / 2; expr 5 \\> 3; expr a = b; echo $?', '14\n20\n3\n1\n0\n1'],
    ['expr abc : "a\\(.*\\)"; expr length hello; expr substr hello 2 3; expr index hello l; expr a + 1', 'bc\n5\nell\n3\nexpr: non-numeric argument'],
    ['seq -s, 1 5; seq -w 8 11 | paste -sd" "; seq 5 -2 1 | paste -sd" "; seq 0 .5 1', '1,2,3,4,5\n08 09 10 11\n5 3 1\n0.0\n0.5\n1.0'],
    ['printf "%5.2f|%-5d|%05d|%+d|%x|%X|%o|%c|%%\\n" 3.14159 42 42 42 255 255 8 xyz', ' 3.14|42   |00042|+42|ff|FF|10|x|%'],
    ['printf "%s-%s\\n" a b c; printf "%b\\n" "a\\tb"; printf "%*d|%.3s\\n" 5 42 abcdef; printf "%d\\n" 0x10 010', 'a-b\nc-\na\tb\n   42|abc\n16\n8'],
    ['printf "%q\\n" a; printf "%d\\n" abc; echo $?', "sh: %q\\n: invalid format\nsh: invalid number 'abc'\n0\n1"],
  ])
})

test('sed: addresses, ranges, blocks, labels, the space that holds', { timeout: 120_000 }, async () => {
  await prints([
    ['seq 3 | sed -e "2i\\\\" -e hello | paste -sd" "; seq 3 | sed "2a x" | paste -sd" "; seq 3 | sed "2c\\\\y" | paste -sd" "', '1 hello 2 3\n1 2 x 3\n1 y 3'],
    ['echo abc | sed y/abc/xyz/; echo aaa | sed s/a/b/2; echo aaa | sed s/a/b/2g; echo abc12 | sed -E "s/([a-z]+)([0-9]+)/\\2\\1/"', 'xyz\naba\nbbb\n12abc'],
    [
      'seq 5 | sed "/2/,/4/d" | paste -sd" "; seq 4 | sed -n "2{p;q}"; seq 4 | sed "1~2d" | paste -sd" "; seq 5 | sed "2,+1d" | paste -sd" "',
      '1 5\n2\n2 4\n1 4 5',
    ],
    [
      'seq 3 | sed ":a;N;\\$!ba;s/\\n/,/g"; seq 3 | sed -n "1!G;h;\\$p" | paste -sd" "; seq 4 | sed "n;d" | paste -sd" "; seq 3 | sed "\\$!N;s/\\n/-/"',
      '1,2,3\n3 2 1\n1 3\n1-2\n3',
    ],
    [
      'cd /tmp; echo "a: 1" > c; sed -i "s/\\(a:\\) .*/\\1 [2]/" c; cat c; sed -i.old "s|a|/|" c; cat c c.old; echo foo | sed "s/[[:alpha:]]\\+/<&>/"',
      'a: [2]\n/: [2]\na: [2]\n<foo>',
    ],
    [
      'printf x | sed s/x/y/; echo; echo a | sed "s/a/x\\ny/"; echo Hello | sed s/hello/bye/I; echo a | sed -n l; echo $?',
      "y\nx\ny\nbye\nsed: the command 'l' is not simulated\n1",
    ],
  ])
})

test('lines are ordered, counted and found', { timeout: 120_000 }, async () => {
  await prints([
    ['printf "b:2\\na:10\\nc:1\\n" > /tmp/s; sort -t: -k2n /tmp/s; sort -t: -k2,2nr /tmp/s', 'c:1\nb:2\na:10\na:10\nb:2\nc:1'],
    ['printf "v1.10\\nv1.9\\n" | sort -V; printf "B\\na\\n" | sort -f; printf "3\\n1\\n" | sort -c; echo $?', 'v1.9\nv1.10\na\nB\nCheck line 1\n1'],
    ['printf "a 1\\na 2\\nb 1\\n" | sort -u -k1,1; printf "Mar\\nJan\\n" | sort -M -o /tmp/o; cat /tmp/o', 'a 1\nb 1\nJan\nMar'],
    [
      'printf "a\\nA\\nb\\n" | uniq -i; printf "1 a\\n2 a\\n" | uniq -f 1; printf "abc\\nabd\\n" | uniq -w 2; printf "a\\na\\nb\\n" | uniq -u',
      'a\nb\n1 a\nabc\nb',
    ],
    ['echo abc | cut -s -d, -f2; printf "abc\\nde\\n" | wc -L; printf "a\\n" > /tmp/w; wc -l /tmp/w /tmp/w', '3\n1 /tmp/w\n1 /tmp/w\n2 total'],
    ['echo a.b! | tr -d "[:punct:]"; echo abc | tr "\\\\141" Z; echo "a-b" | tr a- x_', 'ab\nZbc\nx_b'],
    ['seq 5 | tail -n +4; seq 5 | tail +5; seq 3 | head -n -1; echo abc | tail -c +3', '4\n5\n5\n1\n2\nc'],
    [
      'mkdir -p /tmp/g/s; cd /tmp/g; printf "foo\\nbar\\nfoo bar\\n" > a; echo foo > s/b; grep -r foo s; grep -L bar a s/b; grep -nA1 ^foo$ a; grep -o "o*" a',
      's/b:foo\ns/b\n1:foo\n2-bar\noo\noo',
    ],
    [
      'printf "a\\nb\\na\\n" | grep -A0 a; printf "ab\\n" | grep -E "a{1}(b|c)"; echo "a+b" | grep -c "a+b"; grep x /tmp/none; echo $?',
      'a\n--\na\nab\n1\ngrep: /tmp/none: No such file or directory\n2',
    ],
    ['cd /tmp; cd /etc; cd -; echo {a,b} x{1..3}', '/tmp\n{a,b} x{1..3}'],
    ['set -- -ab val rest; while getopts ab: o; do echo $o $OPTARG $OPTIND; done; shift $((OPTIND-1)); echo $1', 'a 2\nb val 3\nrest'],
    ['set -- -x; while getopts ab: o; do echo $o; done; set -- -b; OPTIND=1; getopts :b: o; echo $o $OPTARG', 'Illegal option -x\n?\n: b'],
    [
      'mkdir -p /tmp/f/s; cd /tmp/f; echo 1 > a.txt; echo 2 > s/b.txt; touch e; find . -type f ! -name "*.txt"; find . -name "*.txt" -exec cat {} + | sort',
      './e\n1\n2',
    ],
    [
      'cd /tmp/f; find . \\( -name e -o -name a.txt \\) -print | sort; find . -maxdepth 1 -type d -exec echo d {} \\; ; find . -size +0 -type f | wc -l',
      './a.txt\n./e\nd .\nd ./s\n2',
    ],
    [
      'cd /tmp/f; find . -empty -delete; ls; find . -name s -prune -o -type f -print; find . -mtime +1; find . -inum 5 2>&1 | head -n 1',
      'a.txt\ns\n./a.txt\nfind: unrecognized: -inum',
    ],
  ])
})
