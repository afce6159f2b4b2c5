/**
 * What a new flow costs by number of Services: `npm run bench:kube-proxy -- --help`. Brings up its own labs, with
 * real kube-proxy, and writes reports/kube-proxy-curve/; figures are of this machine, at this moment.
 */
import { benchMode } from './kube-proxy/bench-mode.ts';
import { readCurve, replaceMode, type Proxy } from './kube-proxy/curve.ts';
import { limits, portsPerStep, readOptions } from './kube-proxy/options.ts';
import { prove } from './kube-proxy/prove.ts';
import { markdown } from './kube-proxy/tables.ts';
import { folder, write } from './kube-proxy/write.ts';

const options = readOptions(process.argv);
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => interruption.abort(new Error(`interrupted by ${signal}`)));
const { signal } = interruption;

try {
  if (options.proofs.length > 0) process.exitCode = (await prove(options.proofs, { signal })) ? 0 : 1;
  else for (const proxy of options.proxies) await bench(proxy);
} catch (error) {
  if (!signal.aborted) throw error;
  process.exitCode = 130;
}

async function bench(proxy: Proxy): Promise<void> {
  const { services, seconds } = options;
  const steps = services.reduce((sum, many, n) => sum + Math.ceil((many - (services[n - 1] ?? 0)) / portsPerStep), 0);
  const mostS = steps * (limits.makeS + limits.rulesS) + services.length * (seconds + limits.aroundS);
  console.log(
    `${proxy}: ${services.length} numbers of Service ports, ${services.join(', ')}. For each step of ${portsPerStep} or less at most ${limits.makeS} s to make them and ${limits.rulesS} s until every node has their rules; for each number ${seconds} s of measuring and at most ${limits.aroundS} s around it; ${Math.ceil(mostS / 60)} min at most in all.`,
  );
  let curve = await readCurve(`${folder}/curve.json`);
  const mode = await benchMode({
    proxy,
    services,
    seconds,
    signal,
    onLevel: async (soFar) => {
      curve = replaceMode(curve, soFar);
      await write(curve);
    },
  });
  curve = replaceMode(curve, mode);
  await write(curve);
  console.log(markdown({ modes: [mode] }).join('\n'));
  console.log(`Written to ${folder}`);
}
