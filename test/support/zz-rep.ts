import { areas, recordings, replay, compare } from './az-replay.ts'
import { before } from './az-replay-state.ts'
const only = process.argv[2]
const verbose = process.argv.includes('-v')
function diff(a: any, b: any, p=''): string[] {
  if (a===b) return []
  if (typeof a!=='object'||typeof b!=='object'||a===null||b===null) return [`${p}: got ${JSON.stringify(a)?.slice(0,1200)} want ${JSON.stringify(b)?.slice(0,1200)}`]
  const out: string[]=[]
  for (const k of new Set([...Object.keys(a),...Object.keys(b)])) out.push(...diff(a[k],b[k],p+'.'+k))
  return out
}
function tdiff(a: string,b: string){ const x=a.split('\n'),y=b.split('\n'); const i=x.findIndex((l,i)=>l!==y[i]); const j=i<0?x.length:i; return `line ${j}\n   got  ${JSON.stringify(x.slice(j,j+6))}\n   want ${JSON.stringify(y.slice(j,j+6))}` }
let total=0, ok=0
for (const area of areas()) {
  if (only && only!=='all' && !only.split(',').some(o=>area===o.split('/')[0])) continue
  let a=0,b=0; const bad: string[]=[]
  for (const r of recordings(area)) {
    if (only?.includes('/') && !only.split(',').includes(r.case)) continue
    a++
    let res: any
    try { res = await replay(r, before(r)); compare(r,res); b++ } catch (e: any) { bad.push(r.case.split('/')[1]+ ': '+ (e.message||'').split('\n')[0].slice(0,40)); if (verbose) { console.log('=====',r.case, r.argv.slice(1).join(' ').slice(0,300)); if(typeof e.actual==='string'&&typeof e.expected==='string') console.log(e.message.split('\n')[0], tdiff(e.actual,e.expected)); else if (typeof e.actual==='object') console.log(diff(e.actual,e.expected).slice(0,3).map((l)=>l.slice(0,700)).join('\n')); else console.log(e.stack.slice(0,700)); if(res && res.stderr) console.log('  STDERR',res.stderr.slice(0,400)) } }
  }
  total+=a; ok+=b
  console.log(area, b+'/'+a, bad.join(' | '))
}
console.log(ok+'/'+total)
