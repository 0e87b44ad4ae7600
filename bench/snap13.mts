import { ballast } from './policies/libraries.ts';
import { runCalls } from './policies/loop.ts';
import v8 from 'node:v8'; import fs from 'node:fs';
const calls=Number(process.argv[2]);
const make=()=>ballast(async (x:number)=>x);
await runCalls(make(),1000,1);
function agg(){ const f=v8.writeHeapSnapshot('/tmp/s13.heapsnapshot'); const s=JSON.parse(fs.readFileSync(f,'utf8')); const m=s.snapshot.meta; const nf=m.node_fields.length; const it=m.node_fields.indexOf('type'),inn=m.node_fields.indexOf('name'),is=m.node_fields.indexOf('self_size'); const r=new Map<string,[number,number]>(); for(let i=0;i<s.nodes.length;i+=nf){const k=m.node_types[0][s.nodes[i+it]]+':'+s.strings[s.nodes[i+inn]].slice(0,60); const e=r.get(k)??[0,0]; e[0]++; e[1]+=s.nodes[i+is]; r.set(k,e);} return r;}
const b=agg();
const kept=Array.from({length:1000},make); for(const k of kept) await runCalls(k,calls,1);
const a=agg();
const rows=[...a].map(([k,[n,s]])=>{const [n0,s0]=b.get(k)??[0,0];return [k,(n-n0)/1000,(s-s0)/1000] as const}).filter(r=>Math.abs(r[2])>4).sort((x,y)=>y[2]-x[2]);
let t=0; for(const r of rows){t+=r[2]; console.log(r[2].toFixed(0).padStart(6),r[1].toFixed(2).padStart(6),r[0]);} console.log(t, kept.length);
process.exit();
