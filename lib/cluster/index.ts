/** The Kubernetes side of a run, in the order in which a run uses it. */
export { connectApi, type Api, type ApiOptions } from './api.ts';
export type { ClusterError, ClusterErrorCode } from './errors.ts';
export { DEFAULT_IMAGE } from './image.ts';
export { loadKubeconfig, type KubeconfigOptions, type Target } from './kubeconfig.ts';
export { findLeftovers, removeLeftovers, type Leftover } from './leftovers.ts';
export type * from './model.ts';
export { createNamespace, namespaceName, newRunId, type RunNamespace } from './namespace.ts';
export { preflight, type Preflight } from './preflight.ts';
export { deployProbes, type Deployment, type DeployOptions, type Started } from './probes.ts';
export type { Removal, RemovalOptions } from './removal.ts';
export { countServices, createServices, type WantedService } from './services.ts';
export { surveyCluster } from './survey.ts';
export type { RequestCount } from './transport.ts';
