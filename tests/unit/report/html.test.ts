import { expect } from 'chai';
import { XMLValidator } from 'fast-xml-parser';
import { describe, it } from 'mocha';
import { html } from '../../../lib/report/html.ts';
import { junit } from '../../../lib/report/junit.ts';
import { failing, healthy, hostile, sampleRuns, setUpFailed } from './sample-runs.ts';

describe('report.html', () => {
  for (const [name, run] of Object.entries(sampleRuns)) {
    it(`has nothing left open: ${name}`, () => {
      const body = html(run)
        .replace(/^.*?<body>/s, '<body>')
        .replace('</html>', '');
      expect(XMLValidator.validate(body)).to.equal(true);
    });
  }

  it('says a shared cause once, and the node it lies at', () => {
    expect(html(failing()).split('likely cause  node-2 translates')).to.have.length(2);
  });

  it('has the tables of an INFO clause, as junit.xml does', () => {
    const run = healthy();
    const [one] = run.clauses;
    const table = ['path   p50', 'pod IP  98'];
    const told = { ...run, clauses: [{ ...one!, level: 'INFO' as const, seen: 'a table', evidence: table }] };
    expect(html(told)).to.include(`<pre>${table.join('\n')}</pre>`);
    expect(junit(told)).to.include(table.join('\n'));
  });

  it('says why there was no run', () => {
    expect(html(setUpFailed())).to.include('did not answer within 10 s.');
  });

  it('lets nothing of a cluster become markup', () => {
    const page = html(hostile());
    expect(page).not.to.include('<x a=');
    expect(page).to.include('&#60;x a=&#34;1&#34;&#62;');
  });

  it('loads nothing and runs nothing', () => {
    for (const run of Object.values(sampleRuns))
      expect(html(run)).not.to.match(/<script|<link|<img|src=|href=|@import|url\(/);
  });
});
