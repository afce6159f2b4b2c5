/**
 * What a new flow costs by the number of Services: `npm run bench:kube-proxy -- --help`. Brings up labs of its own, with
 * real kube-proxy, and writes reports/kube-proxy-curve/; figures are of this machine, at this moment.
 */
import { benchMode } from './kube-proxy/bench-mode.ts';
import { readCurve, replaceMode, type Proxy } from './kube-proxy/curve.ts';
import { readOptions, limits } from './kube-proxy/options.ts';
import { prove } from './kube-proxy/prove.ts';
import { markdown } from './kube-proxy/tables.ts';
import { folder, write } from './kube-proxy/write.ts';

const options = readOptions(process.argv);
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => interruption.abort(new Error(`interrupted by ${signal}`)));
const { signal } = interruption;

try {
  if (options.proof) process.exitCode = (await prove({ signal })) ? 0 : 1;
  else for (const proxy of options.proxies) await bench(proxy);
} catch (error) {
  if (!signal.aborted) throw error;
  process.exitCode = 130;
}

async function bench(proxy: Proxy): Promise<void> {
  const { services, seconds } = options;
  const perLevel = limits.makeS + limits.rulesS + seconds + limits.aroundS;
  console.log(
    `${proxy}: ${services.length} numbers of Service ports, ${services.join(', ')}. For each: at most ${limits.makeS} s to make them, ${limits.rulesS} s until every node has their rules, ${seconds} s of measuring and ${limits.aroundS} s around it; ${Math.ceil((services.length * perLevel) / 60)} min in all.`,
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
