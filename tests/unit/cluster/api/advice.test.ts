import { expect } from 'chai';
import { describe, it } from 'mocha';
import { probesNotStarted } from '../../../../lib/cluster/api/errors.ts';
import { adviceFor, isByAdmission, wasInjected } from '../../../../lib/cluster/api/advice.ts';

describe('advice on a refusal', () => {
  const optionsIn = (detail: string): string[] => adviceFor(detail).match(/--[a-z-]+/g) ?? [];

  it('fits what was refused', () => {
    const cases: [string, string[]][] = [
      [
        'pods "node-x" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
        ['--pods-only'],
      ],
      [
        "daemonsets.apps \"node\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p' denied request: hostNetwork is not allowed",
        ['--pods-only'],
      ],
      [
        'admission webhook "validate.kyverno.svc" denied the request: policy require-non-root: Containers must not run as root (runAsNonRoot)',
        ['--pods-only'],
      ],
      [
        'admission webhook "g" denied the request: [repos] container <probe> has an invalid image repo <docker.io/library/node>',
        ['--image'],
      ],
      [
        "namespaces \"flatnet-1\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: label team is required",
        ['--label'],
      ],
      ['admission webhook "k" denied the request: annotation owner is missing', ['--annotation']],
      [
        'pods "pod-a-x" is forbidden: failed quota: q: must specify limits.cpu for: probe; limits.memory for: probe',
        ['--limits'],
      ],
      ['pods "pod-a-x" is forbidden: maximum memory usage per Container is 16Mi, but limit is 32Mi', ['--limits']],
      [
        'pods "pod-a-x" is forbidden: exceeded quota: q, requested: limits.cpu=1, used: limits.cpu=3, limited: limits.cpu=3',
        [],
      ],
      ['admission webhook "x" denied the request: no', []],
    ];
    for (const [detail, options] of cases) expect(optionsIn(detail), detail).to.deep.equal(options);
    expect(adviceFor('exceeded quota: q')).to.match(/^Raise the quota; or exempt /);
  });

  it('is given for admission alone', () => {
    expect(isByAdmission('namespaces is forbidden: User "eve" cannot create resource "namespaces"')).to.equal(false);
    expect(isByAdmission('Service "x" is invalid: spec.ports: Required value')).to.equal(false);
    expect(isByAdmission('pods "x" is forbidden: exceeded quota: q')).to.equal(true);
  });

  it('on what is injected into pods is to have it turned off there', () => {
    const missing = { node: 'node-1', reason: `a container "proxy" ${wasInjected}: its traffic may pass through it` };
    expect(probesNotStarted([missing], 'waited 3 of 60 s').remedy).to.match(
      /--label KEY=VALUE or --annotation KEY=VALUE/,
    );
    const other = { node: 'node-2', reason: 'not scheduled' };
    expect(probesNotStarted([missing, other], 'waited 3 of 60 s').remedy).to.include('kubectl describe pods');
  });
});
