import { createServer } from 'node:http';
import { it } from 'vitest';
import * as z from 'zod/mini';
import * as core from '/work/main/packages/core/src/index.node.ts';
import { redact } from '/work/main/packages/core/src/redact.ts';
const vendor = core.defineVendor({ name:'acme', baseUrl:'https://x.example', apiKeyVariable:'ACME', apiKeyHeader:(k)=>['x-key',k], read:({ok,body})=> ok?{data:body}:{refusal:{}} });
const op = core.defineOperation({ id:'mint', method:'POST', path:'/t', credential:'api_key', sends:'json', repeat:'safe', documentation:'', request: core.requestCheck<{a:string}>()(z.strictObject({a:z.string()})), answer: core.answerCheck<{token:string}>()(core.answerObject({token:z.string()})) });
const show = (label: string, p: Promise<unknown>) => p.then((v)=>console.log(label,'OK',v),(e)=>console.log(label,'ERR',e?.name, e?.message, e?.stoppedBy));
it('probe', async () => {
  const s = createServer((q,r)=>{ q.resume(); setTimeout(()=>{ r.end(JSON.stringify({token:'t', constructor: 1})); },50)}).listen(0,'127.0.0.1'); await new Promise(r=>s.once('listening',r));
  const baseUrl = `http://127.0.0.1:${(s.address() as any).port}`;
  const mk = (o: any = {}) => core.createCaller(vendor,{apiKey:'k1234567',baseUrl,...o});
  { const c = new AbortController(); const p = mk().call(op,{a:'x'},{signal:c.signal}); c.abort(); await show('abort sync', p); }
  { const c = new AbortController(); await show('abort in hook', mk({hooks:{onRequest(){c.abort()}}}).call(op,{a:'x'},{signal:c.signal})); }
  await show('key null', mk({apiKey:()=>null}).call(op,{a:'x'}));
  try { mk({apiKey:null}) } catch (e:any) { console.log('null key ctor', e.name, e.message) }
  await show('key undefined', mk({apiKey:async()=>undefined}).call(op,{a:'x'}));
  await show('huge deadline async key', mk({apiKey:()=>new Promise(r=>setTimeout(()=>r('k1234567'),30)), deadlineMs:1e10}).call(op,{a:'x'}));
  await show('drift constructor', mk({hooks:{onSchemaDrift(){}}}).call(op,{a:'x'}));
  await show('circular extraBody', (()=>{const x:any={};x.x=x;return mk().call(op,{a:'x'},{extraBody:x})})());
  await show('surrogate', mk().call(op,{a:'x'},{extraBody:{token:'\ud800aaaaaaa'}, signal: AbortSignal.timeout(1)}));
  { const cl = mk(); const p = cl.call(op,{a:'x'}); const t=performance.now(); await cl.close(); console.log('close took', performance.now()-t); await show('call at close', p); }
  const t=performance.now(); redact('eyJ'.repeat(350000),[]); console.log('redos', performance.now()-t);
  s.closeAllConnections(); s.close();
}, 120000);
