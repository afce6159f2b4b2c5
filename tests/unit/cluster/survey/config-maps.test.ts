import { glob, readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { describe, it } from 'mocha';
import { configMapsRead } from '../../../../lib/cluster/survey/config-maps.ts';

interface Rule {
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}

describe('ConfigMaps that the survey reads', () => {
  it('are those that the documented ClusterRole gives', async () => {
    const { rules } = load(await readFile('docs/permissions.yaml', 'utf8')) as { rules: Rule[] };
    const named = rules.filter(({ resources, verbs }) => resources.includes('configmaps') && verbs.includes('get'));
    expect(named.flatMap(({ resourceNames = [] }) => resourceNames).toSorted()).to.deep.equal(
      configMapsRead.toSorted(),
    );
  });

  it('are read in one place, and no other object is read by its name', async () => {
    const places: string[] = [];
    for await (const file of glob('lib/cluster/survey/*.ts'))
      if (/\.(read|get)(Namespaced|Cluster)\w*\(/.test(await readFile(file, 'utf8'))) places.push(file);
    expect(places).to.deep.equal(['lib/cluster/survey/config-maps.ts']);
  });
});
