/** The Kubernetes side of a run, in the order in which a run uses it. */
export { carriedTwice } from './addresses.ts';
export { connectApi, type Api, type ApiOptions } from './api/api.ts';
export type { ClusterError, ClusterErrorCode } from './api/errors.ts';
export { DEFAULT_IMAGE } from './probes/image.ts';
export { loadKubeconfig, type KubeconfigOptions, type Target } from './api/kubeconfig.ts';
export { findLeftovers, removeLeftovers, type Leftover } from './namespace/leftovers.ts';
export { noMarks, type Marks } from './marks.ts';
export type * from './model.ts';
export { createNamespace, namespaceName, newRunId, type RunNamespace } from './namespace/namespace.ts';
export { preflight, type Preflight } from './survey/preflight.ts';
export { deployProbes, type Deployment, type DeployOptions, type Started } from './probes/deploy.ts';
export type { Removal, RemovalOptions } from './namespace/removal.ts';
export { markPods, standPolicies } from './namespace/policies.ts';
export { changePodsBehind, countServices, createServices } from './namespace/services.ts';
export { withLinks } from './survey/cni.ts';
export { checkHostPort } from './survey/taken-ports.ts';
export { moveFromTaken } from './probes/move-ports.ts';
export { surveyCluster } from './survey/survey.ts';
